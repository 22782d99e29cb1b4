import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { TrainingError } from '../../src/errors.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import type { TrainingOptions } from '../../src/training/options.js';
import type { LossParts, StepContext } from '../../src/training/task.js';
import { train } from '../../src/training/train.js';
import { expectAllClose, expectTensorsKeptAsync } from '../support/numeric.js';
import { regressionData, regressionTask, type RegressionBatch } from './regression.js';
import { half, numbers, scalarTask } from './scalar.js';

type Options = TrainingOptions<RegressionBatch>;

const BASE = { seed: 0, learningRate: 0.1, steps: 3 };

describe('train() and memory', () => {
  it('keeps nothing over 200 steps with all features on, and does not grow', async () => {
    const task = regressionTask({ dropout: 0.1 });
    const counts: number[] = [];
    const options: Options = {
      seed: 0,
      learningRate: 0.01,
      steps: 200,
      logEvery: 5,
      accumulate: 2,
      clipNorm: 1,
      average: {},
      validation: { data: regressionData({ batchesPerEpoch: 1 }), everySteps: 50 },
      keepBest: true,
      callbacks: [
        { onTrainBegin: () => void counts.push(tf.memory().numTensors) },
        { onBatchEnd: () => void counts.push(tf.memory().numTensors) },
      ],
    };
    const before = tf.memory().numTensors;
    await train(task, regressionData({ batchesPerEpoch: 4 }), options);
    expect(tf.memory().numTensors).toBe(before);
    // Adam's two slots and one average for each of two variables, the best of those and of one buffer
    expect(counts[0]! - before).toBe(2 * 2 + 2 + 3);
    expect(new Set(counts).size).toBe(1);
    task.dispose();
  });

  const losses = { data: 0, loss: 3, callback: 0 };
  for (const [place, count] of Object.entries(losses)) {
    it(`keeps nothing, and computes no further step, when it is aborted in the ${place}`, async () => {
      const reason = new Error('no more');
      const controller = new AbortController();
      const abortIn = (here: string) => {
        if (here === place) controller.abort(reason);
      };
      let calls = 0;
      const onLoss = () => {
        calls++;
        abortIn('loss');
      };
      const task = regressionTask({ onLoss });
      const data = regressionData({ onBatch: () => abortIn('data') });
      const callbacks = [{ onBatchBegin: () => abortIn('callback') }];
      const options = { ...BASE, accumulate: 3, average: {}, signal: controller.signal, callbacks };
      await expectTensorsKeptAsync(0, () => expect(train(task, data, options)).rejects.toBe(reason));
      expect(calls).toBe(count);
      task.dispose();
    });
  }

  it('makes no tensor when the signal is aborted before', async () => {
    const task = regressionTask();
    const run = train(task, regressionData(), { ...BASE, signal: AbortSignal.abort('before') });
    await expectTensorsKeptAsync(0, () => expect(run).rejects.toBe('before'));
    task.dispose();
  });
});

describe('train() and values that are not finite', () => {
  const expectFailure = async (
    lossOf: (weight: tf.Scalar, context: StepContext) => LossParts,
    message: string,
  ) => {
    const task = scalarTask(lossOf);
    const run = train(task, numbers(9), { ...BASE, steps: 9, optimizer: sgd() });
    await expect(run).rejects.toThrow(TrainingError);
    await expect(run).rejects.toThrow(message);
    await expectAllClose(task.weight, [0.81]); // two steps were made, the third was not
    task.weight.dispose();
  };

  it('stop the run before the weights change, with the part and the step', async () => {
    await expectFailure(
      (weight, { step }) => ({ ...half(weight), extra: tf.scalar(step === 2 ? NaN : 0) }),
      "Cannot train as 'extra' must be finite at step 3: current value is NaN",
    );
  });

  it('stop the run when only the gradient is not finite', async () => {
    const spoiled = tf.customGrad((x, save) => {
      (save as tf.GradSaveFunc)([x as tf.Tensor]);
      return {
        value: tf.mul(0.5, tf.square(x as tf.Tensor)),
        gradFunc: (dy: tf.Tensor) => tf.mul(dy, Infinity),
      };
    });
    await expectFailure(
      (weight, { step }) => ({ total: step === 2 ? (spoiled(weight) as tf.Scalar) : half(weight).total }),
      "Cannot train as 'gradient norm' must be finite at step 3: current value is Infinity",
    );
  });

  it('give the buffers back as they were before the step', async () => {
    const task = regressionTask();
    let before: ArrayLike<number> = [];
    const loss: typeof task.loss = (batch, context) => {
      const parts = task.loss(batch, context);
      return context.step === 1 ? { ...parts, total: tf.mul(parts.total, NaN) } : parts;
    };
    const callbacks = [{ onBatchEnd: async () => void (before = await task.runningMean.data()) }];
    const run = train({ ...task, loss }, regressionData(), { ...BASE, callbacks });
    await expect(run).rejects.toThrow(
      "Cannot train as 'total' must be finite at step 2: current value is NaN",
    );
    expect(await task.runningMean.data()).toEqual(before);
    task.dispose();
  });
});

