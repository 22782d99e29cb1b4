import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { expectAllClose, expectTensorsKept } from '../../support/numeric.js';

describe('unsortedSegmentSum', () => {
  it('adds slices that share an id and leaves out those without a segment', async () => {
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]);
    const outside = tf.getBackend() === 'webgpu' ? 1 : 3; // WebGPU does not check the ids
    const ids = tf.tensor1d([2, 0, 2, outside], 'int32');
    const sums = tf.unsortedSegmentSum(x, ids, 3);
    expect(sums.shape).toEqual([3, 2]);
    await expectAllClose(sums, [3, 4, ...(outside === 1 ? [7, 8] : [0, 0]), 6, 8]);
  });

  it('is the gradient of gather, along any axis', async () => {
    const x = tf.zeros([2, 3]);
    const rows = tf.tensor1d([1, 1, 0], 'int32');
    const dy = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 3]);
    await expectAllClose(tf.grad((u) => tf.gather(u, rows))(x, dy), [7, 8, 9, 5, 7, 9]);
    const columns = tf.tensor1d([2, 2, 0], 'int32');
    const wide = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    await expectAllClose(tf.grad((u) => tf.gather(u, columns, 1))(x, wide), [3, 0, 3, 6, 0, 9]);
  });

  it('keeps the result and nothing else', () => {
    const [x, ids] = [tf.ones([4, 2]), tf.tensor1d([0, 1, 0, 1], 'int32')];
    expectTensorsKept(1, () => tf.unsortedSegmentSum(x, ids, 2));
    expectTensorsKept(1, () => tf.grad((u) => tf.gather(u, ids))(x));
  });
});
