/**
 * Training steps on one worker and on several, in turns, as wall time: for a machine that does nothing else.
 *
 *     npx tsx bench/workers.ts                    compact, batch 16, one and two workers, five rounds
 *     npx tsx bench/workers.ts tiny 32 2 10       preset, batch size, workers, rounds
 */
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

const STEPS = 8;

interface Times {
  readonly wallMs: number;
  readonly processorMs: number;
}

function randomExamples(size: number, batchSize: number): TrainingData<ColorExamples> {
  const batch = (): ColorExamples => ({
    greyLevel: randomUniform<tf.Rank.R4>([batchSize, size, size, 1], 1),
    colorField: randomUniform<tf.Rank.R4>([batchSize, size, size, 2], 2),
    weights: undefined,
  });
  return {
    batchSize,
    batchesPerEpoch: STEPS + 2,
    batches: async function* () {
      while (true) yield batch();
    },
  };
}

/** Mean time of a step, after two that do not count; with one worker this thread computes. */
async function stepTimes(
  task: TrainingTask<ColorExamples>,
  data: TrainingData<ColorExamples>,
  count: number,
): Promise<Times> {
  let start = { wall: 0, processor: 0 };
  const now = () => ({ wall: performance.now(), processor: processorMs() });
  await train(task, data, {
    seed: 0,
    epochs: 1,
    learningRate: 1e-4,
    average: { decay: 0.999 },
    ...(count > 1 && { workers: nodeWorkers({ count }) }),
    callbacks: [{ onBatchEnd: ({ step }) => void (step === 2 && (start = now())) }],
  });
  const end = now();
  return { wallMs: (end.wall - start.wall) / STEPS, processorMs: (end.processor - start.processor) / STEPS };
}

async function main([preset = 'compact', batch = '16', workers = '2', rounds = '5']: string[]): Promise<void> {
  await startBackend('wasm');
  tf.enableProdMode();
  const vae = colorVae({ preset: preset as ModelPreset, seed: 0 });
  const network = mixtureDensityNetwork({ preset: preset as ModelPreset, seed: 0 });
  const data = randomExamples(vae.config.imageSize, Number(batch));
  const tasks = { 'color VAE': colorVaeTask(vae), 'mixture density network': colorMixtureTask(network, vae) };
  for (const [name, task] of Object.entries(tasks)) {
    const rows: string[][] = [];
    for (let round = 0; round < Number(rounds); round++) {
      const one = await stepTimes(task, data, 1);
      const several = await stepTimes(task, data, Number(workers));
      const cells = [one.wallMs, one.processorMs, several.wallMs, several.processorMs];
      rows.push([...cells.map((ms) => ms.toFixed(0)), (one.wallMs / several.wallMs).toFixed(2)]);
    }
    console.log(`\n${preset} ${name}, batch ${batch}, ms a step`);
    printTable(['one: wall', 'processor', `${workers}: wall`, 'processor', 'ratio of wall'], rows);
  }
}

await main(process.argv.slice(2));
