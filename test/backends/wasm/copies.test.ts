import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { flatIndex, valuesBy } from '../../reference/indices.js';
import { expectAllClose, expectTensorsKept } from '../../support/numeric.js';
import { onWasm } from '../../support/onWasm.js';

/** A tensor whose elements are their own positions. */
const numbered = (shape: number[], dtype: 'float32' | 'int32' = 'float32') =>
  tf.reshape(tf.range(0, tf.util.sizeFromShape(shape), 1, dtype), shape);

const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });
const RUNS = { seed: 3, numRuns: 60 };

describe('slice', () => {
  it('takes any box of any tensor', async () => {
    const boxes = shapes.chain((shape) =>
      fc.tuple(
        fc.constant(shape),
        fc.tuple(...shape.map((size) => fc.integer({ min: 0, max: size - 1 }))),
        fc.tuple(...shape.map((size) => fc.integer({ min: 1, max: size }))),
      ),
    );
    const property = fc.asyncProperty(boxes, async ([shape, begin, lengths]) => {
      const size = lengths.map((length, axis) => Math.min(length, shape[axis]! - begin[axis]!));
      const expected = valuesBy(size, (index) =>
        flatIndex(
          shape,
          index.map((i, axis) => i + begin[axis]!),
        ),
      );
      await expectAllClose(tf.slice(numbered(shape), begin, size), expected);
      await expectAllClose(tf.slice(numbered(shape, 'int32'), begin, size), expected);
    });
    await fc.assert(property, RUNS);
  });

  it('takes what is left for a size of -1, truth values and boxes without elements', async () => {
    await expectAllClose(tf.slice(numbered([3, 4]), [1, 2], [-1, -1]), [6, 7, 10, 11]);
    await expectAllClose(tf.slice(tf.tensor2d([1, 0, 1, 1], [2, 2], 'bool'), [0, 1], [2, 1]), [0, 1]);
    expect(tf.slice(numbered([3, 4]), [1, 2], [0, 2]).shape).toEqual([0, 2]);
  });
});

describe('concat and split', () => {
  it('join along any axis and part again', async () => {
    const cases = fc
      .tuple(shapes, fc.nat(), fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 4 }))
      .map(([shape, at, sizes]) => ({ shape, axis: at % shape.length, sizes }));
    const property = fc.asyncProperty(cases, async ({ shape, axis, sizes }) => {
      const total = sizes.reduce((sum, size) => sum + size, 0);
      const whole = numbered(shape.map((size, i) => (i === axis ? total : size)));
      const parts = tf.split(whole, sizes, axis);
      let begin = 0;
      for (const [i, part] of parts.entries()) {
        const start = begin;
        const expected = valuesBy(part.shape, (index) =>
          flatIndex(
            whole.shape,
            index.map((at, j) => (j === axis ? at + start : at)),
          ),
        );
        await expectAllClose(part, expected);
        begin += sizes[i]!;
      }
      await expectAllClose(tf.concat(parts, axis), await whole.data());
    });
    await fc.assert(property, RUNS);
  });

  it('have the parts of the gradient as gradients', async () => {
    const inputs = [tf.ones([2, 3]), tf.ones([2, 1])];
    const [first, second] = tf.grads((a, b) => tf.concat([a, b], 1))(inputs, numbered([2, 4])) as [
      tf.Tensor,
      tf.Tensor,
    ];
    await expectAllClose(first, [0, 1, 2, 4, 5, 6]);
    await expectAllClose(second, [3, 7]);
  });
});

describe('tile', () => {
  it('repeats along every axis', async () => {
    const cases = shapes.chain((shape) =>
      fc.tuple(fc.constant(shape), fc.tuple(...shape.map(() => fc.integer({ min: 1, max: 3 })))),
    );
    const property = fc.asyncProperty(cases, async ([shape, reps]) => {
      const size = shape.map((length, axis) => length * reps[axis]!);
      const expected = valuesBy(size, (index) =>
        flatIndex(
          shape,
          index.map((i, axis) => i % shape[axis]!),
        ),
      );
      await expectAllClose(tf.tile(numbered(shape), reps), expected);
    });
    await fc.assert(property, RUNS);
  });
});

describe('slice, concat, split and tile', () => {
  it('keep their results and nothing else', () => {
    const x = numbered([4, 3, 5]);
    const before = tf.backend().numDataIds();
    expectTensorsKept(1, () => tf.slice(x, [1, 1, 1], [2, 2, 2]));
    expectTensorsKept(1, () => tf.concat([x, x], 2));
    expectTensorsKept(2, () => tf.split(x, [1, 3], 0));
    expectTensorsKept(1, () => tf.tile(x, [2, 1, 3]));
    expect(tf.backend().numDataIds() - before).toBe(5);
  });
});

describe('clone and cast', () => {
  it('share elements that no assignment to a variable changes', async () => {
    const variable = tf.tidy(() => tf.variable(tf.tensor1d([1, 2, 3]), false));
    const copies = [tf.clone(variable), tf.cast(variable, 'float32'), tf.cast(variable, 'int32')];
    tf.tidy(() => variable.assign(tf.tensor1d([4, 5, 6])));
    for (const copy of copies) await expectAllClose(copy, [1, 2, 3]);
    await expectAllClose(variable, [4, 5, 6]);
    variable.dispose();
    for (const copy of copies) await expectAllClose(copy, [1, 2, 3]);
  });

  it('take no memory of their own on wasm, and give it back with the last holder', async () => {
    await onWasm(async () => {
      const before = tf.backend().numDataIds();
      const x = tf.tensor1d([1, 2, 3]);
      const copies = [tf.clone(x), tf.cast(x, 'float32')];
      expect(tf.backend().numDataIds() - before).toBe(1);
      x.dispose();
      await expectAllClose(copies[0]!, [1, 2, 3]);
      tf.dispose(copies);
      expect(tf.backend().numDataIds() - before).toBe(0);
    });
  });
});
