import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { weightedL1, weightedNorm, weightedSquaredError } from '../../src/losses/reconstruction.js';
import { expectGolden, goldenInput } from '../reference/lossGoldens.js';
import { expectAllClose, expectAllFinite, expectTensorsKept } from '../support/numeric.js';

const LOSSES = [
  { name: 'weightedL1', loss: weightedL1 },
  { name: 'weightedNorm', loss: weightedNorm },
  { name: 'weightedSquaredError', loss: weightedSquaredError },
] as const;

describe.each(LOSSES)('$name()', ({ name, loss }) => {
  it('has the values and gradients of PyTorch', async () => {
    await expectGolden(name, (input) => loss(input('target'), input('reconstruction'), input('weights')));
    await expectGolden(`${name}Unweighted`, (input) => loss(input('target'), input('reconstruction')));
  });

  it('is 0 with the gradient 0 where the images are equal', async () => {
    const [target, weights] = [goldenInput('target'), goldenInput('weights')];
    await expectAllClose(loss(target, target, weights), [0, 0, 0]);
    const equal = tf.clone(target); // one tensor for both would have the gradients of both
    const gradient = tf.grad((prediction) => loss(target, prediction as tf.Tensor4D, weights))(equal);
    await expectAllClose(gradient, new Array(target.size).fill(0));
  });

  it('stays finite, with its gradient, for differences from 1e-20 to 1e4', async () => {
    const difference = tf.tensor4d([1e-20, 1e-10, 1e4, -1e4], [4, 1, 1, 1]);
    const zeros = tf.zerosLike(difference);
    await expectAllFinite(loss(zeros, difference));
    await expectAllFinite(tf.grad((prediction) => loss(zeros, prediction as tf.Tensor4D))(difference));
  });

  it('is the same for target and prediction exchanged', async () => {
    const [target, prediction] = [goldenInput('target'), goldenInput('reconstruction')];
    await expectAllClose(loss(target, prediction), await loss(prediction, target).data());
  });

  it('names the argument when the shapes do not fit', () => {
    const [target, prediction] = [goldenInput('target'), goldenInput('reconstruction')];
    expect(() => loss(target, tf.zeros([3, 5, 4, 1]))).toThrow(
      `Cannot compute ${name} as 'prediction' must have shape [3, 5, 4, 2]: current shape is [3, 5, 4, 1]`,
    );
    expect(() => loss(target, prediction, prediction)).toThrow(
      `Cannot compute ${name} as 'weights' must have shape [3, 5, 4, 1]: current shape is [3, 5, 4, 2]`,
    );
  });

  it('keeps the result and nothing else', () => {
    const [target, prediction] = [goldenInput('target'), goldenInput('reconstruction')];
    const weights = goldenInput('weights');
    expectTensorsKept(1, () => loss(target, prediction, weights));
  });
});
