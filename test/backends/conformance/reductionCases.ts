import * as tf from '@tensorflow/tfjs-core';

import { type ConformanceCase, values } from './conformanceCase.js';

const [ROWS, COLUMNS] = [4, 5];
const MATRIX = values([ROWS, COLUMNS], 3, [-2, 2]);

const sum = (row: readonly number[]): number => row.reduce((total, x) => total + x, 0);
const sumOfExp = (row: readonly number[]): number => sum(row.map(Math.exp));

/** An operation on each row of a matrix. */
function byRow(
  name: string,
  run: (x: tf.Tensor2D) => tf.Tensor,
  reference: (row: readonly number[]) => readonly number[],
  differentiable = true,
): ConformanceCase {
  return {
    name,
    inputs: [MATRIX],
    run: (x) => run(x as tf.Tensor2D),
    reference: (x) =>
      Array.from({ length: ROWS }, (_, row) => reference(x.slice(row * COLUMNS, (row + 1) * COLUMNS))).flat(),
    differentiable,
  };
}

const asFloat = (x: tf.Tensor): tf.Tensor => tf.cast(x, 'float32');
const descending = (row: readonly number[]): number[] =>
  row.map((_, i) => i).sort((a, b) => row[b]! - row[a]!);

export const REDUCTION_CASES: readonly ConformanceCase[] = [
  byRow(
    'sum',
    (x) => tf.sum(x, 1),
    (row) => [sum(row)],
  ),
  byRow(
    'mean',
    (x) => tf.mean(x, 1),
    (row) => [sum(row) / COLUMNS],
  ),
  byRow(
    'max',
    (x) => tf.max(x, 1),
    (row) => [Math.max(...row)],
  ),
  byRow(
    'min',
    (x) => tf.min(x, 1),
    (row) => [Math.min(...row)],
  ),
  byRow(
    'logSumExp',
    (x) => tf.logSumExp(x, 1),
    (row) => [Math.log(sumOfExp(row))],
  ),
  byRow(
    'softmax',
    (x) => tf.softmax(x),
    (row) => row.map((x) => Math.exp(x) / sumOfExp(row)),
  ),
  byRow(
    'logSoftmax',
    (x) => tf.logSoftmax(x),
    (row) => row.map((x) => x - Math.log(sumOfExp(row))),
  ),
  byRow(
    'argMax',
    (x) => asFloat(tf.argMax(x, 1)),
    (row) => [row.indexOf(Math.max(...row))],
    false,
  ),
  byRow(
    'argMin',
    (x) => asFloat(tf.argMin(x, 1)),
    (row) => [row.indexOf(Math.min(...row))],
    false,
  ),
  byRow(
    'topk',
    (x) => tf.topk(x, 3).values,
    (row) =>
      descending(row)
        .slice(0, 3)
        .map((i) => row[i]!),
    false,
  ),
  byRow(
    'indices of topk',
    (x) => asFloat(tf.topk(x, 3).indices),
    (row) => descending(row).slice(0, 3),
    false,
  ),
  {
    name: 'sum over the batch, and over everything',
    inputs: [MATRIX],
    run: (x) => tf.concat([tf.sum(x, 0), tf.reshape(tf.sum(x), [1])]),
    reference: (x) => [
      ...Array.from({ length: COLUMNS }, (_, column) => sum(x.filter((_, i) => i % COLUMNS === column))),
      sum(x),
    ],
    differentiable: true,
  },
];
