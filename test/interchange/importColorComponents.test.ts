import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import type { TensorData } from '../../src/checkpoint/tensorData.js';
import { memoryBytes } from '../../src/interchange/byteSource.js';
import { importColorComponents, type PlanarComponents } from '../../src/interchange/importColorComponents.js';
import { openArrays, readArrays } from '../../src/interchange/openArrays.js';
import { mahalanobis } from '../../src/losses/mahalanobis.js';
import golden from '../golden/color_planes.json' with { type: 'json' };
import { expectAllClose } from '../support/numeric.js';
import { fromBase64 } from './files.js';

const [HEIGHT, WIDTH] = golden.size as [number, number];
const SIZE = { size: [HEIGHT, WIDTH] } as const;

async function arrayOf(name: keyof typeof golden.files): Promise<TensorData> {
  const [array] = (
    await readArrays(await openArrays(memoryBytes(fromBase64(golden.files[name]), `${name}.npy`)))
  ).values();
  return array!;
}

async function planes(): Promise<Required<PlanarComponents>> {
  const [components, variances, mean] = [arrayOf('components'), arrayOf('variances'), arrayOf('mean')];
  return { components: await components, variances: await variances, mean: await mean };
}

const data = (shape: readonly number[], values: readonly number[]): TensorData => ({
  shape,
  values: Float32Array.from(values),
});

describe('importColorComponents()', () => {
  it("gives mahalanobis() the distances that PyTorch computes from planes of NumPy's", async () => {
    const { components, variances, shape } = importColorComponents(await planes(), SIZE);
    expect(shape).toEqual([HEIGHT, WIDTH, 2]);
    const difference = tf.tensor4d(golden.difference, [2, HEIGHT, WIDTH, 2]);
    const principal = {
      components: tf.tensor2d(components, [variances.length, HEIGHT * WIDTH * 2]),
      variances: tf.tensor1d(variances),
    };
    await expectAllClose(mahalanobis(difference, tf.zerosLike(difference), principal), golden.distances);
  });

  it('brings the mean to pixels, and takes squares and a mean of 0 where nothing is said', () => {
    const mean = data([1, 8], [1, 2, 3, 4, 5, 6, 7, 8]);
    const row = { components: data([1, 8], [0, 0, 0, 0, 0, 1, 0, 0]), variances: data([1], [2]) };
    const { components, shape, ...imported } = importColorComponents({ ...row, mean });
    expect([shape, Array.from(imported.mean)]).toEqual([
      [2, 2, 2],
      [1, 5, 2, 6, 3, 7, 4, 8],
    ]);
    expect(Array.from(components)).toEqual([0, 0, 0, 1, 0, 0, 0, 0]);
    expect(Array.from(importColorComponents(row).mean)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('refuses arrays that do not belong together', async () => {
    const given = await planes();
    const cases: [Partial<PlanarComponents>, string][] = [
      [{ components: data([2, 20], Array(40).fill(0)) }, "'components' must have shape [count, 2 * 4 * 5]"],
      [{ components: data([3, 40], Array(120).fill(0)) }, "'components' must have orthonormal rows"],
      [{ variances: data([2], [2, 1]) }, "'variances' must be 3 falling numbers above 0"],
      [{ variances: data([3], [1, 2, 0.5]) }, "'variances' must be 3 falling numbers above 0"],
      [{ variances: data([3], [2, 1, 0]) }, "'variances' must be 3 falling numbers above 0"],
      [{ variances: data([3], [2, 1, NaN]) }, "'variances' must be 3 falling numbers above 0"],
      [{ mean: data([39], Array(39).fill(0)) }, "'mean' must have 40 values"],
    ];
    for (const [changed, message] of cases)
      expect(() => importColorComponents({ ...given, ...changed }, SIZE)).toThrow(message);
    expect(() => importColorComponents(given)).toThrow("'components' must have shape [count, 2 * 4.47");
  });
});
