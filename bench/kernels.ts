/**
 * Speed of convolutions and of their gradients on the wasm backend, layer by layer, in GFLOP/s of processor time (2 operations
 * a multiply-add; medians): our SIMD kernels, and `composed` of TensorFlow.js's convolutions as on hosts without SIMD.
 *
 *     npx tsx bench/kernels.ts          about 1 minute
 *
 * Also the other kernels that are replaced, on a [16, 64, 64, 16] feature map, in milliseconds: stock and ours.
 */
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers';

import * as tf from '@tensorflow/tfjs-core';

import { registerWasmTraining } from '../src/backends/wasm/index.js';
import { SIMD_FLAG } from '../src/backends/wasm/simd/module.js';
import { medianMs, printTable } from './measure.js';

interface Layer {
  readonly batch: number;
  readonly size: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: number;
  readonly stride: number;
}

const LAYERS: readonly Layer[] = [
  { batch: 16, size: 64, inChannels: 3, outChannels: 32, kernel: 3, stride: 2 },
  { batch: 16, size: 64, inChannels: 32, outChannels: 32, kernel: 3, stride: 1 },
  { batch: 16, size: 64, inChannels: 32, outChannels: 2, kernel: 3, stride: 1 },
  { batch: 16, size: 32, inChannels: 32, outChannels: 64, kernel: 3, stride: 2 },
  { batch: 16, size: 32, inChannels: 64, outChannels: 64, kernel: 3, stride: 1 },
  { batch: 16, size: 32, inChannels: 64, outChannels: 128, kernel: 5, stride: 2 },
  { batch: 16, size: 16, inChannels: 128, outChannels: 128, kernel: 3, stride: 1 },
  { batch: 16, size: 16, inChannels: 128, outChannels: 256, kernel: 3, stride: 2 },
  { batch: 16, size: 16, inChannels: 128, outChannels: 128, kernel: 1, stride: 1 },
  { batch: 16, size: 8, inChannels: 256, outChannels: 256, kernel: 3, stride: 1 },
  { batch: 16, size: 8, inChannels: 256, outChannels: 512, kernel: 3, stride: 2 },
  { batch: 16, size: 4, inChannels: 512, outChannels: 512, kernel: 3, stride: 1 },
  { batch: 8, size: 16, inChannels: 128, outChannels: 128, kernel: 3, stride: 1 },
  { batch: 8, size: 8, inChannels: 512, outChannels: 512, kernel: 3, stride: 1 },
];

type Run = () => tf.Tensor | tf.Tensor[];

/** Median milliseconds of `run`, whose results are freed. */
const timed = (run: Run): Promise<number> => medianMs(() => tf.dispose(tf.tidy(run)));

interface LayerTimes {
  readonly forward: number;
  readonly filter: number;
  readonly input: number;
  readonly operations: number;
}

async function timesOf(c: Layer): Promise<LayerTimes> {
  const x = tf.randomUniform<tf.Rank.R4>([c.batch, c.size, c.size, c.inChannels], -1, 1, 'float32', 1);
  const shape: [number, number, number, number] = [c.kernel, c.kernel, c.inChannels, c.outChannels];
  const filter = tf.randomUniform<tf.Rank.R4>(shape, -1, 1, 'float32', 2);
  const dy = tf.conv2d(x, filter, c.stride, 'same');
  const attrs = { strides: c.stride, pad: 'same', dataFormat: 'NHWC', dimRoundingMode: undefined };
  const run = (name: string, inputs: tf.NamedTensorMap, more: object) => (): tf.Tensor =>
    tf.engine().runKernel(name, inputs, { ...attrs, ...more } as unknown as tf.NamedAttrMap);
  const result = {
    forward: await timed(() => tf.conv2d(x, filter, c.stride, 'same')),
    filter: await timed(run(tf.Conv2DBackpropFilter, { x, dy }, { filterShape: shape })),
    input: await timed(run(tf.Conv2DBackpropInput, { dy, filter }, { inputShape: x.shape })),
    operations: 2 * dy.size * c.kernel ** 2 * c.inChannels,
  };
  tf.dispose([x, filter, dy]);
  return result;
}

