/**
 * Training steps of the color VAEs: loss, gradients, Adam and averaging, on random pictures.
 *
 *     npx tsx bench/trainingStep.ts                        compact on wasm, batch 8
 *     npx tsx bench/trainingStep.ts reference cpu 2        preset, backend, batch size
 *     npx tsx bench/trainingStep.ts compact wasm 8 kernels     and where the time goes, kernel by kernel
 */
import '@tensorflow/tfjs-backend-cpu';

import * as tf from '@tensorflow/tfjs-core';
import { colorVae, type ColorExamples, type ModelPreset, randomUniform, type TrainingData } from 'polyhue';
import { type NodeBackend, startBackend } from 'polyhue/node';

import { colorVaeTask } from '../src/training/trainColorVae.js';
import { train } from '../src/training/train.js';
import { medianMs } from './measure.js';
import { printKernelTimes } from './timeKernels.js';

function randomExamples(size: number, batchSize: number): TrainingData<ColorExamples> {
  const batch = (): ColorExamples => ({
    greyLevel: randomUniform<tf.Rank.R4>([batchSize, size, size, 1], 1),
    colorField: randomUniform<tf.Rank.R4>([batchSize, size, size, 2], 2),
    weights: undefined,
  });
  return {
    batchSize,
    batchesPerEpoch: 1_000_000,
    batches: async function* () {
      while (true) yield batch();
    },
  };
}

/** Calls `body` with a function that takes one training step. */
async function withSteps(
  preset: ModelPreset,
  batchSize: number,
  body: (step: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const vae = colorVae({ preset, seed: 0 });
  const data = randomExamples(vae.config.imageSize, batchSize);
  // The run waits after each step until the next is asked for.
  let [resume, done] = [(): void => {}, (): void => {}];
  const stop = new AbortController();
  const running = train(colorVaeTask(vae), data, {
    seed: 0,
    steps: 1_000_000,
    learningRate: 1e-4,
    average: { decay: 0.999 },
    signal: stop.signal,
    callbacks: [
      {
        onBatchBegin: () =>
          new Promise<void>((resolve) => {
            resume = resolve;
            done();
          }),
      },
    ],
  });
  const step = () =>
    new Promise<void>((resolve) => {
      done = resolve;
      resume();
    });
  await step();
  await body(step);
  stop.abort();
  resume();
  await running.catch(() => {});
  vae.dispose();
}

/** Median processor time of one step, in milliseconds. */
export async function trainingStepMs(
  preset: ModelPreset,
  batchSize: number,
  budgetMs = 3000,
): Promise<number> {
  let ms = Number.NaN;
  await withSteps(preset, batchSize, async (step) => {
    ms = await medianMs(step, budgetMs);
  });
  return ms;
}

async function main([preset = 'compact', backend = 'wasm', batch = '8', kernels]: string[]): Promise<void> {
  await startBackend(backend as NodeBackend);
  tf.enableProdMode();
  const batchSize = Number(batch);
  const ms = await trainingStepMs(preset as ModelPreset, batchSize);
  console.log(
    `${preset} on ${backend}, batch ${batchSize}: ${ms.toFixed(0)} ms a step, ${(ms / batchSize).toFixed(1)} ms an example`,
  );
  if (kernels !== undefined) await withSteps(preset as ModelPreset, batchSize, printKernelTimes);
}

if (process.argv[1]?.endsWith('trainingStep.ts') === true) await main(process.argv.slice(2));
