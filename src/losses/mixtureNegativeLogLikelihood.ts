import * as tf from '@tensorflow/tfjs-core';

import { assertMixture, type GaussianMixture, mixtureLogJoint } from '../distributions/gaussianMixture.js';
import { assertShape } from '../errors.js';

const ACTION = 'compute mixtureNegativeLogLikelihood';

/**
 * Negative log-likelihood of latent codes under predicted Gaussian mixtures: the exact loss of a mixture density network.
 *
 * `-log sum{ w[k] * N(z; means[k], diag(exp(logStdDevs[k])**2)) : k }`, evaluated in log space; see `mixtureLogProbability`.
 *
 * @param z Latent codes, shape `[batch, latentDim]`.
 * @returns Loss per example in nats, shape `[batch]`, to be disposed by the caller. It is a density's: it can be negative.
 * @throws {ShapeError} If `mixture` does not describe `z`.
 * @see C. M. Bishop, Mixture Density Networks, NCRG/94/004, 1994.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { mixtureNegativeLogLikelihood } from 'polyhue';
 *
 * const mixture = { logits: tf.zeros([1, 8]), means: tf.zeros([1, 8, 64]), logStdDevs: tf.zeros([1, 8, 1]) };
 * const loss = mixtureNegativeLogLikelihood(tf.zeros([1, 64]), mixture); // 32 * log(2 pi) nats
 * ```
 */
export function mixtureNegativeLogLikelihood(z: tf.Tensor2D, mixture: GaussianMixture): tf.Tensor1D {
  assertShape(ACTION, 'z', z, ['batch', 'latentDim']);
  assertMixture(ACTION, mixture, z.shape);
  return tf.tidy(() => tf.neg(tf.logSumExp<tf.Tensor1D>(mixtureLogJoint(z, mixture), 1)));
}
