import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { flatIndex, valuesBy } from '../../reference/indices.js';
import { uniform } from '../../support/differentiable.js';
import { expectAllClose, expectTensorsKept } from '../../support/numeric.js';

const OPERATIONS = {
  add: [tf.add, (a: number, b: number) => a + b],
  sub: [tf.sub, (a: number, b: number) => a - b],
  mul: [tf.mul, (a: number, b: number) => a * b],
  div: [tf.div, (a: number, b: number) => a / (b + 3)],
  squaredDifference: [tf.squaredDifference, (a: number, b: number) => (a - b) ** 2],
} as const;

/** Shapes of a large and a small operand; the large ones are large enough for repeated rows. */
const SHAPES: readonly (readonly [number[], number[]])[] = [
  [[4, 32, 32, 6], [6]],
  [
    [4, 32, 32, 6],
    [1, 1, 1, 6],
  ],
  [
    [4, 32, 32, 6],
    [4, 1, 1, 6],
  ],
  [
    [4, 31, 33, 6],
    [4, 1, 1, 6],
  ],
  [
    [4, 32, 32, 6],
    [4, 32, 1, 6],
  ],
  [
    [4, 32, 32, 6],
    [32, 32, 6],
  ],
  [
    [4, 32, 32, 6],
    [4, 32, 32, 1],
  ],
  [
    [4, 32, 32, 6],
    [4, 1, 32, 1],
  ],
  [
    [4, 1024, 2, 3],
    [4, 1, 2, 1],
  ],
  [[17_000, 2], [2]],
  [[3, 2], [2]],
  [[4, 32, 32, 6], []],
];

const broadcastIndex = (shape: readonly number[], index: readonly number[]): number =>
  flatIndex(
    shape,
    index.slice(index.length - shape.length).map((i, axis) => (shape[axis] === 1 ? 0 : i)),
  );

describe('elementwise arithmetic with broadcasting', () => {
  it.each(Object.entries(OPERATIONS))(
    'equals the float64 reference: %s',
    async (name, [operation, reference]) => {
      for (const [large, small] of SHAPES) {
        const [a, b] = [uniform(large, 1), uniform(small, 2)];
        const shift = name === 'div' ? 3 : 0; // keeps divisors away from zero
        const [x, y] = [
          tf.tensor(a, large),
          tf.tensor(
            b.map((value) => value + shift),
            small,
          ),
        ];
        const element = (index: readonly number[]) =>
          reference(a[flatIndex(large, index)]!, b[broadcastIndex(small, index)]!);
        const result = operation(x, y);
        expect(result.shape).toEqual(large);
        await expectAllClose(result, valuesBy(large, element));
        tf.dispose([x, y, result]);
      }
    },
  );

  it('keeps the order of the operands', async () => {
    const [large, small] = [[4, 32, 32, 6], [6]];
    const [a, b] = [uniform(large, 1), uniform(small, 2)];
    const expected = valuesBy(large, (index) => b[index[3]!]! - a[flatIndex(large, index)]!);
    await expectAllClose(tf.sub(tf.tensor(b, small), tf.tensor(a, large)), expected);
  });

  it('keeps the result and nothing else', () => {
    const [x, y] = [tf.ones([4, 32, 32, 6]), tf.ones([4, 1, 1, 6])];
    const before = tf.backend().numDataIds();
    expectTensorsKept(1, () => tf.mul(x, y));
    expectTensorsKept(1, () => tf.sub(y, x));
    expect(tf.backend().numDataIds() - before).toBe(2);
  });
});
