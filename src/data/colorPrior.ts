import type * as tf from '@tensorflow/tfjs-core';

import { argumentMessage, assertPositive } from '../errors.js';
import { COLOR_BINS, nearestColorBin } from './colorBins.js';
import { checkedPrior } from './rarityWeights.js';

export interface SmoothColorPriorOptions {
  /**
   * Standard deviation of the Gaussian, in units of a and b.
   *
   * @defaultValue `5`
   */
  readonly sigma?: number;
}

/** Adds the bins of one batch of colors to `counts`. */
async function countBins(counts: Float64Array, ab: tf.Tensor): Promise<void> {
  const bins = nearestColorBin(ab);
  try {
    for (const bin of await bins.data()) counts[bin]!++;
  } finally {
    bins.dispose();
  }
}

/**
 * How often each color bin occurs in images, as probabilities.
 *
 * @param batches Lab colors, shape `[..., 2]`; each tensor is disposed once it has been counted.
 * @returns 313 probabilities in the order of `COLOR_BINS`, which add up to 1; see `smoothColorPrior` for few images.
 * @throws {RangeError} If there is no color to count.
 * @throws {ShapeError} If the last axis of a batch is not of size 2.
 */
export async function measureColorPrior(
  batches: AsyncIterable<tf.Tensor> | Iterable<tf.Tensor>,
): Promise<Float64Array> {
  const counts = new Float64Array(COLOR_BINS.length);
  for await (const ab of batches) {
    try {
      await countBins(counts, ab);
    } finally {
      ab.dispose();
    }
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) {
    throw new RangeError(
      argumentMessage('measureColorPrior', 'batches', 'hold at least one color', '0 colors'),
    );
  }
  return counts.map((count) => count / total);
}

/**
 * A prior in which each bin shares its probability with its neighbors, by a Gaussian of their distance.
 *
 * What a bin gives away adds up to what it had, so the sum stays 1.
 *
 * @param prior 313 probabilities in the order of `COLOR_BINS`.
 * @throws {RangeError} If `prior` is not 313 non-negative numbers with one above 0, or `sigma` is not above 0.
 * @see R. Zhang, P. Isola, A. A. Efros, Colorful Image Colorization, 2016, section 2.2: a Gaussian of width 5.
 */
export function smoothColorPrior(
  prior: ArrayLike<number>,
  options: SmoothColorPriorOptions = {},
): Float64Array {
  const { sigma = 5 } = options;
  assertPositive('smoothColorPrior', 'sigma', sigma);
  const probabilities = checkedPrior('smoothColorPrior', prior);
  const smoothed = new Float64Array(probabilities.length);
  COLOR_BINS.forEach((source, from) => {
    const kernel = COLOR_BINS.map(({ a, b }) =>
      Math.exp(-((a - source.a) ** 2 + (b - source.b) ** 2) / (2 * sigma ** 2)),
    );
    const total = kernel.reduce((sum, weight) => sum + weight, 0);
    kernel.forEach((weight, to) => (smoothed[to]! += (probabilities[from]! * weight) / total));
  });
  return smoothed;
}
