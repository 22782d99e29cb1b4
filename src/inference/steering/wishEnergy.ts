import * as tf from '@tensorflow/tfjs-core';

import { COLOR_FIELD_SCALE } from '../../data/networkColor.js';
import { PALETTE_SHARE, type PlacedHint, type PlacedWishes } from './prepareWishes.js';

/** Deviations in units of CIEDE2000: an error of one costs half a nat. */
const HINT_DEVIATION = 1.5;
const LOCK_DEVIATION = 2;
const PALETTE_DEVIATION = 4;
const REFERENCE_DEVIATION = 3;
/** How many observations the mean error of the locked part, of a palette and of a reference count for. */
const LOCK_COUNT = 16;
const PALETTE_COUNT = 8;
const REFERENCE_COUNT = 16;
/** Lightness ranges in which the mean color of a reference is matched. */
const LIGHTNESS_BINS = 4;

/** A cost of color fields `[batch, size, size, 2]`, nats, shape `[batch]`; called inside `tf.tidy`. */
type Energy = (fields: tf.Tensor4D) => tf.Tensor1D;

/**
 * The matrix that turns a difference in a and b into units of CIEDE2000 near a color: along chroma `1 / (1 + 0.045 C)`, across it
 * `1 / (1 + 0.015 C)`.
 */
function unitsNear([a, b]: readonly [number, number]): readonly [number, number][] {
  const chroma = Math.hypot(a, b);
  if (chroma < 1) return [[1, 0], [0, 1]]; // prettier-ignore
  const [along, across] = [1 / (1 + 0.045 * chroma) / chroma, 1 / (1 + 0.015 * chroma) / chroma];
  return [
    [a * along, b * along],
    [-b * across, a * across],
  ];
}

/**
 * `sum{ |units (found - wished)|**2 / (2 HINT_DEVIATION**2) : hints }`
 *
 * Errors of all hints are one product: field values times `matrix`, less `targets`.
 */
function hintEnergy(hints: readonly PlacedHint[], values: number): Energy {
  const matrix = new Float32Array(values * hints.length * 2);
  const targets = new Float32Array(hints.length * 2);
  hints.forEach(({ pixels, weights, ab }, i) => {
    unitsNear(ab).forEach((row, k) => {
      const column = i * 2 + k;
      targets[column] = row[0] * ab[0] + row[1] * ab[1];
      pixels.forEach((pixel, n) =>
        row.forEach((unit, channel) => {
          const at = (pixel * 2 + channel) * targets.length + column;
          matrix[at] = unit * weights[n]! * COLOR_FIELD_SCALE;
        }),
      );
    });
  });
  return (fields) => {
    const flat = tf.reshape(fields, [fields.shape[0], values]);
    const found = tf.matMul(flat, tf.tensor2d(matrix, [values, targets.length]));
    const squares = tf.square(tf.sub(found, tf.tensor2d(targets, [1, targets.length])));
    return tf.mul<tf.Tensor1D>(tf.sum(squares, 1), 1 / (2 * HINT_DEVIATION ** 2));
  };
}

/** `LOCK_COUNT sum{ mask |ab - kept|**2 } / sum(mask) / (2 LOCK_DEVIATION**2)` */
function lockEnergy({ mask, values }: NonNullable<PlacedWishes['lock']>, size: number): Energy {
  const total = mask.reduce((sum, share) => sum + share, 0);
  const factor = (LOCK_COUNT * COLOR_FIELD_SCALE ** 2) / (2 * LOCK_DEVIATION ** 2) / Math.max(total, 1e-6);
  return (fields) => {
    const difference = tf.sub(fields, tf.tensor4d(Float32Array.from(values), [1, size, size, 2]));
    const counted = tf.mul(tf.square(difference), tf.tensor4d(mask, [1, size, size, 1]));
    return tf.mul<tf.Tensor1D>(tf.sum(counted, [1, 2, 3]), factor);
  };
}

/**
 * Each color is to be found somewhere, and each pixel is to be near a color or grey.
 *
 * `PALETTE_COUNT (-sum{ log( sum{ k(p, c) : pixels p } / (PALETTE_SHARE pixels) ) : colors c } - mean{ log( sum{ k(p, c) : colors and
 * grey c } ) : pixels p })` with `k(p, c) = exp(-|p - c|**2 / (2 (PALETTE_DEVIATION (1 + 0.03 |c|))**2))`.
 */
function paletteEnergy(palette: PlacedWishes['palette'], size: number): Energy {
  const colors = [...palette, [0, 0] as const];
  const pixels = size * size;
  return (fields) => {
    const ab = tf.reshape(tf.mul(fields, COLOR_FIELD_SCALE), [fields.shape[0], pixels, 1, 2]);
    const difference = tf.sub(ab, tf.tensor4d(colors.flat(), [1, 1, colors.length, 2]));
    const scales = colors.map(([a, b]) => 1 / (2 * (PALETTE_DEVIATION * (1 + 0.03 * Math.hypot(a, b))) ** 2));
    const costs = tf.mul(tf.sum(tf.square(difference), 3), tf.tensor3d(scales, [1, 1, colors.length]));
    const unused = tf.neg(tf.logSumExp(tf.neg(tf.slice(costs, [0, 0, 0], [-1, -1, palette.length])), 1));
    const use = tf.sum(tf.add(unused, Math.log(PALETTE_SHARE * pixels)), 1);
    const stray = tf.mean(tf.neg(tf.logSumExp(tf.neg(costs), 2)), 1);
    return tf.mul<tf.Tensor1D>(tf.add(use, stray), PALETTE_COUNT);
  };
}

