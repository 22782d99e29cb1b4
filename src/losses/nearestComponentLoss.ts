import * as tf from '@tensorflow/tfjs-core';

import { assertMixture, type GaussianMixture, indicator } from '../distributions/gaussianMixture.js';
import { assertOneOf, assertPositive, assertShape } from '../errors.js';
import { safeSqrt } from './safeSqrt.js';

const ACTION = 'compute nearestComponentLoss';

/** The term of the squared distance `squared` to the nearest mean, by the name of its coefficient. */
const DISTANCES = {
  formula: (squared: tf.Tensor1D, stdDev: number) => tf.div<tf.Tensor1D>(squared, 2 * stdDev ** 2),
  tensorflow: (squared: tf.Tensor1D, stdDev: number) => tf.div<tf.Tensor1D>(squared, 2 * stdDev),
  pytorch: (squared: tf.Tensor1D, stdDev: number) =>
    tf.div<tf.Tensor1D>(safeSqrt(squared), Math.SQRT2 * stdDev),
} as const;

export interface NearestComponentOptions {
  /**
   * How the distance `r` to the nearest mean counts: `'formula'`, `r**2 / (2 * stdDev**2)`; `'tensorflow'`,
   * `r**2 / (2 * stdDev)`; `'pytorch'`, `r / (sqrt(2) * stdDev)`. The last two are what the authors' codes compute.
   *
   * @defaultValue `'formula'`
   */
  readonly coefficient?: keyof typeof DISTANCES;
  /**
   * Standard deviation of all components, in units of the codes; the mixture's own deviations are not used.
   *
   * @defaultValue `0.1`
   */
  readonly stdDev?: number;
}

/** The two terms of the loss, each of shape `[batch]`; the tensors belong to the caller. */
export interface NearestComponentTerms {
  /** `-log(w[k])` of the component with the nearest mean, in nats. */
  readonly weight: tf.Tensor1D;
  /** Distance to that mean, squared and scaled as `coefficient` says. */
  readonly distance: tf.Tensor1D;
}

/**
 * The terms whose sum is `nearestComponentLoss`.
 *
 * @throws What `nearestComponentLoss` throws.
 */
export function nearestComponentTerms(
  z: tf.Tensor2D,
  mixture: GaussianMixture,
  options: NearestComponentOptions = {},
): NearestComponentTerms {
  const { coefficient = 'formula', stdDev = 0.1 } = options;
  assertShape(ACTION, 'z', z, ['batch', 'latentDim']);
  assertMixture(ACTION, mixture, z.shape);
  assertOneOf(ACTION, 'coefficient', coefficient, Object.keys(DISTANCES));
  assertPositive(ACTION, 'stdDev', stdDev);
  const { logits, means } = mixture;

  return tf.tidy(() => {
    const squared = tf.sum(tf.square(tf.sub(tf.expandDims(z, 1), means)), 2); // [batch, components]
    // A product with 0 and 1 has one winner among equals, where tf.min would move all of them.
    const nearest = indicator(tf.argMin(squared, 1), logits.shape[1]);
    const ofNearest = (values: tf.Tensor) => tf.sum<tf.Tensor1D>(tf.mul(values, nearest), 1);
    return {
      weight: tf.neg(ofNearest(tf.logSoftmax(logits))),
      distance: DISTANCES[coefficient](ofNearest(squared), stdDev),
    };
  });
}

/**
 * Loss of a mixture density network that trains, for each code, the component with the nearest mean alone.
 *
 * `-log(w[k]) + r**2 / (2 * stdDev**2)` with `k = argmin{ |z - means[m]| : m }` and `r = |z - means[k]|`: an upper bound,
 * up to a constant, of the negative log-likelihood, which was used because densities underflow far from the means.
 * `mixtureNegativeLogLikelihood` has no such trouble. The means of other components and all deviations get no gradient;
 * all logits do, through the softmax; of equally near means, the first counts.
 *
 * @param z Latent codes, shape `[batch, latentDim]`.
 * @returns Loss per example, shape `[batch]`, to be disposed by the caller; in nats up to a constant for `'formula'`.
 * @throws {ShapeError} If `mixture` does not describe `z`.
 * @throws {TypeError} If `coefficient` is unknown.
 * @throws {RangeError} If `stdDev` is not a positive finite number.
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017, section on the mixture density network.
 */
export function nearestComponentLoss(
  z: tf.Tensor2D,
  mixture: GaussianMixture,
  options: NearestComponentOptions = {},
): tf.Tensor1D {
  return tf.tidy(() => {
    const { weight, distance } = nearestComponentTerms(z, mixture, options);
    return tf.add<tf.Tensor1D>(weight, distance);
  });
}
