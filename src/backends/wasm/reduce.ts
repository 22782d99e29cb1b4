import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import { floats, kernel, release, reshaped, run, runKernel, type Replacement } from './heap.js';

interface ReduceAttributes {
  readonly axis: number | number[];
  readonly keepDims?: boolean;
}

/** Neighboring axes that are all summed or all kept, as one axis. */
interface Run {
  readonly size: number;
  readonly summed: boolean;
}

/** Joins neighbors of the same kind and drops axes of length 1. */
function joined(runs: readonly Run[]): Run[] {
  const result: Run[] = [];
  for (const { size, summed } of runs.filter((run) => run.size !== 1)) {
    const last = result.at(-1);
    if (last?.summed === summed) result[result.length - 1] = { size: last.size * size, summed };
    else result.push({ size, summed });
  }
  return result;
}

const sizeOf = (runs: readonly Run[]): number => runs.reduce((size, run) => size * run.size, 1);

function scale(backend: BackendWasm, info: tf.TensorInfo, factor: number): void {
  const values = floats(backend, info);
  for (let i = 0; i < values.length; i++) values[i]! *= factor;
}

/** The greatest divisor of `count` that is not above its square root. */
function evenDivisor(count: number): number {
  let divisor = Math.floor(Math.sqrt(count));
  while (count % divisor !== 0) divisor--;
  return divisor;
}

/** Sums of `[outer, rows, columns]` over its middle axis, which are averages times `rows`. */
function pooledSums(
  backend: BackendWasm,
  x: tf.TensorInfo,
  [outer, rows, columns]: readonly [number, number, number],
): tf.TensorInfo {
  const pool = { filterSize: [rows, 1], strides: 1, pad: 'valid' };
  const means = runKernel(backend, tf.AvgPool, { x: reshaped(x, [outer, rows, 1, columns]) }, pool);
  scale(backend, means, rows);
  return means;
}

/** Sums of `[outer, rows, columns]` over its middle axis. Two rounds lose less to float32 rounding than one of all rows. */
function middleSums(
  backend: BackendWasm,
  x: tf.TensorInfo,
  [outer, rows, columns]: readonly [number, number, number],
): tf.TensorInfo {
  const groups = evenDivisor(rows);
  if (groups === 1) return pooledSums(backend, x, [outer, rows, columns]);
  const partial = pooledSums(backend, x, [outer * groups, rows / groups, columns]);
  const sums = pooledSums(backend, partial, [outer, groups, columns]);
  release(backend, partial);
  return sums;
}

type SumLast = (x: tf.TensorInfo) => tf.TensorInfo;

/** Sums the runs one by one; `sumLast` takes `[kept, summed]` and sums its last axis. */
function sumRuns(
  backend: BackendWasm,
  x: tf.TensorInfo,
  runs: readonly Run[],
  sumLast: SumLast,
): tf.TensorInfo {
  const index = runs.findIndex((run, i) => run.summed && i < runs.length - 1);
  if (index < 0) {
    const kept = sizeOf(runs.filter((run) => !run.summed));
    return sumLast(reshaped(x, [kept, sizeOf(runs) / kept]));
  }
  const [before, after] = [runs.slice(0, index), runs.slice(index + 1)];
  const partial = middleSums(backend, x, [sizeOf(before), runs[index]!.size, sizeOf(after)]);
  const rest = joined([...before, ...after]);
  if (!rest.some((run) => run.summed)) return partial;
  const result = sumRuns(backend, partial, rest, sumLast);
  release(backend, partial);
  return result;
}

/** A sum or mean over any axes without moving the elements first; `stock` takes what is empty or not of float32. */
function reduction(stock: tf.KernelFunc, sumLast: tf.KernelFunc, isMean: boolean): tf.KernelFunc {
  return kernel<'x', ReduceAttributes>(({ inputs: { x }, backend, attrs: { axis, keepDims = false } }) => {
    const axes = tf.util.parseAxisParam(axis, x.shape);
    const [outShape, summedShape] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes);
    if (x.dtype !== 'float32' || tf.util.sizeFromShape(x.shape) === 0) {
      return run(stock, backend, { x }, { axis: axes, keepDims });
    }
    const runs = joined(x.shape.map((size, i) => ({ size, summed: axes.includes(i) })));
    const sumRows: SumLast = (rows) => run(sumLast, backend, { x: rows }, { axis: [1] });
    const result = sumRuns(backend, x, runs, sumRows);
    if (isMean) scale(backend, result, 1 / tf.util.sizeFromShape(summedShape));
    result.shape = keepDims ? tf.backend_util.expandShapeToKeepDim(outShape, axes) : outShape;
    return result;
  });
}

/**
 * Sum over any axes.
 *
 * TensorFlow.js transposes the tensor until the summed axes are last (0.5 billion elements a second). Here leading and
 * middle axes are an average pool (5 billion); trailing axes go to the stock kernel as they are.
 */
export const sum: Replacement = (stock) => reduction(stock, stock, false);

/** Mean over any axes, by way of {@link sum}. */
export const mean: Replacement = (stock) => reduction(stock, tf.getKernel(tf.Sum, 'wasm').kernelFunc, true);