/** Share of each pixel in each range of lightness, triangles that add up to 1, divided by the sum of each range. */
function lightnessShares(lightness: Float32Array): { matrix: Float32Array; shares: number[] } {
  const matrix = new Float32Array(lightness.length * LIGHTNESS_BINS);
  const sums = new Array<number>(LIGHTNESS_BINS).fill(0);
  lightness.forEach((l, i) => {
    const position = (l / 100) * (LIGHTNESS_BINS - 1);
    sums.forEach((_, bin) => {
      const share = Math.max(0, 1 - Math.abs(position - bin));
      matrix[i * LIGHTNESS_BINS + bin] = share;
      sums[bin]! += share;
    });
  });
  for (let i = 0; i < matrix.length; i++) matrix[i]! /= Math.max(1e-6, sums[i % LIGHTNESS_BINS]!);
  return { matrix, shares: sums.map((sum) => sum / lightness.length) };
}

/**
 * Mean colors in ranges of lightness, and the spread of all colors, are those of the reference.
 *
 * `REFERENCE_COUNT (sum{ share[r] |mean[r] - wished[r]|**2 : ranges r } / (2 REFERENCE_DEVIATION**2) + |covariance - wished|**2 /
 * (4 spread**2))`, where `share[r]` is the smaller of those of the photo and of the reference, and `spread` the quarter of the trace of the
 * wished covariance and 25.
 */
function referenceEnergy(
  { lab, covariance }: NonNullable<PlacedWishes['reference']>,
  lightness: Float32Array,
): Energy {
  const own = lightnessShares(lightness);
  const other = lightnessShares(lab.filter((_, i) => i % 3 === 0));
  const means = Array.from({ length: LIGHTNESS_BINS * 2 }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < lab.length / 3; i++)
      sum += other.matrix[i * LIGHTNESS_BINS + (k >> 1)]! * lab[i * 3 + 1 + (k & 1)]!;
    return sum;
  });
  const counts = own.shares.map((share, bin) => Math.min(share, other.shares[bin]!));
  const spread = 0.25 * (covariance[0] + covariance[2] + 25);
  return (fields) => {
    const [batch] = fields.shape;
    const ab = tf.reshape(tf.mul(fields, COLOR_FIELD_SCALE), [batch, lightness.length, 2]);
    const across = tf.reshape(tf.transpose(ab, [0, 2, 1]), [batch * 2, lightness.length]);
    const found = tf.reshape(tf.matMul(across, tf.tensor2d(own.matrix, [lightness.length, LIGHTNESS_BINS])), [
      batch,
      2,
      LIGHTNESS_BINS,
    ]);
    const wished = tf.transpose(tf.tensor3d(means, [1, LIGHTNESS_BINS, 2]), [0, 2, 1]);
    const squares = tf.mul(tf.square(tf.sub(found, wished)), tf.tensor3d(counts, [1, 1, LIGHTNESS_BINS]));
    const centered = tf.sub(ab, tf.mean(ab, 1, true));
    const products = tf.matMul(centered, centered, true, false); // [batch, 2, 2]
    const [aa, cross, bb] = covariance;
    const expected = tf.tensor3d([aa, cross, cross, bb], [1, 2, 2]);
    const spreads = tf.square(tf.div(tf.sub(tf.div(products, lightness.length), expected), spread));
    const meanCost = tf.mul(tf.sum(squares, [1, 2]), 1 / (2 * REFERENCE_DEVIATION ** 2));
    return tf.mul<tf.Tensor1D>(tf.add(meanCost, tf.mul(tf.sum(spreads, [1, 2]), 0.25)), REFERENCE_COUNT);
  };
}

/**
 * What color fields cost by how far they are from what is wished for.
 *
 * @returns A differentiable function of fields `[batch, size, size, 2]`, before the corrections, to be called inside `tf.tidy`.
 */
export function wishEnergy(wishes: PlacedWishes): Energy {
  const { size, lightness, saturation, hints, lock, palette, reference } = wishes;
  const energies: Energy[] = [];
  if (hints.length > 0) energies.push(hintEnergy(hints, size * size * 2));
  if (lock !== null) energies.push(lockEnergy(lock, size));
  if (palette.length > 0) energies.push(paletteEnergy(palette, size));
  if (reference !== null) energies.push(referenceEnergy(reference, lightness));
  return (fields) => {
    const seen = saturation === 1 ? fields : tf.mul<tf.Tensor4D>(fields, saturation);
    return energies.map((energy) => energy(seen)).reduce((sum, energy) => tf.add(sum, energy));
  };
}