/** Operations on a feature map of a million elements that are slow in TensorFlow.js. */
function otherOperations(): Readonly<Record<string, Run>> {
  const x = tf.randomUniform<tf.Rank.R4>([16, 64, 64, 16], -1, 1, 'float32', 1);
  const channel = tf.randomUniform<tf.Rank.R1>([16], 1, 2, 'float32', 3);
  const example = tf.reshape(tf.tile(channel, [16]), [16, 1, 1, 16]);
  const [left, right] = [tf.ones([512, 1024]), tf.ones([512, 256])];
  /** Forward and backward for a given output gradient. */
  const grad = (run: (x: tf.Tensor4D) => tf.Tensor): Run => {
    const dy = tf.randomUniform(
      tf.tidy(() => run(x).shape),
      -1,
      1,
      'float32',
      4,
    );
    return () => tf.grad(run as (x: tf.Tensor) => tf.Tensor)(x, dy);
  };
  return {
    'x * [channel]': () => tf.mul(x, channel),
    'x * [example, 1, 1, channel]': () => tf.mul(x, example),
    'sum over batch and pixels': () => tf.sum(x, [0, 1, 2]),
    'sum over pixels': () => tf.sum(x, [1, 2]),
    'mean over pixels with gradient': grad((u) => tf.mean(u, [1, 2])),
    batchNorm: () => tf.batchNorm(x, channel, channel, channel, channel),
    'batchNorm with gradient': grad((u) => tf.batchNorm(u, channel, channel, channel, channel)),
    'concat of two maps': () => tf.concat([x, x], 3),
    'split into two maps': () => tf.split(x, 2, 3),
    'slice without the border': () => tf.slice(x, [0, 1, 1, 0], [16, 62, 62, 16]),
    'slice of one example': () => tf.slice(x, [3, 0, 0, 0], [1, 64, 64, 16]),
    'nearest x2': () => tf.image.resizeNearestNeighbor(x, [128, 128]),
    'nearest x2 with gradient': grad((u) => tf.image.resizeNearestNeighbor(u, [128, 128])),
    'max pool with gradient': grad((u) => tf.maxPool(u, 2, 2, 'same')),
    'average pool with gradient': grad((u) => tf.avgPool(u, 2, 2, 'same')),
    'leakyRelu with gradient': grad((u) => tf.leakyRelu(u, 0.1)),
    '[512, 1024]^T [512, 256]': () => tf.matMul(left, right, true),
    '[1024, 512] [256, 512]^T': () =>
      tf.matMul(tf.reshape(left, [1024, 512]), tf.reshape(right, [256, 512]), false, true),
  };
}

async function layerTimes(): Promise<readonly LayerTimes[]> {
  const layers: LayerTimes[] = [];
  for (const c of LAYERS) layers.push(await timesOf(c));
  return layers;
}

async function otherTimes(): Promise<ReadonlyMap<string, number>> {
  const others = new Map<string, number>();
  for (const [name, run] of Object.entries(otherOperations())) others.set(name, await timed(run));
  return others;
}

async function main(): Promise<void> {
  await tf.setBackend('wasm');
  await tf.ready();
  const stock = await otherTimes();
  registerWasmTraining();
  const ours = await otherTimes();
  const simd = await layerTimes();
  tf.env().set(SIMD_FLAG, false);
  const composed = await layerTimes();

  const speeds = ({ operations, forward, filter, input }: LayerTimes) =>
    [forward, filter, input].map((ms) => (operations / ms / 1e6).toFixed(1));
  printTable(
    ['batch', 'size', 'channels', 'kernel', 'stride', 'forward', 'filter', 'input', '(composed)', '', ''],
    LAYERS.map(({ batch, size, inChannels, outChannels, kernel, stride }, i) => {
      const shape = [batch, size, `${inChannels} -> ${outChannels}`, kernel, stride].map(String);
      return [...shape, ...speeds(simd[i]!), ...speeds(composed[i]!)];
    }),
  );
  console.log();
  printTable(
    ['operation', 'stock ms', 'our ms', 'ratio'],
    [...ours].map(([name, ms]) => {
      const before = stock.get(name)!;
      return [name, before.toFixed(2), ms.toFixed(2), (before / ms).toFixed(1)];
    }),
  );
}

await main();