describe('train() and wrong input', () => {
  it('names the data when they give fewer batches than promised', async () => {
    const task = regressionTask();
    await expectTensorsKeptAsync(0, () =>
      expect(train(task, regressionData({ given: 3 }), { ...BASE, steps: 9, accumulate: 2 })).rejects.toThrow(
        "Cannot train as 'data' must give 5 batches in epoch 0: current value is 3",
      ),
    );
    const validation = { data: regressionData({ batchesPerEpoch: 3, given: 2 }), everySteps: 1 };
    await expectTensorsKeptAsync(0, () =>
      expect(train(task, regressionData(), { ...BASE, validation })).rejects.toThrow(
        "Cannot train as 'validation.data' must give 3 batches: current value is 2",
      ),
    );
    task.dispose();
  });

  it('names the option', async () => {
    const task = regressionTask();
    const data = regressionData();
    const validation = { data };
    const cases: readonly [Partial<Options>, string][] = [
      [{ seed: -1 }, "Cannot train as 'seed' must be a non-negative integer: current value is -1"],
      [
        { learningRate: 0 },
        "Cannot train as 'learningRate' must be a positive finite number: current value is 0",
      ],
      [{ steps: 0 }, "Cannot train as 'steps' must be a positive integer: current value is 0"],
      [{ epochs: 0.5 }, "Cannot train as 'epochs' must be a positive integer: current value is 0.5"],
      [{ accumulate: 0 }, "Cannot train as 'accumulate' must be a positive integer: current value is 0"],
      [{ clipNorm: 0 }, "Cannot train as 'clipNorm' must be a positive finite number: current value is 0"],
      [{ logEvery: 0 }, "Cannot train as 'logEvery' must be a positive integer: current value is 0"],
      [
        { keepBest: true },
        "Cannot train as 'validation' must be given for keepBest: current value is undefined",
      ],
      [
        { earlyStopping: { patience: 1 } },
        "Cannot train as 'validation' must be given for earlyStopping: current value is undefined",
      ],
      [
        { validation, earlyStopping: { patience: 0 } },
        "Cannot train as 'patience' must be a positive integer: current value is 0",
      ],
      [
        { validation: { data, everyEpochs: 1, everySteps: 1 } },
        "Cannot train as 'everyEpochs' must be left out beside everySteps: current value is 1",
      ],
    ];
    for (const [options, message] of cases) {
      await expect(train(task, data, { ...BASE, ...options })).rejects.toThrow(message);
    }
    await expect(train(task, data, { seed: 0, learningRate: 0.1 })).rejects.toThrow(
      "Cannot train as 'epochs' must be given where no steps, maxDurationMs or earlyStopping limit the run: " +
        'current value is undefined',
    );
    await expect(
      train(task, data, { ...BASE, validation: { data, everySteps: 1, monitor: 'kl' } }),
    ).rejects.toThrow(
      'Cannot train as \'monitor\' must be one of "total", "squared", "penalty": current value is "kl"',
    );
    task.dispose();
  });
});
