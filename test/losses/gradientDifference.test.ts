import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { gradientDifference } from '../../src/losses/gradientDifference.js';
import { expectGolden, goldenInput } from '../reference/lossGoldens.js';
import { expectAllClose, expectTensorsKept } from '../support/numeric.js';

describe('gradientDifference()', () => {
  it('has the values and gradients of PyTorch', async () => {
    await expectGolden('gradientDifferenceSquared', (input) =>
      gradientDifference(input('target'), input('reconstruction')),
    );
    await expectGolden('gradientDifferenceNorm', (input) =>
      gradientDifference(input('target'), input('reconstruction'), { form: 'norm' }),
    );
  });

  it('sums both forward differences where both exist', async () => {
    // Forward differences of the first pixel: 3 - 1 down, 2 - 1 to the right.
    const target = tf.tensor4d([1, 2, 3, 9], [1, 2, 2, 1]);
    await expectAllClose(gradientDifference(target, tf.zerosLike(target)), [2 ** 2 + 1 ** 2]);
  });

  it('is 0 with the gradient 0 for images that differ by a constant', async () => {
    const target = tf.zeros<tf.Rank.R4>([2, 3, 3, 2]);
    for (const form of ['squared', 'norm'] as const) {
      const loss = (prediction: tf.Tensor) => gradientDifference(target, prediction as tf.Tensor4D, { form });
      await expectAllClose(loss(tf.add(target, 0.5)), [0, 0]);
      await expectAllClose(tf.grad(loss)(tf.add(target, 0.5)), new Array(target.size).fill(0));
    }
  });

  it('names the argument that breaks its rule', () => {
    const [target, prediction] = [goldenInput('target'), goldenInput('reconstruction')];
    expect(() => gradientDifference(target, tf.zeros([3, 5, 4, 1]))).toThrow(
      "Cannot compute gradientDifference as 'prediction' must have shape [3, 5, 4, 2]: current shape is [3, 5, 4, 1]",
    );
    const line = tf.zeros<tf.Rank.R4>([1, 1, 4, 2]);
    expect(() => gradientDifference(line, line)).toThrow(
      "Cannot compute gradientDifference as 'target' must have a height and width of at least 2: current value is [1, 1, 4, 2]",
    );
    expect(() => gradientDifference(target, prediction, { form: 'l1' as 'norm' })).toThrow(
      'Cannot compute gradientDifference as \'form\' must be one of "squared", "norm": current value is "l1"',
    );
  });

  it('keeps the result and nothing else', () => {
    const [target, prediction] = [goldenInput('target'), goldenInput('reconstruction')];
    expectTensorsKept(1, () => gradientDifference(target, prediction));
    expectTensorsKept(1, () => gradientDifference(target, prediction, { form: 'norm' }));
  });
});
