import type * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { TrainingError } from '../../src/errors.js';
import { adam, adamW } from '../../src/training/optimizers/adam.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import type { TrainingOptions } from '../../src/training/options.js';
import { plateauSchedule } from '../../src/training/schedules/plateau.js';
import { cosineSchedule } from '../../src/training/schedules/schedule.js';
import type { TrainingSnapshot } from '../../src/training/snapshot.js';
import { train, type TrainingResult } from '../../src/training/train.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';
import { regressionData, regressionTask, type RegressionBatch, type RegressionTask } from './regression.js';

type Options = TrainingOptions<RegressionBatch>;

interface Outcome {
  readonly result: TrainingResult;
  /** What the model ends with. */
  readonly weights: ArrayLike<number>[];
  /** Everything a run holds at its end. */
  readonly last: TrainingSnapshot;
}

const data = regressionData();

/** What a file would give back: JSON text and copies of the numbers. */
function stored({ state, tensors }: TrainingSnapshot): TrainingSnapshot {
  const copies = [...tensors].map(
    ([name, { shape, values }]) => [name, { shape: [...shape], values: values.slice() }] as const,
  );
  return { state: JSON.parse(JSON.stringify(state)) as TrainingSnapshot['state'], tensors: new Map(copies) };
}

const readAll = async (variables: Iterable<tf.Variable>): Promise<ArrayLike<number>[]> =>
  Promise.all(Array.from(variables, (variable) => variable.data()));

async function outcomeOf(task: RegressionTask, options: Options): Promise<Outcome> {
  let last: TrainingSnapshot | undefined;
  const keep: Options['callbacks'] = [
    {
      onTrainEnd: async (_end, run) => {
        last = await run.snapshot();
      },
    },
  ];
  const result = await train(task, data, { ...options, callbacks: [...(options.callbacks ?? []), ...keep] });
  const weights = await readAll([task.kernel, task.bias, task.runningMean]);
  task.dispose();
  return { result, weights, last: last! };
}

/** The same run, resumed from every step of it by a new task that starts from other weights. */
async function expectExactResumption(options: Options): Promise<Outcome> {
  const snapshots: TrainingSnapshot[] = [];
  const collect: Options['callbacks'] = [
    {
      onTrainBegin: async (run) => void snapshots.push(stored(await run.snapshot())),
      onBatchEnd: async (run) => void snapshots.push(stored(await run.snapshot())),
      onValidationEnd: async (_record, run) => void snapshots.push(stored(await run.snapshot())),
      onEpochEnd: async (_record, run) => void snapshots.push(stored(await run.snapshot())),
    },
  ];
  const whole = await outcomeOf(regressionTask({ dropout: 0.3, start: 0.1 }), {
    ...options,
    callbacks: collect,
  });
  expect(snapshots.length).toBeGreaterThan(whole.result.step);
  for (const resume of snapshots) {
    const resumed = await outcomeOf(regressionTask({ dropout: 0.3, start: 9 }), { ...options, resume });
    expect(resumed).toEqual(whole);
  }
  return whole;
}

