import * as tf from '@tensorflow/tfjs-core';

import { argumentMessage, assertBetween, assertOneOf } from '../errors.js';
import { assertImages } from './assertions.js';
import { COLOR_BINS, nearestColorBin } from './colorBins.js';

const ACTION = 'compute rarityWeights';

export type RarityMode = 'smoothed' | 'raw';

export interface RarityWeightsOptions {
  /** Probability of each of the 313 color bins in the training images; scaled to a sum of 1. */
  readonly prior: ArrayLike<number>;
  /**
   * `smoothed` mixes the prior with a uniform distribution and gives weights whose mean under the prior is 1; `raw` is `1 / p`,
   * as in the reference code, whose mean is the number of bins that occur and whose range is that of the prior.
   *
   * @defaultValue `'smoothed'`
   */
  readonly mode?: RarityMode;
  /**
   * Share of the uniform distribution in the mixture, from 0 (rarity counts fully) to 1 (all weights are 1). Not used by
   * `raw`.
   *
   * @defaultValue `0.5`
   */
  readonly uniformMix?: number;
}

/** @throws {RangeError} If `prior` is not a distribution over the color bins. */
export function checkedPrior(action: string, prior: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(prior);
  const bins = COLOR_BINS.length;
  if (values.length !== bins) {
    throw new RangeError(argumentMessage(action, 'prior.length', `be ${bins}`, values.length));
  }
  const bad = values.findIndex((p) => !(p >= 0 && p < Infinity));
  if (bad >= 0) {
    const rule = 'be a non-negative finite number';
    throw new RangeError(argumentMessage(action, `prior[${bad}]`, rule, values[bad]));
  }
  const sum = values.reduce((total, p) => total + p, 0);
  if (sum === 0) throw new RangeError(argumentMessage(action, 'the sum of prior', 'be above 0', sum));
  return values.map((p) => p / sum);
}

/**
 * Weights that make rare colors count more in a loss, one for each color bin.
 *
 * smoothed: `w[q] = c / ((1 - uniformMix) p[q] + uniformMix / n)` over the `n` bins that occur, with `c` such that
 * `sum{ p[q] w[q] : q } = 1`; raw: `w[q] = 1 / p[q]`. A bin that never occurs has the largest weight of those that do.
 *
 * @returns 313 positive weights in the order of `COLOR_BINS`.
 * @throws {RangeError} If `prior` is not 313 non-negative numbers with one above 0, or `uniformMix` is not in [0, 1].
 * @throws {TypeError} If `mode` is not one of the two.
 * @see R. Zhang, P. Isola, A. A. Efros, Colorful Image Colorization, 2016, equation 4.
 */
export function rarityWeights(options: RarityWeightsOptions): Float32Array {
  const { prior, mode = 'smoothed', uniformMix = 0.5 } = options;
  assertOneOf(ACTION, 'mode', mode, ['smoothed', 'raw']);
  assertBetween(ACTION, 'uniformMix', uniformMix, [0, 1]);
  const probabilities = checkedPrior(ACTION, prior);

  const occurring = probabilities.filter((p) => p > 0).length;
  const mix = mode === 'raw' ? 0 : uniformMix;
  const inverse = probabilities.map((p) => (p > 0 ? 1 / ((1 - mix) * p + mix / occurring) : 0));
  const mean = probabilities.reduce((sum, p, bin) => sum + p * inverse[bin]!, 0);
  const scale = mode === 'raw' ? 1 : 1 / mean;
  const largest = inverse.reduce((most, weight) => Math.max(most, weight), 0);
  return Float32Array.from(inverse, (weight) => scale * (weight > 0 ? weight : largest));
}

/**
 * The rarity weight of each pixel.
 *
 * @param ab True Lab colors, shape `[batch, height, width, 2]`.
 * @param weights One weight for each color bin, as `rarityWeights` gives them.
 * @returns Shape `[batch, height, width, 1]`, to be disposed by the caller.
 * @throws {ShapeError} If `ab` is not of that shape.
 * @throws {RangeError} If `weights` is not of the length of `COLOR_BINS`.
 */
export function pixelWeights(ab: tf.Tensor4D, weights: Float32Array): tf.Tensor4D {
  const action = 'compute pixelWeights';
  assertImages(action, 'ab', ab, 2);
  if (weights.length !== COLOR_BINS.length) {
    const rule = `be ${COLOR_BINS.length}`;
    throw new RangeError(argumentMessage(action, 'weights.length', rule, weights.length));
  }
  return tf.tidy(() => {
    const bins = nearestColorBin(ab); // [batch, height, width]
    const weight = tf.gather(tf.tensor1d(weights), bins);
    return tf.reshape(weight, [...ab.shape.slice(0, 3), 1] as [number, number, number, number]);
  });
}
