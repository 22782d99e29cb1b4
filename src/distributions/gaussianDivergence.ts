import * as tf from '@tensorflow/tfjs-core';

import { assertGaussian, type DiagonalGaussian } from './diagonalGaussian.js';

const ACTION = 'compute gaussianDivergence';

/** `exp(x) - 1 - x`, never negative and exact near 0, where the sum of its terms would cancel. */
function exponentialExcess(x: tf.Tensor): tf.Tensor {
  return tf.sub(tf.expm1(x), x);
}

/**
 * Kullback-Leibler divergence of one Gaussian from another, for each dimension of each example.
 *
 * `1/2 * (v - 1 - log(v) + (means[j] - prior.means[j])**2 / exp(prior.logVariances[j]))` with
 * `v = exp(logVariances[j] - prior.logVariances[j])`; without a prior, means and log-variances of the prior are 0.
 *
 * @param posterior The distribution that is averaged over.
 * @param prior The distribution it is compared with; the unit Gaussian if left out.
 * @returns Divergence in nats, shape `[batch, latentDim]`, to be disposed by the caller. Finite as long as the variances
 *   and their ratio are, that is for log-variances up to 88.
 * @throws {ShapeError} If the parameters differ in shape.
 * @see D. P. Kingma, M. Welling, Auto-Encoding Variational Bayes, 2014, appendix B.
 */
export function gaussianDivergence(posterior: DiagonalGaussian, prior?: DiagonalGaussian): tf.Tensor2D {
  assertGaussian(ACTION, 'posterior', posterior, ['batch', 'latentDim']);
  if (prior !== undefined) assertGaussian(ACTION, 'prior', prior, posterior.means.shape);
  const { means, logVariances } = posterior;
  return tf.tidy(() => {
    const logRatio = prior ? tf.sub(logVariances, prior.logVariances) : logVariances;
    const distance = prior
      ? tf.mul(tf.sub(means, prior.means), tf.exp(tf.mul(prior.logVariances, -0.5)))
      : means;
    return tf.mul<tf.Tensor2D>(tf.add(exponentialExcess(logRatio), tf.square(distance)), 0.5);
  });
}
