import * as tf from '@tensorflow/tfjs-core';

import { argumentMessage, assertPositiveInteger } from '../errors.js';
import { assertMixture, type GaussianMixture, selectComponents } from './gaussianMixture.js';

const ACTION = 'compute mixtureModes';

export interface MixtureModesOptions {
  /**
   * How many components to keep of each mixture.
   *
   * @defaultValue all of them
   */
  readonly count?: number;
}

/** Component means of mixtures, the most likely component first; the tensors belong to the caller. */
export interface MixtureModes {
  /** Shape `[batch, count, latentDim]`. */
  readonly codes: tf.Tensor3D;
  /** Weight of each code's component, shape `[batch, count]`; they fall along the second axis. */
  readonly weights: tf.Tensor2D;
  /** Index of each code's component in the mixture, int32, shape `[batch, count]`. */
  readonly components: tf.Tensor2D;
}

/**
 * The component means of mixtures in the order of their weights; of equal weights, the lower index first.
 *
 * They are the modes of the density where the components are far apart compared with their deviations. Not
 * differentiable.
 *
 * @throws {ShapeError} If the parameters of `mixture` do not fit each other.
 * @throws {RangeError} If `count` is not a positive integer or exceeds the number of components.
 */
export function mixtureModes(mixture: GaussianMixture, options: MixtureModesOptions = {}): MixtureModes {
  assertMixture(ACTION, mixture);
  const { logits, means } = mixture;
  const components = logits.shape[1];
  const { count = components } = options;
  assertPositiveInteger(ACTION, 'count', count);
  if (count > components) {
    throw new RangeError(
      argumentMessage(ACTION, 'count', `be at most ${components}, the number of components`, count),
    );
  }

  return tf.tidy(() => {
    const { values: weights, indices } = tf.topk<tf.Tensor2D>(tf.softmax(logits), count);
    return { codes: selectComponents(means, indices), weights, components: indices };
  });
}
