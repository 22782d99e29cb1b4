import * as tf from '@tensorflow/tfjs-core';

import { assertNonNegative, assertOneOf, assertShape } from '../errors.js';

const ACTION = 'compute freeBits';
const SCOPES = ['batch', 'example'] as const;

export interface FreeBitsOptions {
  /** Divergence that each latent dimension may have for free, in nats, 0 or more. */
  readonly floor: number;
  /**
   * What is compared with the floor: the mean of a dimension over the batch, as published, which lets single examples
   * fall below it, or the value of each example, which makes examples independent of each other.
   *
   * @defaultValue `'batch'`
   */
  readonly scope?: (typeof SCOPES)[number];
}

/**
 * Divergence with a floor per latent dimension, below which the dimension costs the floor and has no gradient: it keeps
 * a VAE from giving up latent dimensions early in training.
 *
 * For `'batch'`, dimension `j` counts `divergences[i][j]` where `mean{ divergences[i][j] : i } > floor` and `floor` where
 * not, so that the mean of the result over the batch is `sum{ max(mean{ divergences[i][j] : i }, floor) : j }`. For
 * `'example'` it is `sum{ max(divergences[i][j], floor) : j }`.
 *
 * @param divergences In nats, shape `[batch, latentDim]`; see `gaussianDivergence`.
 * @returns Divergence per example in nats, shape `[batch]`, to be disposed by the caller.
 * @throws {ShapeError} If `divergences` is not of rank 2.
 * @throws {RangeError} If `floor` is not a non-negative finite number.
 * @throws {TypeError} If `scope` is unknown.
 * @see D. P. Kingma et al., Improved Variational Inference with Inverse Autoregressive Flow, 2016: free bits.
 */
export function freeBits(divergences: tf.Tensor2D, options: FreeBitsOptions): tf.Tensor1D {
  const { floor, scope = 'batch' } = options;
  assertShape(ACTION, 'divergences', divergences, ['batch', 'latentDim']);
  assertNonNegative(ACTION, 'floor', floor);
  assertOneOf(ACTION, 'scope', scope, SCOPES);
  return tf.tidy(() => {
    const compared = scope === 'batch' ? tf.mean(divergences, 0, true) : divergences;
    const counts = tf.step(tf.sub(compared, floor)); // 1 above the floor, 0 from it downwards
    const floored = tf.add(tf.mul(divergences, counts), tf.mul(tf.sub(1, counts), floor));
    return tf.sum<tf.Tensor1D>(floored, 1);
  });
}
