import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { flatIndex, forEachIndex } from '../../reference/indices.js';
import { uniform } from '../../support/differentiable.js';
import { expectAllClose, expectTensorsKept } from '../../support/numeric.js';

const SHAPE = [3, 4, 1, 6, 5];
const AXES = SHAPE.map((_, axis) => axis);
const SUBSETS = Array.from({ length: 2 ** SHAPE.length - 1 }, (_, i) =>
  AXES.filter((axis) => ((i + 1) >> axis) & 1),
);

/** Shape after summing, axes kept as 1, and the sums. */
function sums64(
  values: ArrayLike<number>,
  axes: readonly number[],
): { shape: number[]; values: Float64Array } {
  const shape = SHAPE.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const sums = new Float64Array(tf.util.sizeFromShape(shape));
  forEachIndex(SHAPE, (index) => {
    const kept = index.map((i, axis) => (axes.includes(axis) ? 0 : i));
    sums[flatIndex(shape, kept)]! += values[flatIndex(SHAPE, index)]!;
  });
  return { shape, values: sums };
}

describe('sum and mean', () => {
  const values = uniform(SHAPE, 1);

  it('equal the float64 reference over every set of axes', async () => {
    for (const axes of SUBSETS) {
      const x = tf.tensor(values, SHAPE);
      const expected = sums64(values, axes);
      const count = values.length / expected.values.length;
      const sum = tf.sum(x, axes, true);
      const mean = tf.mean(x, axes);
      expect(sum.shape).toEqual(expected.shape);
      expect(mean.shape).toEqual(SHAPE.filter((_, axis) => !axes.includes(axis)));
      await expectAllClose(sum, expected.values, { atol: 2e-6 });
      await expectAllClose(
        mean,
        expected.values.map((total) => total / count),
      );
    }
  });

  it('lose next to nothing to rounding over many rows', async () => {
    const rows = 32_768;
    const x = tf.mul(tf.ones([rows, 3]), 0.1);
    await expectAllClose(tf.sum(x, 0), new Array(3).fill(rows * Math.fround(0.1)), { rtol: 2e-6 });
  });

  it('take integers, negative axes and tensors without elements', async () => {
    await expectAllClose(tf.sum(tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32'), -1), [3, 7]);
    if (tf.getBackend() === 'webgpu') return; // throws there for a tensor without elements
    await expectAllClose(tf.sum(tf.zeros([0, 3]), 0), [0, 0, 0]);
  });

  it('have gradients that are the same for every element', async () => {
    const x = tf.tensor(values, SHAPE);
    const weights = tf.tensor(uniform([4, 1, 5], 2), [4, 1, 5]);
    const gradient = tf.grad((u) => tf.sum(tf.mul(tf.sum(u, [0, 3]), weights)))(x);
    const spread = tf.mul(tf.reshape(weights, [1, 4, 1, 1, 5]), tf.onesLike(x));
    await expectAllClose(gradient, await spread.data());
    const mean = tf.grad((u) => tf.sum(tf.mul(tf.mean(u, [0, 3]), weights)))(x);
    await expectAllClose(mean, await tf.div(spread, 18).data());
    await expectAllClose(tf.grad((u) => tf.mean(u))(x), new Array(values.length).fill(1 / values.length));
  });

  it('keep the result and nothing else', () => {
    const x = tf.tensor(values, SHAPE);
    for (const axes of SUBSETS) {
      const before = tf.backend().numDataIds();
      expectTensorsKept(1, () => tf.sum(x, axes));
      expectTensorsKept(1, () => tf.mean(x, axes));
      expect(tf.backend().numDataIds() - before).toBe(2);
    }
    expectTensorsKept(1, () => tf.grad((u) => tf.mean(tf.sum(u, 1)))(x));
  });
});
