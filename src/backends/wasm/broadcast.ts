import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type * as tf from '@tensorflow/tfjs-core';

import { repeatRows } from './copies.js';
import { kernel, release, reshaped, run, type Replacement } from './heap.js';

/** The larger operand as `[outer, repeats, inner]`, the smaller one as `[outer, 1, inner]`. */
interface Broadcast {
  readonly outer: number;
  readonly repeats: number;
  readonly inner: number;
}

const product = (sizes: readonly number[]): number => sizes.reduce((size, length) => size * length, 1);

/** How `small` is broadcast to `shape`, where one block of its axes is repeated and all others agree; otherwise `undefined`. */
function broadcastOf(shape: readonly number[], small: readonly number[]): Broadcast | undefined {
  const aligned = [...new Array<number>(shape.length - small.length).fill(1), ...small];
  const repeats = (axis: number): boolean => aligned[axis] === 1 && shape[axis] !== 1;
  let end = shape.length;
  while (end > 0 && !repeats(end - 1)) end--;
  let begin = end;
  while (begin > 0 && aligned[begin - 1] === 1) begin--;
  if (!aligned.slice(0, begin).every((size, axis) => size === shape[axis])) return undefined;
  return {
    outer: product(shape.slice(0, begin)),
    repeats: product(shape.slice(begin, end)),
    inner: product(shape.slice(end)),
  };
}

/** Row length from which XNNPACK is at full speed, and the longest row made. */
const LONG_ROW = 256;
const LONGEST_ROW = 2048;

/** How often to repeat the rows of the small operand: a divisor of `repeats`, 1 where nothing is to be won. */
function repetition({ outer, repeats, inner }: Broadcast): number {
  if (inner === 1 || inner >= LONG_ROW || outer * inner * repeats < 8 * LONGEST_ROW) return 1;
  let count = Math.min(Math.floor(LONGEST_ROW / inner), Math.floor(repeats / 8));
  while (count > 1 && repeats % count !== 0) count--;
  return Math.max(1, count);
}

type Binary = (a: tf.TensorInfo, b: tf.TensorInfo) => tf.TensorInfo;

/** Runs `compute` on operands in which the rows of the smaller one, `b` or, if `swapped`, `a`, are long. */
function withLongRows(
  backend: BackendWasm,
  [large, small]: readonly [tf.TensorInfo, tf.TensorInfo],
  compute: Binary,
): tf.TensorInfo | undefined {
  const broadcast =
    large.shape.length < small.shape.length ? undefined : broadcastOf(large.shape, small.shape);
  const count = broadcast === undefined ? 1 : repetition(broadcast);
  if (broadcast === undefined || count === 1) return undefined;
  const { outer, repeats, inner } = broadcast;
  const rows = repeatRows(backend, small, [outer, inner, count]);
  const result = compute(
    reshaped(large, [outer, repeats / count, inner * count]),
    reshaped(rows, [outer, 1, inner * count]),
  );
  release(backend, rows);
  result.shape = [...large.shape];
  return result;
}

/**
 * Elementwise arithmetic of a feature map with one number per channel, or per example and channel.
 *
 * XNNPACK runs one row of channels at a time, four times slower than the full speed for 16 channels. Here the small operand
 * is repeated until its rows are long.
 */
export const binary: Replacement = (stock) =>
  kernel<'a' | 'b', object>(({ inputs: { a, b }, backend }) => {
    const compute: Binary = (left, right) => run(stock, backend, { a: left, b: right });
    if (a.dtype !== 'float32' || b.dtype !== 'float32') return compute(a, b);
    return (
      withLongRows(backend, [a, b], compute) ??
      withLongRows(backend, [b, a], (large, small) => compute(small, large)) ??
      compute(a, b)
    );
  });
