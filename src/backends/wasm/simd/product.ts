import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import { addressOf, allocate } from '../heap.js';
import { runGrid, type Grid } from './grid.js';
import type { SimdKernels } from './module.js';

/** Operands of a product of matrices or of two stacks of as many matrices. */
export interface ProductInputs {
  readonly a: tf.TensorInfo;
  readonly b: tf.TensorInfo;
  /** `[columns]`, added to every row. */
  readonly bias?: tf.TensorInfo | undefined;
}

export interface Transposition {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** A product as a grid of one tap: rows are the sites of an image of one row, unless `a` is transposed. */
function gridOf(
  shapes: readonly [rows: number, inner: number, columns: number],
  { transposeA, transposeB }: Transposition,
): Omit<Grid, 'image' | 'filter' | 'result'> {
  const [rows, inner, columns] = shapes;
  const [sites, channels] = transposeA ? [inner, rows] : [rows, inner];
  return {
    imageShape: [1, 1, sites, channels],
    sites: [1, sites],
    steps: [1, 1],
    taps: [[0, 0, 0]],
    filterSteps: transposeB ? [1, inner] : [columns, 1],
    outputs: columns,
  };
}

/**
 * The product of two stacks of matrices, of which a stack of one goes with all of the other.
 *
 * @returns Nothing where both operands are transposed or a stack is repeated along some of its axes.
 */
export function simdProduct(
  backend: BackendWasm,
  kernels: SimdKernels,
  { a, b, bias }: ProductInputs,
  transposition: Transposition,
): tf.TensorInfo | undefined {
  const { transposeA, transposeB } = transposition;
  const [aShape, bShape] = [a.shape, b.shape];
  const [rows, inner] = transposeA ? [aShape.at(-1)!, aShape.at(-2)!] : [aShape.at(-2)!, aShape.at(-1)!];
  const columns = transposeB ? bShape.at(-2)! : bShape.at(-1)!;
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(aShape.slice(0, -2), bShape.slice(0, -2));
  const count = tf.util.sizeFromShape(outer);
  const counts = [aShape, bShape].map((shape) => tf.util.sizeFromShape(shape.slice(0, -2)));
  const isEmpty = count * rows * inner * columns === 0;
  if (isEmpty || (transposeA && transposeB) || counts.some((n) => n !== 1 && n !== count)) return undefined;
  const result = allocate(backend, [...outer, rows, columns]);
  const grid = gridOf([rows, inner, columns], transposition);
  /** Address of matrix `i` of a stack. */
  const matrix = (info: tf.TensorInfo, i: number, size: number) =>
    addressOf(backend, info) + i * size * Float32Array.BYTES_PER_ELEMENT;
  for (let i = 0; i < count; i++) {
    runGrid(backend, kernels, transposeA ? 'correlate' : 'convolve', {
      ...grid,
      image: matrix(a, i % counts[0]!, rows * inner),
      filter: matrix(b, i % counts[1]!, inner * columns),
      bias: bias && addressOf(backend, bias),
      result: matrix(result, i, rows * columns),
    });
  }
  return result;
}