describe('train() with resume', () => {
  it('ends bit for bit like a run that was not stopped: Adam, clipping, constant rate', async () => {
    const { result } = await expectExactResumption({ seed: 0, learningRate: 0.05, epochs: 2, clipNorm: 0.5 });
    expect(result).toMatchObject({ reason: 'epochs', step: 10, epoch: 2, weights: 'last' });
  });

  it('ends bit for bit alike with averaged weights, a plateau, early stopping and accumulation', async () => {
    const { result } = await expectExactResumption({
      seed: 3,
      learningRate: plateauSchedule({ learningRate: 0.4, factor: 0.3, patience: 1 }),
      epochs: 9,
      accumulate: 2,
      optimizer: adamW({ weightDecay: 0.01 }),
      average: { decay: 0.6 },
      validation: { data: regressionData({ batchesPerEpoch: 2 }) },
      earlyStopping: { patience: 2, minDelta: 0.3 },
    });
    expect(result).toMatchObject({ reason: 'early-stopping', weights: 'best' });
  });

  it('ends bit for bit alike when validation follows the steps', async () => {
    const { result } = await expectExactResumption({
      seed: 1,
      learningRate: cosineSchedule({ peak: 0.1, steps: 7, warmupSteps: 2 }),
      steps: 7,
      optimizer: sgd({ momentum: 0.8 }),
      validation: { data: regressionData({ batchesPerEpoch: 1 }), everySteps: 3, monitor: 'squared' },
      keepBest: true,
    });
    expect(result.history.validations.map(({ step }) => step)).toEqual([3, 6]);
    expect(result).toMatchObject({ reason: 'steps', step: 7, epoch: 1, weights: 'best' });
  });

  it('goes on beyond the limit of the run that the snapshot was taken from', async () => {
    const options: Options = { seed: 0, learningRate: 0.05, epochs: 3 };
    const whole = await outcomeOf(regressionTask(), options);
    const first = await outcomeOf(regressionTask(), { ...options, epochs: 1 });
    const second = await outcomeOf(regressionTask(), { ...options, resume: stored(first.last) });
    expect(second).toEqual(whole);
  });

  it('goes on from an aborted run wherever it was aborted', async () => {
    const options: Options = {
      seed: 5,
      learningRate: 0.05,
      epochs: 2,
      accumulate: 2,
      validation: { data: regressionData({ batchesPerEpoch: 3 }) },
      average: {},
    };
    const whole = await outcomeOf(regressionTask({ dropout: 0.2 }), options);
    let calls = 0;
    const abortAt = async (call: number): Promise<TrainingSnapshot> => {
      const controller = new AbortController();
      const reason = new Error('enough');
      const task = regressionTask({
        dropout: 0.2,
        onLoss: () => {
          if (++calls === call) controller.abort(reason);
        },
      });
      let last: TrainingSnapshot | undefined;
      const onTrainEnd: NonNullable<Options['callbacks']>[number]['onTrainEnd'] = async (end, run) => {
        expect(end.reason).toBe('aborted');
        last = await run.snapshot();
      };
      calls = 0;
      const run = train(task, data, { ...options, signal: controller.signal, callbacks: [{ onTrainEnd }] });
      await expect(run).rejects.toBe(reason);
      task.dispose();
      return last!;
    };
    // Losses 1 to 5 are those of the first epoch, 6 to 8 of its validation, 9 to 13 of the second epoch.
    for (const call of [1, 2, 4, 5, 6, 7, 10, 13, 14]) {
      const resume = stored(await abortAt(call));
      expect(await outcomeOf(regressionTask({ dropout: 0.2 }), { ...options, resume })).toEqual(whole);
    }
  });

  it('lists every difference of a snapshot of another run, and changes nothing', async () => {
    const options: Options = { seed: 0, learningRate: 0.05, epochs: 1, average: { decay: 0.9 } };
    const { last } = await outcomeOf(regressionTask(), options);
    const other = regressionTask({ start: 2 });
    const task = {
      ...other,
      variables: new Map<string, tf.Variable>([
        ['dense/kernel', other.kernel],
        ['dense/offset', other.bias],
      ]),
    };
    const resumed = train(task, regressionData({ batchesPerEpoch: 6 }), {
      ...options,
      seed: 1,
      average: { decay: 0.5 },
      optimizer: sgd(),
      resume: last,
    });
    await expect(resumed).rejects.toThrow(TrainingError);
    await expect(resumed).rejects.toThrow(
      "Cannot resume as 'snapshot' must be of the same run: " +
        'seed is 0, not 1; average.decay is 0.9, not 0.5; batchesPerEpoch is 5, not 6; ' +
        'optimizer.kind is "adam", not "sgd"; optimizer.momentum is missing, not 0; ' +
        'optimizer.beta1 is 0.9, not expected; optimizer.beta2 is 0.999, not expected; ' +
        'optimizer.epsilon is 1e-8, not expected; ' +
        'tensor "variables/dense/offset" is missing, not float32 [2]; ' +
        'tensor "average/dense/offset" is missing, not float32 [2]; ' +
        'tensor "variables/dense/bias" is float32 [2], not expected; ' +
        'tensor "optimizer/firstMoment/dense/kernel" is float32 [3, 2], not expected; ' +
        'tensor "optimizer/firstMoment/dense/bias" is float32 [2], not expected; ' +
        'tensor "optimizer/secondMoment/dense/kernel" is float32 [3, 2], not expected; ' +
        'tensor "optimizer/secondMoment/dense/bias" is float32 [2], not expected; ' +
        'tensor "average/dense/bias" is float32 [2], not expected',
    );
    expect(Array.from(await other.kernel.data())).toEqual([2, 2, 2, 2, 2, 2]);
  });

  it('refuses tensors of another shape, type or length', async () => {
    const options: Options = { seed: 0, learningRate: 0.05, epochs: 1, optimizer: adam() };
    const { last } = await outcomeOf(regressionTask(), options);
    const tensors = new Map(last.tensors);
    tensors.set('variables/dense/bias', { shape: [1, 2], values: new Float32Array(2) });
    tensors.set('buffers/runningMean', { shape: [3], values: new Int32Array(3) });
    tensors.set('variables/dense/kernel', { shape: [3, 2], values: new Float32Array(5) });
    const task = regressionTask();
    await expectTensorsKeptAsync(0, async () => {
      await expect(train(task, data, { ...options, resume: { state: last.state, tensors } })).rejects.toThrow(
        "Cannot resume as 'snapshot' must be of the same run: " +
          'tensor "variables/dense/kernel" is broken [3, 2] with 5 values, not float32 [3, 2]; ' +
          'tensor "variables/dense/bias" is float32 [1, 2], not float32 [2]; ' +
          'tensor "buffers/runningMean" is int32 [3], not float32 [3]',
      );
    });
  });
});
