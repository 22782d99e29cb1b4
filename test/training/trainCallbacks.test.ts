import { describe, expect, it } from 'vitest';

import type { TrainingCallback, TrainingEnd, TrainingRun } from '../../src/training/callbacks/callback.js';
import type { TrainingSnapshot } from '../../src/training/snapshot.js';
import { train } from '../../src/training/train.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';
import { regressionData, regressionTask } from './regression.js';

const BASE = { seed: 0, learningRate: 0.1, steps: 3 };

describe('train() and its callbacks', () => {
  it('calls them in the order of Keras and waits for each', async () => {
    const calls: string[] = [];
    const slow = async (name: string) => {
      calls.push(`${name} begins`);
      await Promise.resolve();
      calls.push(`${name} ends`);
    };
    const note = (name: string) => () => void calls.push(name);
    const callbacks: TrainingCallback[] = [
      { onTrainBegin: () => slow('first') },
      {
        onTrainBegin: note('train begin'),
        onEpochBegin: note('epoch begin'),
        onBatchBegin: note('batch begin'),
        onProgress: note('progress'),
        onBatchEnd: note('batch end'),
        onValidationEnd: note('validation end'),
        onEpochEnd: note('epoch end'),
        onTrainEnd: ({ reason }) => void calls.push(`train end: ${reason}`),
      },
    ];
    const task = regressionTask();
    const data = regressionData({ batchesPerEpoch: 2 });
    await train(task, data, { ...BASE, steps: 2, validation: { data }, callbacks });
    const batch = ['batch begin', 'progress', 'batch end'];
    const epoch = ['epoch begin', ...batch, ...batch, 'validation end', 'epoch end'];
    expect(calls).toEqual(['first begins', 'first ends', 'train begin', ...epoch, 'train end: steps']);
    task.dispose();
  });

  it('stops when asked to and says why', async () => {
    const task = regressionTask();
    const callbacks = [{ onBatchEnd: (run: TrainingRun) => run.stop('enough') }];
    const result = await train(task, regressionData(), { ...BASE, callbacks });
    expect(result).toMatchObject({ reason: 'stopped', cause: 'enough', step: 1, epoch: 0 });
    task.dispose();
  });

  it('answers a snapshot asked for in the middle of a step with the state after it', async () => {
    let ask: (() => Promise<TrainingSnapshot>) | undefined;
    const asked: Promise<TrainingSnapshot>[] = [];
    const task = regressionTask({
      onLoss: ({ step, training }) => {
        if (step === 1 && training) asked.push(ask!());
      },
    });
    const atEnd: TrainingSnapshot[] = [];
    await train(task, regressionData(), {
      ...BASE,
      callbacks: [
        {
          onTrainBegin: (run) => {
            ask = run.snapshot;
          },
          onBatchEnd: async (run) => void atEnd.push(await run.snapshot()),
        },
      ],
    });
    expect(asked).toHaveLength(1);
    expect(await asked[0]).toEqual(atEnd[1]);
    await expect(ask!()).rejects.toThrow('Cannot take a snapshot as the run has ended');
    task.dispose();
  });

  it('fails with the error of a callback, after the others heard of the end', async () => {
    const ends: TrainingEnd[] = [];
    const failure = new Error('disk full');
    const callbacks: TrainingCallback[] = [
      { onTrainEnd: (end) => void ends.push(end) },
      {
        onBatchEnd: () => {
          throw failure;
        },
        onTrainEnd: () => {
          throw new Error('a second error');
        },
      },
    ];
    const task = regressionTask();
    await expectTensorsKeptAsync(0, () =>
      expect(train(task, regressionData(), { ...BASE, callbacks })).rejects.toBe(failure),
    );
    expect(ends).toEqual([{ reason: 'failed', cause: failure }]);
    task.dispose();
  });
});
