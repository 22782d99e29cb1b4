import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { COLOR_BINS, nearestColorBin } from '../../src/data/colorBins.js';
import { rgbToLab } from '../../src/data/lab.js';
import { randomUniform } from '../../src/random.js';
import golden from '../golden/colorBins.json' with { type: 'json' };
import { expectTensorsKept } from '../support/numeric.js';

/** Distance between a color and the center of a bin. */
const distance = (a: number, b: number, bin: number) =>
  Math.hypot(a - COLOR_BINS[bin]!.a, b - COLOR_BINS[bin]!.b);

/** Index of the nearest bin, the lowest one of several, by looking at all of them. */
function nearestOfAll(a: number, b: number): number {
  let nearest = 0;
  COLOR_BINS.forEach((_, bin) => {
    if (distance(a, b, bin) < distance(a, b, nearest)) nearest = bin;
  });
  return nearest;
}

/** Bins of `[colors, 2]` by the function under test, and how much farther they are than the nearest. */
async function excessDistances(ab: tf.Tensor): Promise<number[]> {
  const [values, bins] = [await ab.data(), await nearestColorBin(ab).data()];
  return Array.from(bins, (bin, i) => {
    const [a, b] = [values[2 * i]!, values[2 * i + 1]!];
    return distance(a, b, bin) - distance(a, b, nearestOfAll(a, b));
  });
}

describe('COLOR_BINS', () => {
  it('has the centers of the published table in its order', () => {
    expect(COLOR_BINS.map(({ a, b }) => [a, b])).toEqual(golden.centers);
  });
});

describe('nearestColorBin()', () => {
  it('gives int32 indices without the last axis', () => {
    for (const shape of [[2], [5, 2], [2, 3, 4, 2]]) {
      const bins = nearestColorBin(tf.zeros(shape));
      expect(bins.shape).toEqual(shape.slice(0, -1));
      expect(bins.dtype).toBe('int32');
    }
  });

  it('finds each bin from its center and from the inside of its square', async () => {
    const indices = COLOR_BINS.map((_, bin) => bin);
    for (const [da, db] of [
      [0, 0],
      [4.99, -4.99],
      [-4.99, 4.99],
    ] as const) {
      const centers = tf.tensor2d(COLOR_BINS.map(({ a, b }) => [a + da, b + db]));
      expect(Array.from(await nearestColorBin(centers).data())).toEqual(indices);
    }
  });

  it('gives the lower bin on the border of two squares', async () => {
    const zero = COLOR_BINS.findIndex(({ a, b }) => a === 0 && b === 0);
    const borders = tf.tensor2d([
      [5, 0],
      [0, 5],
      [5, 5],
      [5.001, 0],
      [0, 5.001],
    ]);
    const right = COLOR_BINS.findIndex(({ a, b }) => a === 10 && b === 0);
    expect(Array.from(await nearestColorBin(borders).data())).toEqual([zero, zero, zero, right, zero + 1]);
  });

  it('is the nearest of all bins for every color of a 17 x 17 x 17 grid of sRGB', async () => {
    const steps = Array.from({ length: 17 }, (_, i) => i / 16);
    const grid = steps.flatMap((r) => steps.flatMap((g) => steps.map((b) => [r, g, b])));
    const excess = await excessDistances(tf.slice(rgbToLab(tf.tensor2d(grid)), [0, 1], [-1, 2]));
    expect(Math.max(...excess)).toBe(0);
  });

  it('is rarely not the nearest far beyond the gamut, and then at most the square root of 2 off', async () => {
    const ab = tf.sub(tf.mul(randomUniform([2000, 2], 1), 256), 128);
    const excess = await excessDistances(ab);
    expect(Math.max(...excess)).toBeLessThan(Math.SQRT2);
    expect(excess.filter((distance) => distance > 0).length).toBeLessThan(0.02 * excess.length);
  });

  it('takes values beyond the table to be at its edge', async () => {
    const ab = tf.tensor2d([
      [1000, -128],
      [-1e6, 1e6],
      [-128, -128],
    ]);
    const expected = [
      [128, -128],
      [-128, 128],
      [-128, -128],
    ].map(([a, b]) => nearestOfAll(a!, b!));
    expect(Array.from(await nearestColorBin(ab).data())).toEqual(expected);
  });

  it('keeps the result and nothing else', () => {
    const ab = tf.zeros([4, 2]);
    expectTensorsKept(1, () => nearestColorBin(ab));
  });

  it('names the argument when the last axis is not of size 2', () => {
    expect(() => nearestColorBin(tf.zeros([4, 3]))).toThrow(
      "Cannot find nearestColorBin as 'ab' must have shape [..., 2]: current shape is [4, 3]",
    );
  });
});
