/**
 * One training step of a small conditional VAE made of tf.layers alone: where its time goes, kernel by kernel.
 *
 *     npx tsx bench/trainingStep.ts            wasm, with the time of every kernel
 *     npx tsx bench/trainingStep.ts cpu        the same step on another backend
 *     BATCH=4 npx tsx bench/trainingStep.ts    another batch size (default 16)
 */
import '@tensorflow/tfjs-backend-cpu';

import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';

import { registerWasmTraining } from '../src/backends/wasm/index.js';
import { medianMs, printTable, processorMs } from './measure.js';

const BATCH = Number(process.env['BATCH'] ?? 16);
const LATENT = 64;
const WIDTHS = [32, 64, 128, 256];

type Symbolic = layers.SymbolicTensor;

function convolution(x: Symbolic, filters: number, strides: number): Symbolic {
  const options = { filters, kernelSize: 3, strides, padding: 'same', activation: 'relu' } as const;
  const convolved = layers.layers.conv2d(options).apply(x) as Symbolic;
  return layers.layers.batchNormalization().apply(convolved) as Symbolic;
}

const upsampled = (x: Symbolic): Symbolic =>
  layers.layers.upSampling2d({ size: [2, 2] }).apply(x) as Symbolic;
const joined = (...parts: Symbolic[]): Symbolic => layers.layers.concatenate().apply(parts) as Symbolic;

/** Maps of 32x32, 16x16, 8x8 and 4x4 pixels. */
function encoder(x: Symbolic): Symbolic[] {
  const maps: Symbolic[] = [];
  for (const width of WIDTHS) maps.push(convolution(maps.at(-1) ?? x, width, 2));
  return maps;
}

/** Color encoder, and decoder with the skips of a grey encoder: 0.27 GFLOP forward for one 64x64 example. */
function buildModels(): { readonly posterior: layers.LayersModel; readonly decoder: layers.LayersModel } {
  const color = layers.input({ shape: [64, 64, 2] });
  const flat = layers.layers.flatten().apply(encoder(color).at(-1)!) as Symbolic;
  const moments = layers.layers.dense({ units: 2 * LATENT }).apply(flat) as Symbolic;

  const grey = layers.input({ shape: [64, 64, 1] });
  const latent = layers.input({ shape: [LATENT] });
  const [quarter, eighth, sixteenth, last] = encoder(grey) as [Symbolic, Symbolic, Symbolic, Symbolic];
  const replicated = layers.layers.repeatVector({ n: 16 }).apply(latent) as Symbolic;
  const square = layers.layers.reshape({ targetShape: [4, 4, LATENT] }).apply(replicated) as Symbolic;
  let map = convolution(joined(square, last), 256, 1);
  map = convolution(joined(upsampled(map), sixteenth), 128, 1);
  map = convolution(joined(upsampled(map), eighth), 64, 1);
  map = convolution(joined(upsampled(map), quarter), 32, 1);
  map = convolution(upsampled(map), 8, 1);
  const options = { filters: 2, kernelSize: 3, padding: 'same', activation: 'tanh' } as const;
  const output = layers.layers.conv2d(options).apply(map) as Symbolic;
  return {
    posterior: layers.model({ inputs: color, outputs: moments }),
    decoder: layers.model({ inputs: [grey, latent], outputs: output }),
  };
}

/** A function that takes one training step and returns the loss. */
function trainer(): () => tf.Scalar {
  const { posterior, decoder } = buildModels();
  const [color, grey, noise] = [
    tf.randomUniform([BATCH, 64, 64, 2], -1, 1, 'float32', 1),
    tf.randomUniform([BATCH, 64, 64, 1], -1, 1, 'float32', 2),
    tf.randomNormal([BATCH, LATENT], 0, 1, 'float32', 3),
  ];
  const variables = [posterior, decoder].flatMap((model) =>
    model.trainableWeights.map((weight) => weight.read() as tf.Variable),
  );
  const optimizer = tf.train.adam(1e-3);
  const loss = (): tf.Scalar => {
    const moments = posterior.apply(color, { training: true }) as tf.Tensor;
    const [means, logVariances] = tf.split(moments, 2, 1) as [tf.Tensor, tf.Tensor];
    const z = tf.add(means, tf.mul(tf.exp(tf.mul(0.5, logVariances)), noise));
    const reconstruction = decoder.apply([grey, z], { training: true }) as tf.Tensor;
    const error = tf.sum(tf.abs(tf.sub(reconstruction, color)), [1, 2, 3]);
    const kl = tf.sum(tf.sub(tf.add(tf.square(means), tf.exp(logVariances)), logVariances), 1);
    return tf.mean(tf.add(error, kl));
  };
  return () =>
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(loss, variables);
      optimizer.applyGradients(grads as Record<string, tf.Variable>);
      return value;
    });
}

/** What one reading of the clock costs. */
function clockMs(): number {
  const start = processorMs();
  for (let i = 0; i < 200; i++) processorMs();
  return (processorMs() - start) / 200;
}

/** Wraps every kernel of the backend, so that it adds the time it spends itself, without the kernels it calls. */
function timeKernels(): Map<string, { count: number; ms: number }> {
  const times = new Map<string, { count: number; ms: number }>();
  const clock = clockMs();
  let nestedMs = 0;
  for (const config of tf.getKernelsForBackend(tf.getBackend())) {
    const entry = { count: 0, ms: 0 };
    times.set(config.kernelName, entry);
    tf.unregisterKernel(config.kernelName, config.backendName);
    tf.registerKernel({
      ...config,
      kernelFunc: (call) => {
        const [start, outer] = [processorMs(), nestedMs];
        nestedMs = 0;
        const result = config.kernelFunc(call);
        const total = processorMs() - start - clock;
        entry.count += 1;
        entry.ms += total - nestedMs;
        nestedMs = outer + total + 2 * clock;
        return result;
      },
    });
  }
  return times;
}

async function main(): Promise<void> {
  registerWasmTraining();
  await tf.setBackend(process.argv[2] ?? 'wasm');
  await tf.ready();
  const step = trainer();
  const run = async (): Promise<void> => {
    const loss = step();
    await loss.data();
    loss.dispose();
  };
  const ms = await medianMs(run, 3000);
  console.log(
    `${tf.getBackend()}: ${ms.toFixed(1)} ms a step, ${((BATCH * 1000) / ms).toFixed(1)} examples a second`,
  );
  console.log(`tensors kept: ${tf.memory().numTensors}`);
  if (tf.getBackend() !== 'wasm') return;

  const times = timeKernels();
  const steps = 5;
  const start = processorMs();
  for (let i = 0; i < steps; i++) await run();
  const wall = (processorMs() - start) / steps;
  const rows = [...times].filter(([, entry]) => entry.count > 0).sort((a, b) => b[1].ms - a[1].ms);
  const sum = rows.reduce((total, [, entry]) => total + entry.ms, 0) / steps;
  printTable(
    ['kernel', 'calls', 'ms', 'share'],
    rows
      .slice(0, 30)
      .map(([name, { count, ms }]) => [
        name,
        String(count / steps),
        (ms / steps).toFixed(2),
        `${((100 * ms) / steps / wall).toFixed(1)}%`,
      ]),
  );
  console.log(`all kernels ${sum.toFixed(1)} ms, outside of kernels ${(wall - sum).toFixed(1)} ms`);
}

await main();
