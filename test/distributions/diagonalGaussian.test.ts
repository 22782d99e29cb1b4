import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { gaussianLogProbability, reparameterize } from '../../src/distributions/diagonalGaussian.js';
import { randomNormal } from '../../src/random.js';
import { expectGolden, type GoldenInput, goldenInput } from '../reference/lossGoldens.js';
import { expectAllClose, expectTensorsKept } from '../support/numeric.js';

const gaussian = (input: GoldenInput = goldenInput) => ({
  means: input('means'),
  logVariances: input('logVariances'),
});

const wrongGaussian = () => ({
  means: tf.zeros<tf.Rank.R2>([3, 3]),
  logVariances: tf.zeros<tf.Rank.R2>([3, 2]),
});

describe('reparameterize()', () => {
  it('has the values and gradients of PyTorch', async () => {
    await expectGolden('reparameterize', (input) => reparameterize(gaussian(input), input('noise')));
  });

  it('gives codes with the mean and the variance of the Gaussian', async () => {
    const count = 20_000;
    const noise = randomNormal<tf.Rank.R2>([count, 1], 3);
    const zeros = tf.zeros<tf.Rank.R2>([count, 1]);
    const means = tf.add<tf.Tensor2D>(zeros, 1.5);
    const logVariances = tf.add<tf.Tensor2D>(zeros, Math.log(0.25));
    const { mean, variance } = tf.moments(reparameterize({ means, logVariances }, noise));
    await expectAllClose(mean, [1.5], { rtol: 0, atol: 4 * Math.sqrt(0.25 / count) });
    await expectAllClose(variance, [0.25], { rtol: 0, atol: 4 * 0.25 * Math.sqrt(2 / count) });
  });

  it('names the argument when the shapes do not fit', () => {
    expect(() => reparameterize(wrongGaussian(), tf.zeros([3, 3]))).toThrow(
      "Cannot reparameterize as 'gaussian.logVariances' must have shape [3, 3]: current shape is [3, 2]",
    );
    expect(() => reparameterize(gaussian(), tf.zeros([3, 4]))).toThrow(
      "Cannot reparameterize as 'noise' must have shape [3, 3]: current shape is [3, 4]",
    );
  });

  it('keeps the result and nothing else', () => {
    const [parameters, noise] = [gaussian(), goldenInput('noise')];
    expectTensorsKept(1, () => reparameterize(parameters, noise));
  });
});

describe('gaussianLogProbability()', () => {
  it('has the values and gradients of PyTorch', async () => {
    await expectGolden('gaussianLogProbability', (input) =>
      gaussianLogProbability(input('z'), gaussian(input)),
    );
  });

  it('is -log(2 pi) / 2 per dimension at the mean of the unit Gaussian', async () => {
    const zeros = tf.zeros<tf.Rank.R2>([1, 4]);
    const value = gaussianLogProbability(zeros, { means: zeros, logVariances: zeros });
    await expectAllClose(value, [-2 * Math.log(2 * Math.PI)]);
  });

  it('names the argument when the shapes do not fit', () => {
    expect(() => gaussianLogProbability(tf.zeros([3, 4]), gaussian())).toThrow(
      "Cannot compute gaussianLogProbability as 'gaussian.means' must have shape [3, 4]: current shape is [3, 3]",
    );
  });

  it('keeps the result and nothing else', () => {
    const [parameters, z] = [gaussian(), goldenInput('z')];
    expectTensorsKept(1, () => gaussianLogProbability(z, parameters));
  });
});
