import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { deriveSeed } from '../../src/random.js';
import type { TrainingProgress } from '../../src/training/callbacks/callback.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import type { TrainingOptions } from '../../src/training/options.js';
import { overfitBatches } from '../../src/training/overfitBatches.js';
import { linearAnnealing } from '../../src/training/schedules/schedule.js';
import type { StepContext } from '../../src/training/task.js';
import { train } from '../../src/training/train.js';
import { expectAllClose } from '../support/numeric.js';
import {
  BATCH_SIZE,
  regressionBatch,
  regressionData,
  regressionTask,
  type RegressionBatch,
} from './regression.js';
import { half, numbers, scalarTask } from './scalar.js';

type Options = TrainingOptions<RegressionBatch>;

const BASE = { seed: 0, learningRate: 0.1, steps: 3 };

const progressOf = async (options: Options, data = regressionData()): Promise<TrainingProgress[]> => {
  const task = regressionTask();
  const reports: TrainingProgress[] = [];
  await train(task, data, { ...options, callbacks: [{ onProgress: (report) => void reports.push(report) }] });
  task.dispose();
  return reports;
};

describe('train()', () => {
  it('lowers the loss of a linear regression to that of its solution', async () => {
    const task = regressionTask();
    const data = regressionData({ batchesPerEpoch: 10 });
    const result = await train(task, data, { seed: 0, learningRate: 0.2, epochs: 10 });
    expect(result).toMatchObject({ reason: 'epochs', step: 100, epoch: 10, weights: 'last', best: null });
    expect(result.history.epochs).toHaveLength(10);
    expect(result.history.epochs[0]!.losses.total).toBeGreaterThan(3);
    expect(result.history.epochs.at(-1)!.losses.total).toBeLessThan(0.03);
    await expectAllClose(task.kernel, [1, -2, 0.5, 0, 3, 1], { atol: 0.05 });
    task.dispose();
  });

  it('takes the learning rate of each step', async () => {
    const task = scalarTask(half);
    const learningRate = linearAnnealing({ steps: 4, from: 0.5, to: 0.1 });
    await train(task, numbers(5), { seed: 0, learningRate, steps: 3, optimizer: sgd() });
    await expectAllClose(task.weight, [(1 - 0.5) * (1 - 0.4) * (1 - 0.3)]);
    task.weight.dispose();
  });

  it('clips the gradients by their global norm and reports the norm before', async () => {
    const task = scalarTask((weight) => ({ total: tf.mul(8, weight) }));
    const norms: number[] = [];
    await train(task, numbers(2), {
      ...BASE,
      steps: 2,
      optimizer: sgd(),
      clipNorm: 2,
      callbacks: [{ onProgress: ({ gradientNorm }) => void norms.push(gradientNorm) }],
    });
    await expectAllClose(task.weight, [1 - 2 * 0.1 * 2]);
    await expectAllClose(norms, [8, 8]);
    task.weight.dispose();
  });

  it('gives the loss another seed for each batch of each step, the same in each validation', async () => {
    const contexts: StepContext[] = [];
    const task = regressionTask({ onLoss: (context) => contexts.push(context) });
    const validation = { data: regressionData({ batchesPerEpoch: 2 }) };
    await train(task, regressionData({ batchesPerEpoch: 3 }), {
      ...BASE,
      steps: 4,
      accumulate: 2,
      validation,
    });
    const training = contexts.filter((context) => context.training);
    const steps = training.map(({ step, epoch }) => [step, epoch]);
    expect(steps).toEqual([
      [0, 0],
      [0, 0],
      [1, 0],
      [2, 1],
      [2, 1],
      [3, 1],
    ]);
    expect(training[0]!.seed).toBe(deriveSeed(0, 0, 0, 0));
    expect(new Set(training.map(({ seed }) => seed)).size).toBe(6);
    const seeds = contexts.filter((context) => !context.training).map(({ seed }) => seed);
    expect(seeds.slice(0, 2)).toEqual(seeds.slice(2));
    expect(new Set([...seeds, ...training.map(({ seed }) => seed)]).size).toBe(8);
    task.dispose();
  });

  it('equals one large batch when it accumulates small ones', async () => {
    const [small, large] = [regressionTask(), regressionTask()];
    const options: Options = { ...BASE, optimizer: sgd({ momentum: 0.5 }) };
    await train(small, regressionData({ batchesPerEpoch: 6 }), { ...options, accumulate: 2 });
    const pairs = {
      batchesPerEpoch: 3,
      batchSize: 2 * BATCH_SIZE,
      batches: async function* (epoch: number, first: number) {
        for (let index = first; index < 3; index++) {
          yield Promise.resolve(
            tf.tidy(() => {
              const [a, b] = [regressionBatch(epoch, 2 * index), regressionBatch(epoch, 2 * index + 1)];
              return { x: tf.concat([a.x, b.x]), y: tf.concat([a.y, b.y]) };
            }),
          );
        }
      },
    };
    await train(large, pairs, options);
    await expectAllClose(small.kernel, await large.kernel.data());
    await expectAllClose(small.bias, await large.bias.data());
    for (const task of [small, large]) task.dispose();
  });

  it('computes the same, read or not', async () => {
    const [often, seldom] = [regressionTask({ dropout: 0.3 }), regressionTask({ dropout: 0.3 })];
    await train(often, regressionData(), { ...BASE, steps: 6 });
    const reports: number[] = [];
    const callbacks = [{ onProgress: ({ step }: TrainingProgress) => void reports.push(step) }];
    await train(seldom, regressionData(), { ...BASE, steps: 6, logEvery: 4, callbacks });
    expect(reports).toEqual([4]);
    expect(await seldom.kernel.data()).toEqual(await often.kernel.data());
    for (const task of [often, seldom]) task.dispose();
  });

  it('ends with the averaged weights, which follow their recursion', async () => {
    const task = scalarTask(half);
    const average = { decay: 0.5 };
    const result = await train(task, numbers(4), { ...BASE, optimizer: sgd(), average });
    let [weight, expected] = [1, 1];
    for (let step = 0; step < 3; step++) {
      weight *= 0.9;
      const decay = Math.min(0.5, (1 + step) / (10 + step));
      expected = decay * expected + (1 - decay) * weight;
    }
    expect(result.weights).toBe('averaged');
    await expectAllClose(task.weight, [expected]);
    task.weight.dispose();
  });

  it('reports steps, speed and time left', async () => {
    let time = 0;
    const options: Options = { seed: 0, learningRate: 0.1, epochs: 2, accumulate: 2, now: () => (time += 1) };
    const reports = await progressOf(
      { ...options, yieldEveryMs: 1e9 },
      regressionData({ batchesPerEpoch: 3 }),
    );
    expect(reports.map(({ step, epoch, totalSteps }) => [step, epoch, totalSteps])).toEqual([
      [1, 0, 4],
      [2, 0, 4],
      [3, 1, 4],
      [4, 1, 4],
    ]);
    expect(reports[0]!.examplesPerSecond).toBeNull();
    expect(reports[1]!.examplesPerSecond).toBeGreaterThan(0);
    expect(reports[0]!.timeLeftMs).toBeGreaterThan(0);
    expect(reports[3]!.timeLeftMs).toBe(0);
    expect(Object.keys(reports[0]!.losses)).toEqual(['total', 'squared', 'penalty']);
    const endless = await progressOf({
      seed: 0,
      learningRate: 0.1,
      maxDurationMs: 30,
      now: () => (time += 1),
    });
    expect(endless[0]!.totalSteps).toBeNull();
  });

  it('ends when the time is up', async () => {
    const task = regressionTask();
    let time = 0;
    const options: Options = { seed: 0, learningRate: 0.1, maxDurationMs: 1000, now: () => time };
    const callbacks = [{ onBatchEnd: () => void (time += 300) }];
    const result = await train(task, regressionData(), { ...options, callbacks });
    expect(result).toMatchObject({ reason: 'duration', step: 4 });
    task.dispose();
  });

  it('lets the event loop turn while it runs', async () => {
    const task = regressionTask();
    let fired = false;
    setTimeout(() => (fired = true), 0);
    const seen: boolean[] = [];
    await train(task, regressionData(), {
      ...BASE,
      steps: 200,
      yieldEveryMs: 0,
      callbacks: [
        {
          onBatchEnd: (run) => {
            seen.push(fired);
            if (fired) run.stop();
          },
        },
      ],
    });
    expect(seen.at(-1)).toBe(true);
    task.dispose();
  });

  it('overfits a few batches', async () => {
    const drawn: (readonly [number, number])[] = [];
    const data = regressionData({ onBatch: (epoch, index) => void drawn.push([epoch, index]) });
    const task = regressionTask();
    await train(task, overfitBatches(data, 2), { ...BASE, steps: 5 });
    expect(drawn).toEqual([
      [0, 0],
      [0, 1],
      [0, 0],
      [0, 1],
      [0, 0],
    ]);
    expect(() => overfitBatches(data, 6)).toThrow(
      "Cannot create overfitBatches as 'count' must be from 1 to 5: current value is 6",
    );
    task.dispose();
  });
});
