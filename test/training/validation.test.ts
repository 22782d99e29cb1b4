import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { sgd } from '../../src/training/optimizers/sgd.js';
import type { TrainingOptions } from '../../src/training/options.js';
import { plateauSchedule } from '../../src/training/schedules/plateau.js';
import type { StepContext, TrainingTask } from '../../src/training/task.js';
import { train } from '../../src/training/train.js';
import { expectAllClose } from '../support/numeric.js';

/** One weight that every step raises by the learning rate, and validation losses given by hand. */
function scriptedTask(validationLosses: readonly number[]) {
  const weight = tf.tidy(() => tf.variable(tf.scalar(0)));
  const seen: StepContext[] = [];
  let validations = 0;
  const task: TrainingTask<number> = {
    variables: new Map([['weight', weight]]),
    loss: (_batch, context) => {
      if (context.training) return { total: tf.neg(weight) };
      seen.push(context);
      return { total: tf.scalar(validationLosses[validations++]!) };
    },
  };
  return { task, weight, seen };
}

const data = {
  batchesPerEpoch: 1,
  batchSize: 1,
  batches: async function* () {
    yield Promise.resolve(0);
  },
};

const OPTIONS = { seed: 0, learningRate: 1, optimizer: sgd(), validation: { data } };

describe('train() with validation', () => {
  it('stops after patience validations without improvement and brings back the best weights', async () => {
    const { task, weight } = scriptedTask([5, 4, 4.5, 3, 3, 3.5, 9]);
    const result = await train(task, data, { ...OPTIONS, epochs: 50, earlyStopping: { patience: 2 } });
    expect(result).toMatchObject({
      reason: 'early-stopping',
      step: 6,
      best: { step: 4, value: 3 },
      weights: 'best',
    });
    expect(result.history.validations.map(({ improved }) => improved)).toEqual([
      true,
      true,
      false,
      true,
      false,
      false,
    ]);
    await expectAllClose(weight, [4]);
    weight.dispose();
  });

  it('asks for an improvement of more than minDelta', async () => {
    const { task, weight } = scriptedTask([5, 4.5, 4.2, 3.9]);
    const result = await train(task, data, {
      ...OPTIONS,
      epochs: 4,
      earlyStopping: { patience: 2, minDelta: 1 },
    });
    expect(result).toMatchObject({ reason: 'early-stopping', step: 3, best: { step: 1, value: 5 } });
    weight.dispose();
  });

  const endings: Readonly<Record<string, Partial<TrainingOptions<number>>>> = {
    'a limit ends the run': { epochs: 4 },
    'stop() ends the run': {
      callbacks: [{ onEpochEnd: ({ epoch }, run) => void (epoch === 3 && run.stop()) }],
    },
    'the run fails': {
      callbacks: [
        {
          onEpochEnd: ({ epoch }) => {
            if (epoch === 3) throw new Error('no space left');
          },
        },
      ],
    },
  };
  for (const [ending, options] of Object.entries(endings)) {
    it(`brings back the best weights when ${ending}`, async () => {
      const { task, weight } = scriptedTask([5, 2, 4, 4, 4]);
      const run = train(task, data, { ...OPTIONS, epochs: 50, ...options, keepBest: true });
      await run.catch(() => undefined);
      await expectAllClose(weight, [2]);
      weight.dispose();
    });
  }

  it('leaves the last weights where the best are not kept', async () => {
    const { task, weight } = scriptedTask([5, 2, 4]);
    const result = await train(task, data, { ...OPTIONS, epochs: 3 });
    expect(result).toMatchObject({ weights: 'last', best: { step: 2, value: 2 } });
    await expectAllClose(weight, [3]);
    weight.dispose();
  });

  it('runs every few epochs or steps, with training off', async () => {
    const byEpochs = scriptedTask([1, 1, 1]);
    const first = await train(byEpochs.task, data, {
      ...OPTIONS,
      epochs: 5,
      validation: { data, everyEpochs: 2 },
    });
    expect(first.history.validations.map(({ step }) => step)).toEqual([2, 4]);
    expect(byEpochs.seen.every(({ training }) => !training)).toBe(true);
    const bySteps = scriptedTask([1, 1, 1]);
    const second = await train(bySteps.task, data, {
      ...OPTIONS,
      epochs: 7,
      validation: { data, everySteps: 3 },
    });
    expect(second.history.validations.map(({ step }) => step)).toEqual([3, 6]);
    tf.dispose([byEpochs.weight, bySteps.weight]);
  });

  it('measures the averaged weights and keeps those as the best', async () => {
    const weight = tf.tidy(() => tf.variable(tf.scalar(0)));
    const task: TrainingTask<number> = {
      variables: new Map([['weight', weight]]),
      loss: (_batch, { training }) => ({ total: training ? tf.neg(weight) : tf.clone(weight) }),
    };
    const result = await train(task, data, {
      ...OPTIONS,
      epochs: 3,
      average: { decay: 0.5 },
      keepBest: true,
    });
    const averages: number[] = [];
    for (let step = 0; step < 3; step++) {
      const decay = Math.min(0.5, (1 + step) / (10 + step));
      averages.push(decay * (averages.at(-1) ?? 0) + (1 - decay) * (step + 1));
    }
    await expectAllClose(
      result.history.validations.map(({ losses }) => losses.total!),
      averages,
    );
    await expectAllClose(weight, [averages[0]!]);
    weight.dispose();
  });

  it('drives a plateau schedule', async () => {
    const { task, weight } = scriptedTask([5, 5, 5, 5]);
    const rates: number[] = [];
    await train(task, data, {
      ...OPTIONS,
      learningRate: plateauSchedule({ learningRate: 1, factor: 0.5, patience: 1 }),
      epochs: 4,
      callbacks: [{ onProgress: ({ learningRate }) => void rates.push(learningRate) }],
    });
    expect(rates).toEqual([1, 1, 0.5, 0.25]);
    await expectAllClose(weight, [2.75]);
    weight.dispose();
  });

  it('names the part and the step when a validation loss is not finite', async () => {
    const { task, weight } = scriptedTask([1, NaN]);
    await expect(train(task, data, { ...OPTIONS, epochs: 3 })).rejects.toThrow(
      "Cannot train as 'total' must be finite in the validation after step 2: current value is NaN",
    );
    weight.dispose();
  });
});
