import * as tf from '@tensorflow/tfjs-core';

import { assertShape } from '../errors.js';

export const LOG_TWO_PI = Math.log(2 * Math.PI);

/** Parameters of Gaussians with independent dimensions, one Gaussian per example. */
export interface DiagonalGaussian {
  /** Shape `[batch, latentDim]`. */
  readonly means: tf.Tensor2D;
  /** Natural log of each dimension's variance, shape `[batch, latentDim]`. */
  readonly logVariances: tf.Tensor2D;
}

/** @throws {ShapeError} If the parameters of `gaussian` do not all have the shape `expected`. */
export function assertGaussian(
  action: string,
  argument: string,
  gaussian: DiagonalGaussian,
  expected: readonly (number | string)[],
): void {
  assertShape(action, `${argument}.means`, gaussian.means, expected);
  assertShape(action, `${argument}.logVariances`, gaussian.logVariances, gaussian.means.shape);
}

/**
 * Codes of a Gaussian as a differentiable function of its parameters and of noise from outside.
 *
 * `z = means + exp(logVariances / 2) * noise`
 *
 * @param gaussian The distribution of each example's code.
 * @param noise Draws of the standard normal distribution, shape `[batch, latentDim]`; see `randomNormal`.
 * @returns Codes, shape `[batch, latentDim]`, to be disposed by the caller.
 * @throws {ShapeError} If `noise` and the parameters differ in shape.
 * @see D. P. Kingma, M. Welling, Auto-Encoding Variational Bayes, 2014, section 2.4.
 */
export function reparameterize(gaussian: DiagonalGaussian, noise: tf.Tensor2D): tf.Tensor2D {
  assertGaussian('reparameterize', 'gaussian', gaussian, ['batch', 'latentDim']);
  assertShape('reparameterize', 'noise', noise, gaussian.means.shape);
  return tf.tidy(() => {
    const stdDevs = tf.exp(tf.mul(gaussian.logVariances, 0.5));
    return tf.add<tf.Tensor2D>(gaussian.means, tf.mul(stdDevs, noise));
  });
}

/**
 * Log-density of codes under one Gaussian per example.
 *
 * `-1/2 * sum{ log(2 pi) + logVariances[j] + (z[j] - means[j])**2 / exp(logVariances[j]) : j }`
 *
 * @param z Codes, shape `[batch, latentDim]`.
 * @returns Log-density per example in nats, shape `[batch]`, to be disposed by the caller.
 * @throws {ShapeError} If `gaussian` does not describe `z`.
 */
export function gaussianLogProbability(z: tf.Tensor2D, gaussian: DiagonalGaussian): tf.Tensor1D {
  const action = 'compute gaussianLogProbability';
  assertShape(action, 'z', z, ['batch', 'latentDim']);
  assertGaussian(action, 'gaussian', gaussian, z.shape);
  const { means, logVariances } = gaussian;
  return tf.tidy(() => {
    const standardized = tf.mul(tf.sub(z, means), tf.exp(tf.mul(logVariances, -0.5)));
    const terms = tf.add(tf.add(tf.square(standardized), logVariances), LOG_TWO_PI);
    return tf.mul<tf.Tensor1D>(tf.sum(terms, 1), -0.5);
  });
}
