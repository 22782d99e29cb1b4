import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { valuesBy } from '../../reference/indices.js';
import { uniform } from '../../support/differentiable.js';
import { expectProduct } from '../../support/expectProduct.js';
import { expectAllClose, expectTensorsKept } from '../../support/numeric.js';

describe('matMul', () => {
  it('equals the float64 reference with either operand transposed', async () => {
    await expectProduct({ stack: 1, rows: 5, inner: 7, columns: 6 });
    await expectProduct({ stack: 1, rows: 2, inner: 60, columns: 50 });
    await expectProduct({ stack: 1, rows: 60, inner: 1, columns: 1 });
    await expectProduct({ stack: 1, rows: 70, inner: 270, columns: 17 });
  });

  it('equals the float64 reference for stacks of matrices', async () => {
    await expectProduct({ stack: 3, rows: 5, inner: 7, columns: 6 });
    const [a, b] = [tf.tensor2d(uniform([4, 3], 1), [4, 3]), tf.tensor3d(uniform([2, 3, 5], 2), [2, 3, 5])];
    const first = tf.matMul(a, tf.reshape(tf.slice(b, [0, 0, 0], [1, 3, 5]), [3, 5]));
    const both = tf.matMul(a, b);
    expect(both.shape).toEqual([2, 4, 5]);
    await expectAllClose(tf.slice(both, [0, 0, 0], [1, 4, 5]), await first.data());
  });

  it('is right for the same matrix in other shapes', async () => {
    const values = tf.range(0, 24);
    for (const rows of [4, 6, 2, 24, 1, 4]) {
      const matrix = tf.reshape(values, [rows, 24 / rows]) as tf.Tensor2D;
      const expected = valuesBy([24 / rows], ([column]) => {
        const terms = Array.from({ length: rows }, (_, row) => row * (24 / rows) + column!);
        return terms.reduce((sum, term) => sum + term, 0);
      });
      await expectAllClose(tf.matMul(tf.ones([1, rows]), matrix), expected);
    }
  });

  it('keeps the result and nothing else, also for gradients', () => {
    const [a, b] = [tf.ones([2, 40]), tf.ones([40, 30])];
    const stack = tf.ones([3, 40, 2]);
    const before = tf.backend().numDataIds();
    expectTensorsKept(2, () => tf.grads((x, y) => tf.matMul(x, y))([a, b]));
    expectTensorsKept(1, () => tf.matMul(a, stack));
    expect(tf.backend().numDataIds() - before).toBe(3);
  });
});
