import * as tf from '@tensorflow/tfjs-core';

import { valuesBy } from '../../reference/indices.js';
import { type ConformanceCase, values } from './conformanceCase.js';

const [ROWS, COLUMNS] = [3, 4];
const MATRIX = values([ROWS, COLUMNS], 1);
const SQUARES = (x: tf.Tensor) => tf.square(x);

/** An operation that moves the elements of a matrix: `source` is the index of each element of the result. */
function moved(
  name: string,
  run: (x: tf.Tensor2D) => tf.Tensor,
  shape: readonly number[],
  source: (index: readonly number[]) => readonly [row: number, column: number] | null,
): ConformanceCase {
  return {
    name,
    inputs: [MATRIX],
    // Squares make the gradient depend on the place of an element.
    run: (x) => SQUARES(run(x as tf.Tensor2D)),
    reference: (x) =>
      valuesBy(shape, (index) => {
        const place = source(index);
        return place === null ? 0 : x[place[0] * COLUMNS + place[1]]! ** 2;
      }),
    differentiable: true,
  };
}

export const SHAPE_CASES: readonly ConformanceCase[] = [
  moved(
    'reshape',
    (x) => tf.reshape(x, [2, 6]),
    [2, 6],
    ([a, b]) => [Math.floor((a! * 6 + b!) / COLUMNS), (a! * 6 + b!) % COLUMNS],
  ),
  moved(
    'expandDims',
    (x) => tf.expandDims(x, 1),
    [ROWS, 1, COLUMNS],
    ([a, , c]) => [a!, c!],
  ),
  moved(
    'transpose',
    (x) => tf.transpose(x),
    [COLUMNS, ROWS],
    ([a, b]) => [b!, a!],
  ),
  moved(
    'slice',
    (x) => tf.slice(x, [1, 1], [2, 2]),
    [2, 2],
    ([a, b]) => [a! + 1, b! + 1],
  ),
  moved(
    'split',
    (x) => tf.split(x, [1, 3], 1)[1]!,
    [ROWS, 3],
    ([a, b]) => [a!, b! + 1],
  ),
  moved(
    'tile',
    (x) => tf.tile(x, [2, 3]),
    [2 * ROWS, 3 * COLUMNS],
    ([a, b]) => [a! % ROWS, b! % COLUMNS],
  ),
  moved(
    'pad',
    (x) =>
      tf.pad(x, [
        [1, 0],
        [2, 1],
      ]),
    [ROWS + 1, COLUMNS + 3],
    ([a, b]) => {
      const [row, column] = [a! - 1, b! - 2];
      return row < 0 || column < 0 || column >= COLUMNS ? null : [row, column];
    },
  ),
  moved(
    'gather',
    (x) => tf.gather(x, tf.tensor1d([2, 0, 2], 'int32')),
    [3, COLUMNS],
    ([a, b]) => [[2, 0, 2][a!]!, b!],
  ),
  moved(
    'unstack',
    (x) => tf.unstack(x)[2]!,
    [COLUMNS],
    ([b]) => [2, b!],
  ),
  {
    name: 'concat',
    inputs: [values([2, 3], 1), values([2, 1], 2)],
    run: (a, b) => SQUARES(tf.concat([a, b], 1)),
    reference: (a, b) =>
      valuesBy([2, 4], ([row, column]) => (column! < 3 ? a[row! * 3 + column!]! : b[row!]!) ** 2),
    differentiable: true,
  },
  {
    name: 'stack',
    inputs: [values([3], 1), values([3], 2)],
    run: (a, b) => SQUARES(tf.stack([a, b])),
    reference: (a, b) => [...a, ...b].map((x) => x ** 2),
    differentiable: true,
  },
  {
    name: 'range',
    inputs: [],
    run: () => tf.cast(tf.range(0, 5, 1, 'int32'), 'float32'),
    reference: () => [0, 1, 2, 3, 4],
    differentiable: false,
  },
];
