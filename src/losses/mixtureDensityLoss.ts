import * as tf from '@tensorflow/tfjs-core';

import type { GaussianMixture } from '../distributions/gaussianMixture.js';
import { assertOneOf } from '../errors.js';
import { mixtureNegativeLogLikelihood } from './mixtureNegativeLogLikelihood.js';
import { nearestComponentTerms, type NearestComponentOptions } from './nearestComponentLoss.js';

const ACTION = 'compute mixtureDensityLoss';
const FORMS = ['exact', 'nearest'] as const;

export interface MixtureDensityLossOptions extends NearestComponentOptions {
  /**
   * `'exact'` is `mixtureNegativeLogLikelihood`; `'nearest'` is `nearestComponentLoss`, the method's approximation, for
   * which alone the other options matter.
   *
   * @defaultValue `'exact'`
   */
  readonly form?: (typeof FORMS)[number];
}

/** The loss and its terms, each of shape `[batch]`; the tensors belong to the caller. */
export interface MixtureDensityLoss {
  /** Negative log-likelihood in nats, or `weight + distance`. */
  readonly total: tf.Tensor1D;
  /** `-log(w[k])` of the component with the nearest mean, in nats; present for `'nearest'`. */
  readonly weight?: tf.Tensor1D;
  /** Scaled distance to that mean; present for `'nearest'`. */
  readonly distance?: tf.Tensor1D;
}

/**
 * Training loss of a mixture density network, per example and with its terms.
 *
 * @param z Latent codes, shape `[batch, latentDim]`.
 * @throws {ShapeError} If `mixture` does not describe `z`.
 * @throws {TypeError} If `form` or `coefficient` is unknown.
 * @throws {RangeError} If `stdDev` is not a positive finite number.
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017.
 */
export function mixtureDensityLoss(
  z: tf.Tensor2D,
  mixture: GaussianMixture,
  options: MixtureDensityLossOptions = {},
): MixtureDensityLoss {
  const { form = 'exact' } = options;
  assertOneOf(ACTION, 'form', form, FORMS);
  return tf.tidy<tf.NamedTensorMap & MixtureDensityLoss>(() => {
    if (form === 'exact') return { total: mixtureNegativeLogLikelihood(z, mixture) };
    const { weight, distance } = nearestComponentTerms(z, mixture, options);
    return { total: tf.add<tf.Tensor1D>(weight, distance), weight, distance };
  });
}
