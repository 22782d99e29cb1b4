import * as tf from '@tensorflow/tfjs-core';

import type { DiagonalGaussian } from '../distributions/diagonalGaussian.js';
import type { GaussianMixture } from '../distributions/gaussianMixture.js';
import { argumentMessage, assertOneOf } from '../errors.js';
import { mixtureNegativeLogLikelihood } from './mixtureNegativeLogLikelihood.js';
import { nearestComponentTerms, type NearestComponentOptions } from './nearestComponentLoss.js';
import {
  type PosteriorComponentOptions,
  posteriorComponentTerms,
  posteriorComponentTotal,
} from './posteriorComponentLoss.js';

const ACTION = 'compute mixtureDensityLoss';
export const MIXTURE_LOSS_FORMS: readonly MixtureLossForm[] = ['posterior', 'exact', 'nearest'];

/** Forms of the loss of a mixture density network. */
export type MixtureLossForm = 'posterior' | 'exact' | 'nearest';

/** What a mixture is to predict. */
export interface LatentTarget {
  /** Codes drawn from the posterior, shape `[batch, latentDim]`. */
  readonly z: tf.Tensor2D;
  /** What the encoder says of the codes; needed by the form `'posterior'`. */
  readonly posterior?: DiagonalGaussian;
}

export interface MixtureDensityLossOptions extends NearestComponentOptions, PosteriorComponentOptions {
  /**
   * `'posterior'` is `posteriorComponentLoss`, whose components differ most; `'exact'` is `mixtureNegativeLogLikelihood`;
   * `'nearest'` is `nearestComponentLoss`, the method's approximation. The other options belong to the first and the last.
   *
   * @defaultValue `'exact'`
   */
  readonly form?: MixtureLossForm;
}

/** The loss and its terms, each of shape `[batch]`; the tensors belong to the caller. */
export interface MixtureDensityLoss {
  /** Negative log-likelihood in nats, or the weighted sum of the terms. */
  readonly total: tf.Tensor1D;
  /** `-log(w[k])` of the nearest component, in nats; absent for `'exact'`. */
  readonly weight?: tf.Tensor1D;
  /** Scaled distance to its mean; absent for `'exact'`. */
  readonly distance?: tf.Tensor1D;
  /** Misfit of its deviations, in nats; present for `'posterior'`. */
  readonly deviation?: tf.Tensor1D;
}

function posteriorLoss(
  { posterior }: LatentTarget,
  mixture: GaussianMixture,
  options: MixtureDensityLossOptions,
): MixtureDensityLoss {
  if (posterior === undefined) {
    throw new TypeError(argumentMessage(ACTION, 'posterior', 'be given for the form "posterior"', posterior));
  }
  const terms = posteriorComponentTerms(posterior, mixture, options);
  return { total: posteriorComponentTotal(terms, options), ...terms };
}

/**
 * Training loss of a mixture density network, per example and with its terms.
 *
 * @throws {ShapeError} If `mixture` does not describe the codes.
 * @throws {TypeError} If `form` or `coefficient` is unknown, or `posterior` missing where the form needs it.
 * @throws {RangeError} If an option of the form is out of its range.
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017.
 */
export function mixtureDensityLoss(
  target: LatentTarget,
  mixture: GaussianMixture,
  options: MixtureDensityLossOptions = {},
): MixtureDensityLoss {
  const { form = 'exact' } = options;
  assertOneOf(ACTION, 'form', form, MIXTURE_LOSS_FORMS);
  return tf.tidy<tf.NamedTensorMap & MixtureDensityLoss>(() => {
    if (form === 'exact') return { total: mixtureNegativeLogLikelihood(target.z, mixture) };
    if (form === 'posterior') return { ...posteriorLoss(target, mixture, options) };
    const { weight, distance } = nearestComponentTerms(target.z, mixture, options);
    return { total: tf.add<tf.Tensor1D>(weight, distance), weight, distance };
  });
}
