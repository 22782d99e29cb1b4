import * as tf from '@tensorflow/tfjs-core';

import { assertGaussian, type DiagonalGaussian } from '../distributions/diagonalGaussian.js';
import { gaussianDivergence } from '../distributions/gaussianDivergence.js';

const ACTION = 'compute klDivergence';

/**
 * Kullback-Leibler divergence of the posterior of a VAE from its prior.
 *
 * `1/2 * sum{ exp(logVariances[j]) - 1 - logVariances[j] + means[j]**2 : j }` for the unit Gaussian. It is a sum over the
 * latent dimensions of one example and never over examples, so that the batch size does not change its weight.
 *
 * @param prior The unit Gaussian if left out; another one per example for a VAE with a learned prior.
 * @returns Divergence per example in nats, shape `[batch]`, to be disposed by the caller.
 * @throws {ShapeError} If the parameters differ in shape.
 * @see D. P. Kingma, M. Welling, Auto-Encoding Variational Bayes, 2014, appendix B.
 */
export function klDivergence(posterior: DiagonalGaussian, prior?: DiagonalGaussian): tf.Tensor1D {
  assertGaussian(ACTION, 'posterior', posterior, ['batch', 'latentDim']);
  if (prior !== undefined) assertGaussian(ACTION, 'prior', prior, posterior.means.shape);
  return tf.tidy(() => tf.sum<tf.Tensor1D>(gaussianDivergence(posterior, prior), 1));
}
