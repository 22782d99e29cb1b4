import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { SIMD_FLAG } from '../../../src/backends/wasm/simd/module.js';
import { BASE, expectConvolution } from '../../support/expectConvolution.js';
import { expectProduct } from '../../support/expectProduct.js';

// What runs where the host has no SIMD.
describe('without the SIMD kernels', () => {
  beforeAll(() => tf.env().set(SIMD_FLAG, false));
  afterAll(() => tf.env().set(SIMD_FLAG, true));

  it.each(['same', 'valid'] as const)(
    'gradients of conv2d equal the float64 reference for padding %s',
    async (pad) => {
      for (const stride of [1, 2, 3]) {
        for (const side of [1, 2, 3, 5]) {
          const c = { ...BASE, kernel: [side, side], strides: [stride, stride], pad } as const;
          await expectConvolution(c);
          await expectConvolution({ ...c, size: [7, 9] });
        }
      }
    },
  );

  it('gradients of conv2d equal the float64 reference for shapes that differ by axis', async () => {
    await expectConvolution({ ...BASE, kernel: [1, 4], strides: [2, 1], pad: 'valid' });
    await expectConvolution({ ...BASE, kernel: [2, 5], strides: [1, 3], pad: [1, 2, 0, 3] });
    await expectConvolution({ ...BASE, batch: 1, inChannels: 1, outChannels: 1 });
    await expectConvolution({ ...BASE, size: [4, 4], inChannels: 40, outChannels: 33 });
  });

  it('matMul equals the float64 reference with either operand transposed', async () => {
    await expectProduct({ stack: 1, rows: 5, inner: 7, columns: 6 });
    await expectProduct({ stack: 1, rows: 2, inner: 60, columns: 50 });
    await expectProduct({ stack: 3, rows: 5, inner: 7, columns: 6 });
  });

  it('matMul is right for the same matrix in other shapes', async () => {
    const values = tf.range(0, 24);
    for (const rows of [4, 6, 24, 1, 4]) {
      const matrix = tf.reshape(values, [rows, 24 / rows]) as tf.Tensor2D;
      const sums = await tf.sum(matrix, 0).data();
      expect(await tf.matMul(tf.ones([1, rows]), matrix).data()).toEqual(sums);
    }
  });
});
