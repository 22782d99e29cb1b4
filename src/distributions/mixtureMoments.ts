import * as tf from '@tensorflow/tfjs-core';

import { LOG_TWO_PI } from './diagonalGaussian.js';
import { assertMixture, type GaussianMixture } from './gaussianMixture.js';

/** `sum{ w[k] * values[k] : k }` with `w = softmax(logits)`, shape `[batch, latentDim]`. */
function weightedMean(logits: tf.Tensor2D, values: tf.Tensor): tf.Tensor2D {
  return tf.sum<tf.Tensor2D>(tf.mul(tf.expandDims(tf.softmax(logits), 2), values), 1);
}

/**
 * Mean code of a Gaussian mixture.
 *
 * `sum{ w[k] * means[k] : k }`
 *
 * @returns Means, shape `[batch, latentDim]`, to be disposed by the caller.
 * @throws {ShapeError} If the parameters of `mixture` do not fit each other.
 */
export function mixtureMean(mixture: GaussianMixture): tf.Tensor2D {
  assertMixture('compute mixtureMean', mixture);
  return tf.tidy(() => weightedMean(mixture.logits, mixture.means));
}

/**
 * Variance of each dimension of a Gaussian mixture: within the components and between them.
 *
 * `sum{ w[k] * (exp(logStdDevs[k])**2 + (means[k] - mean)**2) : k }`
 *
 * @returns Variances, shape `[batch, latentDim]`, to be disposed by the caller.
 * @throws {ShapeError} If the parameters of `mixture` do not fit each other.
 */
export function mixtureVariance(mixture: GaussianMixture): tf.Tensor2D {
  assertMixture('compute mixtureVariance', mixture);
  const { logits, means, logStdDevs } = mixture;
  return tf.tidy(() => {
    const mean = tf.expandDims(weightedMean(logits, means), 1); // [batch, 1, latentDim]
    const within = tf.exp(tf.mul(logStdDevs, 2));
    return weightedMean(logits, tf.add(within, tf.square(tf.sub(means, mean))));
  });
}

/**
 * Upper bound of the entropy of a Gaussian mixture; equal to it where the components do not overlap.
 *
 * `sum{ w[k] * (-log(w[k]) + entropy(N[k])) : k }`, with
 * `entropy(N[k]) = sum{ 1/2 * (1 + log(2 pi)) + logStdDevs[k][j] : j }`
 *
 * @returns Bound per example in nats, shape `[batch]`, to be disposed by the caller.
 * @throws {ShapeError} If the parameters of `mixture` do not fit each other.
 * @see M. F. Huber, T. Bailey, H. Durrant-Whyte, U. D. Hanebeck, On Entropy Approximation for Gaussian Mixture Random
 *   Vectors, 2008.
 */
export function mixtureEntropyBound(mixture: GaussianMixture): tf.Tensor1D {
  assertMixture('compute mixtureEntropyBound', mixture);
  const { logits, means, logStdDevs } = mixture;
  const latentDim = means.shape[2];
  return tf.tidy(() => {
    const logWeights = tf.logSoftmax(logits);
    const logVolume = tf.mul(tf.sum(logStdDevs, 2), latentDim / logStdDevs.shape[2]);
    const entropies = tf.add(logVolume, (latentDim / 2) * (1 + LOG_TWO_PI)); // [batch, components]
    return tf.sum<tf.Tensor1D>(tf.mul(tf.exp(logWeights), tf.sub(entropies, logWeights)), 1);
  });
}
