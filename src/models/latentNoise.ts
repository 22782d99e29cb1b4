import * as tf from '@tensorflow/tfjs-core';

import { randomGenerator, randomNormal } from '../random.js';
import type { ColorVaeConfig } from './config.js';

/** Bound of the truncated normal distribution, in standard deviations. */
const TRUNCATION = 2;

/**
 * Noise for the reparameterization of latent codes.
 *
 * @param shape `[batch, latentDim]`.
 * @param kind Standard normal, or the same without its tails beyond two standard deviations (not rescaled).
 * @param source Seed, a non-negative integer, 0 included, and the number of rows that are passed over.
 * @returns Tensor of `shape`, to be disposed by the caller.
 * @throws {RangeError} If `seed` is not a non-negative integer.
 */
export function latentNoise(
  shape: [number, number],
  kind: ColorVaeConfig['noise'],
  { seed, firstRow = 0 }: { readonly seed: number; readonly firstRow?: number | undefined },
): tf.Tensor2D {
  const skip = firstRow * shape[1];
  if (kind === 'normal') return randomNormal<tf.Rank.R2>(shape, seed, { skip });
  const { normal } = randomGenerator(seed);
  const draw = (): number => {
    let value = normal();
    while (Math.abs(value) >= TRUNCATION) value = normal();
    return value;
  };
  for (let i = 0; i < skip; i++) draw();
  return tf.tensor2d(Float32Array.from({ length: shape[0] * shape[1] }, draw), shape);
}
