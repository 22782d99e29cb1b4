import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { flatIndex, forEachIndex } from '../../reference/indices.js';
import { onImages, uniform } from '../../support/differentiable.js';
import { expectAllClose, expectTensorsKept } from '../../support/numeric.js';

interface Pool {
  readonly side: number;
  readonly stride: number;
  readonly pad: 'same' | 'valid';
}

const SHAPE = [2, 7, 7, 3];
const POOLS: readonly Pool[] = [
  { side: 2, stride: 2, pad: 'valid' },
  { side: 3, stride: 2, pad: 'valid' },
  { side: 3, stride: 1, pad: 'valid' },
  { side: 3, stride: 2, pad: 'same' },
  { side: 2, stride: 2, pad: 'same' },
];

/** Calls `visit` with every output position and the positions of its window in the input, padding left out. */
function forEachWindow({ side, stride, pad }: Pool, visit: (output: number, window: number[]) => void): void {
  const length = pad === 'same' ? Math.ceil(7 / stride) : Math.floor((7 - side) / stride) + 1;
  const before = pad === 'same' ? Math.floor(((length - 1) * stride + side - 7) / 2) : 0;
  const shape = [2, length, length, 3];
  forEachIndex(shape, (index) => {
    const [n, u, v, channel] = index as [number, number, number, number];
    const window: number[] = [];
    forEachIndex([side, side], ([a, b]) => {
      const [row, column] = [u * stride + a! - before, v * stride + b! - before];
      const inside = row >= 0 && row < 7 && column >= 0 && column < 7;
      if (inside) window.push(flatIndex(SHAPE, [n, row, column, channel]));
    });
    visit(flatIndex(shape, index), window);
  });
}

const gradientOf = (run: (x: tf.Tensor4D) => tf.Tensor, x: tf.Tensor, seed: number) => {
  const shape = run(x as tf.Tensor4D).shape;
  const dy = uniform(shape, seed);
  return { dy, dx: tf.grad(onImages((image) => run(image)))(x, tf.tensor(dy, shape)) };
};

describe('gradient of maxPool', () => {
  it.each([0, -5])('goes to the largest value of each window, values shifted by %i', async (shift) => {
    const values = uniform(SHAPE, 1).map((value) => value + shift);
    for (const pool of POOLS) {
      const { dy, dx } = gradientOf(
        (x) => tf.maxPool(x, pool.side, pool.stride, pool.pad),
        tf.tensor(values, SHAPE),
        2,
      );
      const expected = new Float64Array(values.length);
      forEachWindow(pool, (output, window) => {
        const largest = window.reduce((best, position) =>
          values[position]! > values[best]! ? position : best,
        );
        expected[largest]! += dy[output]!;
      });
      await expectAllClose(dx, expected);
    }
  });
});

describe('gradient of avgPool', () => {
  it('spreads over each window, of which padding is no part', async () => {
    // TensorFlow.js counts the padding in the gradient, though not in the average, on its other backends.
    const pools = tf.getBackend() === 'wasm' ? POOLS : POOLS.filter(({ pad }) => pad === 'valid');
    for (const pool of pools) {
      const { dy, dx } = gradientOf(
        (x) => tf.avgPool(x, pool.side, pool.stride, pool.pad),
        tf.zeros(SHAPE),
        3,
      );
      const expected = new Float64Array(tf.util.sizeFromShape(SHAPE));
      forEachWindow(pool, (output, window) => {
        for (const position of window) expected[position]! += dy[output]! / window.length;
      });
      await expectAllClose(dx, expected);
    }
  });
});

describe('gradients of pooling', () => {
  it('keep the gradient and nothing else', () => {
    const x = tf.tensor(uniform(SHAPE, 1), SHAPE);
    const before = tf.backend().numDataIds();
    expectTensorsKept(1, () => tf.grad(onImages((image) => tf.maxPool(image, 2, 2, 'same')))(x));
    expectTensorsKept(1, () => tf.grad(onImages((image) => tf.avgPool(image, 2, 2, 'same')))(x));
    expect(tf.backend().numDataIds() - before).toBe(2);
  });
});
