import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { interpolationMatrix, resizeImage } from '../../src/data/resize.js';
import { randomUniform } from '../../src/random.js';
import golden from '../golden/resize.json' with { type: 'json' };
import { expectAllClose, expectTensorsKept } from '../support/numeric.js';

const plainCases = golden.cases.filter((c) => c.box === undefined);
const boxCases = golden.cases.filter((c) => c.box !== undefined);

/** `rows` times `source` times the transpose of `columns`, all row-major, in float64. */
function applyBoth(
  rows: Float32Array,
  source: readonly number[],
  columns: Float32Array,
  width: number,
): number[] {
  const height = source.length / width;
  const [toHeight, toWidth] = [rows.length / height, columns.length / width];
  const element = (y: number, x: number) => {
    let sum = 0;
    for (let i = 0; i < source.length; i++) {
      sum += rows[y * height + Math.floor(i / width)]! * source[i]! * columns[x * width + (i % width)]!;
    }
    return sum;
  };
  return Array.from({ length: toHeight * toWidth }, (_, i) => element(Math.floor(i / toWidth), i % toWidth));
}

describe('interpolationMatrix()', () => {
  it('equals Pillow for a part of the source', async () => {
    expect(boxCases).toHaveLength(3);
    for (const { from, to, box, source, resized } of boxCases) {
      const [left, upper, right, lower] = box as [number, number, number, number];
      const rows = interpolationMatrix(from[0]!, to[0]!, { start: upper, length: lower - upper });
      const columns = interpolationMatrix(from[1]!, to[1]!, { start: left, length: right - left });
      await expectAllClose(applyBoth(rows, source, columns, from[1]!), resized, { rtol: 1e-5, atol: 1e-6 });
    }
  });

  it('has rows that add up to 1', async () => {
    for (const [from, to] of [
      [5, 3],
      [3, 5],
      [100, 7],
      [1, 4],
      [4, 1],
    ] as const) {
      const matrix = interpolationMatrix(from, to);
      const sums = Array.from({ length: to }, (_, i) =>
        matrix.subarray(i * from, (i + 1) * from).reduce((sum, weight) => sum + weight, 0),
      );
      await expectAllClose(sums, new Array<number>(to).fill(1), { rtol: 1e-6 });
    }
  });

  it('is the identity when nothing changes', () => {
    expect(Array.from(interpolationMatrix(3, 3))).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  });

  it('reverses the rows with flip', () => {
    expect(Array.from(interpolationMatrix(4, 2, { flip: true }))).toEqual([
      ...interpolationMatrix(4, 2).slice(4),
      ...interpolationMatrix(4, 2).slice(0, 4),
    ]);
  });

  it('names the argument and its value when the part leaves the source or a size is none', () => {
    expect(() => interpolationMatrix(4, 0)).toThrow(
      "Cannot create interpolationMatrix as 'to' must be a positive integer: current value is 0",
    );
    expect(() => interpolationMatrix(4.5, 1)).toThrow(
      "Cannot create interpolationMatrix as 'from' must be a positive integer: current value is 4.5",
    );
    expect(() => interpolationMatrix(4, 2, { start: -1 })).toThrow(
      "Cannot create interpolationMatrix as 'start' must be from 0 to 4: current value is -1",
    );
    expect(() => interpolationMatrix(4, 2, { start: 2, length: 0 })).toThrow(
      "Cannot create interpolationMatrix as 'length' must be a positive finite number: current value is 0",
    );
    expect(() => interpolationMatrix(4, 2, { start: 2, length: 3 })).toThrow(
      "Cannot create interpolationMatrix as 'start + length' must be at most 4, the end of the source: current value is 5",
    );
  });
});

describe('resizeImage()', () => {
  it('equals Pillow when shrinking and when growing', async () => {
    expect(plainCases).toHaveLength(7);
    for (const { from, to, source, resized } of plainCases) {
      const image = tf.tensor4d(source, [1, from[0]!, from[1]!, 1]);
      const result = resizeImage(image, { height: to[0]!, width: to[1]! });
      expect(result.shape).toEqual([1, ...to, 1]);
      await expectAllClose(result, resized);
    }
  });

  it('resizes every channel and every image of a batch by itself', async () => {
    const images = randomUniform<tf.Rank.R4>([2, 7, 9, 3], 1);
    const resized = resizeImage(images, { height: 4, width: 12 });
    for (const [image, channel] of [
      [0, 0],
      [1, 2],
    ] as const) {
      const alone = tf.slice(images, [image, 0, 0, channel], [1, 7, 9, 1]);
      const expected = await resizeImage(alone, { height: 4, width: 12 }).data();
      await expectAllClose(tf.slice(resized, [image, 0, 0, channel], [1, 4, 12, 1]), expected);
    }
  });

  it('is the product with the matrices of both axes', async () => {
    const [height, width] = [300, 5];
    const image = randomUniform<tf.Rank.R4>([1, height, width, 1], 2);
    const resized = resizeImage(image, { height: 150, width: 140 });
    const source = Array.from(await image.data());
    const expected = applyBoth(
      interpolationMatrix(height, 150),
      source,
      interpolationMatrix(width, 140),
      width,
    );
    await expectAllClose(resized, expected);
  });

  it('has the transposed resize as its gradient', async () => {
    const weights = randomUniform<tf.Rank.R4>([1, 100, 9, 2], 4);
    const project = (x: tf.Tensor) =>
      tf.sum(tf.mul(resizeImage(x as tf.Tensor4D, { height: 100, width: 9 }), weights));
    const [image, other] = [3, 5].map((seed) => randomUniform([1, 200, 5, 2], seed));
    const gradient = tf.grad(project)(image!);
    // A linear map A has <A x, w> = <x, transpose(A) w>, whatever x is.
    await expectAllClose(tf.sum(tf.mul(other!, gradient)), await project(other!).data());
  });

  it('copies an image that has the size already', async () => {
    const image = randomUniform<tf.Rank.R4>([1, 3, 4, 2], 6);
    const copy = resizeImage(image, { height: 3, width: 4 });
    expect(copy).not.toBe(image);
    await expectAllClose(copy, await image.data(), { rtol: 0, atol: 0 });
  });

  it('keeps the result and nothing else', () => {
    const image = tf.zeros<tf.Rank.R4>([2, 4, 4, 3]);
    expectTensorsKept(1, () => resizeImage(image, { height: 100, width: 3 }));
    expectTensorsKept(1, () => resizeImage(image, { height: 4, width: 4 }));
  });

  it('names the argument when the rank or a size is wrong', () => {
    expect(() => resizeImage(tf.zeros<tf.Rank.R4>([4, 4, 3] as never), { height: 2, width: 2 })).toThrow(
      "Cannot resize images as 'images' must have shape [batch, height, width, channels]: current shape is [4, 4, 3]",
    );
    expect(() => resizeImage(tf.zeros([1, 4, 4, 3]), { height: 2, width: -1 })).toThrow(
      "Cannot resize images as 'width' must be a positive integer: current value is -1",
    );
  });
});
