import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { mahalanobis } from '../../src/losses/mahalanobis.js';
import { expectGolden, type GoldenInput, goldenInput } from '../reference/lossGoldens.js';
import { expectAllClose, expectTensorsKept } from '../support/numeric.js';

const principal = (input: GoldenInput = goldenInput) => ({
  components: input('components'),
  variances: input('variances'),
});

describe('mahalanobis()', () => {
  it('has the values and gradients of PyTorch', async () => {
    await expectGolden('mahalanobis', (input) =>
      mahalanobis(input('target'), input('reconstruction'), principal(input)),
    );
  });

  it('divides each component by its variance and the rest by the last one', async () => {
    // A 1 x 2 image of 2 channels; the components are its first two numbers.
    const target = tf.tensor4d([2, 3, 5, 7], [1, 1, 2, 2]);
    const components = tf.tensor2d([
      [1, 0, 0, 0],
      [0, 1, 0, 0],
    ]);
    const variances = tf.tensor1d([4, 0.5]);
    const expected = 2 ** 2 / 4 + 3 ** 2 / 0.5 + (5 ** 2 + 7 ** 2) / 0.5;
    await expectAllClose(mahalanobis(target, tf.zerosLike(target), { components, variances }), [expected]);
  });

  it('is the squared distance for unit variances', async () => {
    const [target, prediction] = [goldenInput('target'), goldenInput('reconstruction')];
    const whitened = { components: goldenInput('components'), variances: tf.ones<tf.Rank.R1>([3]) };
    const squared = tf.sum(tf.squaredDifference(target, prediction), [1, 2, 3]);
    await expectAllClose(mahalanobis(target, prediction, whitened), await squared.data());
  });

  it('is 0 where the images are equal', async () => {
    const target = goldenInput('target');
    await expectAllClose(mahalanobis(target, target, principal()), [0, 0, 0]);
  });

  it('names the argument when the shapes do not fit', () => {
    const [target, prediction] = [goldenInput('target'), goldenInput('reconstruction')];
    expect(() => mahalanobis(target, tf.zeros([3, 5, 4, 1]), principal())).toThrow(
      "Cannot compute mahalanobis as 'prediction' must have shape [3, 5, 4, 2]: current shape is [3, 5, 4, 1]",
    );
    expect(() => mahalanobis(target, prediction, { ...principal(), components: tf.zeros([3, 8]) })).toThrow(
      "Cannot compute mahalanobis as 'components.components' must have shape [components, 40]: current shape is [3, 8]",
    );
    expect(() => mahalanobis(target, prediction, { ...principal(), variances: tf.zeros([2]) })).toThrow(
      "Cannot compute mahalanobis as 'components.variances' must have shape [3]: current shape is [2]",
    );
  });

  it('keeps the result and nothing else', () => {
    const [target, prediction, components] = [
      goldenInput('target'),
      goldenInput('reconstruction'),
      principal(),
    ];
    expectTensorsKept(1, () => mahalanobis(target, prediction, components));
  });
});
