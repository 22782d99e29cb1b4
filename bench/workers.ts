/**
 * Training steps on one worker and on several, in turns.
 *
 *     node --import ./tools/tsxEverywhere.mjs bench/workers.ts                  compact, batch 16, two workers, five rounds
 *     node --import ./tools/tsxEverywhere.mjs bench/workers.ts tiny 32 2 10     preset, batch size, workers, rounds
 *     node --import ./tools/tsxEverywhere.mjs bench/workers.ts reference 8 2 1 2       and steps, after as many that do not count
 *
 * Wall time tells on a machine that does nothing else. On a busy one processor time does: while the main thread works the
 * workers wait, so a step takes its time and the mean of theirs (Linux only).
 */
import { readFileSync } from 'node:fs';

import * as tf from '@tensorflow/tfjs-core';
import {
  colorVae,
  type ColorExamples,
  mixtureDensityNetwork,
  type ModelPreset,
  randomUniform,
  train,
  type TrainingData,
  type TrainingTask,
} from 'polyhue';
import { nodeWorkers, startBackend } from 'polyhue/node';

import { colorVaeTask } from '../src/training/trainColorVae.js';
import { colorMixtureTask } from '../src/training/trainMixtureDensityNetwork.js';
import { printTable, processorMs } from './measure.js';

interface Times {
  readonly wallMs: number;
  /** Of all threads. */
  readonly processorMs: number;
  /** Of the main thread. */
  readonly mainMs: number;
}

/** Processor time of the main thread in milliseconds. */
function mainThreadMs(): number {
  const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
  return Number(nanoseconds) / 1e6;
}

const now = (): Times => ({ wallMs: performance.now(), processorMs: processorMs(), mainMs: mainThreadMs() });

/** The same random batch for every step: what is timed is the step. */
function randomExamples(size: number, batchSize: number, steps: number): TrainingData<ColorExamples> {
  const greyLevel = randomUniform<tf.Rank.R4>([batchSize, size, size, 1], 1);
  const colorField = randomUniform<tf.Rank.R4>([batchSize, size, size, 2], 2);
  return {
    batchSize,
    batchesPerEpoch: 2 * steps,
    batches: async function* () {
      while (true)
        yield { greyLevel: tf.clone(greyLevel), colorField: tf.clone(colorField), weights: undefined };
    },
  };
}

/** Mean time of a step of the second half, as a new thread compiles what it runs often; with one worker this thread computes. */
async function stepTimes(
  task: TrainingTask<ColorExamples>,
  data: TrainingData<ColorExamples>,
  count: number,
): Promise<Times> {
  const steps = data.batchesPerEpoch / 2;
  let start = now();
  let end = start;
  await train(task, data, {
    seed: 0,
    epochs: 1,
    learningRate: 1e-4,
    average: { decay: 0.999 },
    ...(count > 1 && { workers: nodeWorkers({ count }) }),
    callbacks: [
      {
        onBatchEnd: ({ step }) => {
          if (step === steps) start = now();
          end = now();
        },
      },
    ],
  });
  return {
    wallMs: (end.wallMs - start.wallMs) / steps,
    processorMs: (end.processorMs - start.processorMs) / steps,
    mainMs: (end.mainMs - start.mainMs) / steps,
  };
}

async function main([
  preset = 'compact',
  batch = '16',
  workers = '2',
  rounds = '5',
  steps = '12',
]: string[]): Promise<void> {
  await startBackend('wasm');
  tf.enableProdMode();
  const vae = colorVae({ preset: preset as ModelPreset, seed: 0 });
  const network = mixtureDensityNetwork({ preset: preset as ModelPreset, seed: 0 });
  const data = randomExamples(vae.config.imageSize, Number(batch), Number(steps));
  const tasks = {
    'color VAE': colorVaeTask(vae),
    // The others look at features.
    ...(network.config.input.kind === 'greyLevel' && {
      'mixture density network': colorMixtureTask(network, vae),
    }),
  };
  for (const [name, task] of Object.entries(tasks)) {
    const rows: string[][] = [];
    for (let round = 0; round < Number(rounds); round++) {
      const one = await stepTimes(task, data, 1);
      const several = await stepTimes(task, data, Number(workers));
      const path = several.mainMs + (several.processorMs - several.mainMs) / Number(workers);
      const cells = [one.wallMs, one.processorMs, several.wallMs, several.mainMs, path];
      const ratios = [one.wallMs / several.wallMs, one.processorMs / path];
      rows.push([...cells.map((ms) => ms.toFixed(0)), ...ratios.map((ratio) => ratio.toFixed(2))]);
    }
    console.log(`\n${preset} ${name}, batch ${batch}, ms a step`);
    const headings = ['one: wall', 'processor', `${workers}: wall`, 'main thread', 'main + share of workers'];
    printTable([...headings, 'ratio of wall', 'of processor'], rows);
  }
}

await main(process.argv.slice(2));
