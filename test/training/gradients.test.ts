import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { TrainingError } from '../../src/errors.js';
import {
  clipByGlobalNorm,
  globalNorm,
  lossGradients,
  meanLossGradients,
} from '../../src/training/gradients.js';
import {
  expectAllClose,
  expectTensorsKept,
  expectTensorsKeptAsync,
  numericGradient,
} from '../support/numeric.js';
import { BATCH_SIZE, INPUTS, OUTPUTS, regressionBatch, regressionTask } from './regression.js';

const CONTEXT = { step: 0, epoch: 0, seed: 1, training: false };

const tensors = (values: Readonly<Record<string, readonly number[]>>) =>
  new Map<string, tf.Tensor>(Object.entries(values).map(([name, list]) => [name, tf.tensor1d([...list])]));

describe('lossGradients()', () => {
  it('gives every part and the gradient of the float64 twin', async () => {
    const task = regressionTask({ start: 0.3 });
    const batch = regressionBatch(0, 0);
    const [x, y] = await Promise.all([batch.x.array(), batch.y.array()]);
    const twin = (weights: number[]) => {
      let total = 0;
      for (let i = 0; i < BATCH_SIZE; i++) {
        for (let o = 0; o < OUTPUTS; o++) {
          const products = x[i]!.map((value, k) => value * weights[k * OUTPUTS + o]!);
          const output = products.reduce((sum, value) => sum + value, weights[INPUTS * OUTPUTS + o]!);
          total += (output - y[i]![o]!) ** 2 / (BATCH_SIZE * OUTPUTS);
        }
      }
      const kernel = weights.slice(0, INPUTS * OUTPUTS);
      return total + 1e-3 * kernel.reduce((sum, value) => sum + value ** 2, 0);
    };
    const start = new Array<number>(INPUTS * OUTPUTS + OUTPUTS).fill(0.3);
    const expected = numericGradient(twin, start);

    const { parts, gradients } = lossGradients(() => task.loss(batch, CONTEXT), task.variables);
    expect([...parts.keys()]).toEqual(['total', 'squared', 'penalty']);
    expect([...gradients.keys()]).toEqual(['dense/kernel', 'dense/bias']);
    await expectAllClose(parts.get('total')!, [twin(start)]);
    await expectAllClose(gradients.get('dense/kernel')!, expected.slice(0, 6));
    await expectAllClose(gradients.get('dense/bias')!, expected.slice(6));
    tf.dispose([...parts.values(), ...gradients.values(), batch.x, batch.y]);
    task.dispose();
  });

  it('keeps the parts and the gradients, nothing when the loss throws', () => {
    const task = regressionTask();
    const batch = regressionBatch(0, 0);
    expectTensorsKept(5, () => lossGradients(() => task.loss(batch, CONTEXT), task.variables));
    const failing = () => {
      task.loss(batch, CONTEXT);
      throw new Error('no loss');
    };
    expectTensorsKept(0, () => expect(() => lossGradients(failing, task.variables)).toThrow('no loss'));
    tf.dispose([batch.x, batch.y]);
    task.dispose();
  });

  it('names every variable that the loss does not reach, and keeps nothing', () => {
    const task = regressionTask();
    const batch = regressionBatch(0, 0);
    const spare = tf.tidy(() => tf.variable(tf.zeros([2])));
    const variables = new Map([['spare', spare], ...task.variables, ['runningMean', task.runningMean]]);
    expectTensorsKept(0, () => {
      const act = () => lossGradients(() => task.loss(batch, CONTEXT), variables);
      expect(act).toThrow(TrainingError);
      expect(act).toThrow(
        "Cannot train as 'variables' must be trainable and used by the loss: " +
          'there is no gradient for "spare", "runningMean"',
      );
    });
    tf.dispose([batch.x, batch.y, spare]);
    task.dispose();
  });
});

describe('meanLossGradients()', () => {
  it('equals the loss and the gradient of one batch that holds all examples', async () => {
    const task = regressionTask({ start: -0.2 });
    const batches = [regressionBatch(0, 0), regressionBatch(0, 1), regressionBatch(0, 2)];
    const whole = {
      x: tf.concat(batches.map(({ x }) => x)),
      y: tf.concat(batches.map(({ y }) => y)),
    };
    const of = (batch: (typeof batches)[number]) =>
      lossGradients(() => task.loss(batch, CONTEXT), task.variables);
    const expected = of(whole);
    let mean = expected;
    await expectTensorsKeptAsync(5, async () => {
      mean = await meanLossGradients(batches.length, (index) => of(batches[index]!));
    });
    for (const key of ['parts', 'gradients'] as const) {
      for (const [name, tensor] of mean[key]) {
        await expectAllClose(tensor, await expected[key].get(name)!.data());
      }
    }
  });

  it('keeps nothing when a later batch throws', async () => {
    const task = regressionTask();
    const batch = regressionBatch(0, 0);
    await expectTensorsKeptAsync(0, async () => {
      const mean = meanLossGradients(2, (index) => {
        if (index === 1) throw new Error('second batch');
        return lossGradients(() => task.loss(batch, CONTEXT), task.variables);
      });
      await expect(mean).rejects.toThrow('second batch');
    });
  });
});

describe('clipByGlobalNorm()', () => {
  it('takes as many gradients as a network has', async () => {
    const gradients = new Map(Array.from({ length: 90 }, (_, i) => [`w${i}`, tf.tensor1d([i, i])]));
    const { norm, gradients: clipped } = clipByGlobalNorm(gradients, 1);
    // 2 (0 + 1 + 4 + ... + 89^2) = 2 * 89 * 90 * 179 / 6
    const expected = Math.sqrt((2 * 89 * 90 * 179) / 6);
    await expectAllClose(norm, [expected]);
    await expectAllClose(clipped.get('w89')!, [89 / expected, 89 / expected]);
  });

  it('scales all gradients by one factor so that their norm is the limit', async () => {
    const gradients = tensors({ a: [3, 0], b: [0, 4, 12] });
    const { gradients: clipped, norm } = clipByGlobalNorm(gradients, 6.5);
    await expectAllClose(norm, [13]);
    await expectAllClose(clipped.get('a')!, [1.5, 0]);
    await expectAllClose(clipped.get('b')!, [0, 2, 6]);
    await expectAllClose(globalNorm(clipped), [6.5]);
  });

  it('leaves smaller gradients and zeros as they are', async () => {
    for (const values of [
      [0.25, -0.5],
      [0, 0],
    ]) {
      const { gradients: clipped } = clipByGlobalNorm(tensors({ a: values }), 2);
      await expectAllClose(clipped.get('a')!, values, { rtol: 0, atol: 0 });
    }
  });

  it('reports a norm that is not finite when a gradient is not', async () => {
    for (const value of [NaN, Infinity]) {
      const { norm } = clipByGlobalNorm(tensors({ a: [1, value] }), 1);
      expect(Number.isFinite((await norm.data())[0])).toBe(false);
    }
  });

  it('keeps the scaled gradients and the norm', () => {
    const gradients = tensors({ a: [3, 0], b: [4] });
    expectTensorsKept(3, () => clipByGlobalNorm(gradients, 1));
    expectTensorsKept(1, () => globalNorm(gradients));
  });

  it('names the limit when it is not positive', () => {
    expect(() => clipByGlobalNorm(tensors({ a: [1] }), 0)).toThrow(
      "Cannot compute clipByGlobalNorm as 'maxNorm' must be a positive finite number: current value is 0",
    );
  });
});
