import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import { activated, hasPlainBias, type Activation } from './activation.js';
import { kernel, release, run, runKernel, withView, type Replacement } from './heap.js';
import { simdOf } from './simd/module.js';
import { simdProduct, type ProductInputs, type Transposition } from './simd/product.js';

type Product = (a: tf.TensorInfo, b: tf.TensorInfo) => tf.TensorInfo;

/** `matrix` with its last two axes exchanged. */
function transposed(backend: BackendWasm, matrix: tf.TensorInfo): tf.TensorInfo {
  const rank = matrix.shape.length;
  const perm = [...matrix.shape.keys()].slice(0, rank - 2).concat(rank - 1, rank - 2);
  return runKernel(backend, tf.Transpose, { x: matrix }, { perm });
}

/** Uses `matrix` or its transpose, which is freed afterwards. */
function withTransposed<T>(
  backend: BackendWasm,
  matrix: tf.TensorInfo,
  isTransposed: boolean,
  use: (matrix: tf.TensorInfo) => T,
): T {
  if (!isTransposed) return use(matrix);
  const other = transposed(backend, matrix);
  const result = use(other);
  release(backend, other);
  return result;
}

/** A stack of matrices: how many, and the shape of each. */
function stackOf({ shape }: tf.TensorInfo): {
  readonly count: number;
  readonly matrix: [number, number, number];
} {
  const count = tf.util.sizeFromShape(shape.slice(0, -2));
  return { count, matrix: [1, shape.at(-2)!, shape.at(-1)!] };
}

/**
 * Products of the matrices of two stacks, one by one, of which only single untransposed ones are XNNPACK's.
 *
 * XNNPACK's copy of `b` is cached under its memory alone, and reads outside of it when the same memory comes back in another
 * shape, as after `tf.reshape`. A view has an identity of its own.
 */
function stackedProduct(
  backend: BackendWasm,
  [a, b]: [tf.TensorInfo, tf.TensorInfo],
  stock: Product,
): tf.TensorInfo {
  const [left, right] = [stackOf(a), stackOf(b)];
  const count = Math.max(left.count, right.count);
  const view = (info: tf.TensorInfo, stack: typeof left, index: number) => {
    const size = stack.matrix[1] * stack.matrix[2];
    return { info, start: (index % stack.count) * size, shape: stack.matrix };
  };
  const products = Array.from({ length: count }, (_, i) =>
    withView(backend, view(a, left, i), (first) =>
      withView(backend, view(b, right, i), (second) => stock(first, second)),
    ),
  );
  if (count === 1) return products[0]!;
  const inputs = products as unknown as Readonly<Record<string, tf.TensorInfo>>; // Concat takes a list
  const stack = runKernel(backend, tf.Concat, inputs, { axis: 0 });
  release(backend, ...products);
  return stack;
}

/** The product of untransposed operands. A matrix that comes in the shape it was made in is a weight: its packed copy is kept. */
function plainProduct(
  backend: BackendWasm,
  [a, b]: [tf.TensorInfo, tf.TensorInfo],
  stock: Product,
): tf.TensorInfo {
  const made = backend.dataIdMap.get(b.dataId).shape;
  if (a.shape.length === 2 && b.shape.length === 2 && tf.util.arraysEqual(made, b.shape)) return stock(a, b);
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const counts = [stackOf(a).count, stackOf(b).count];
  const total = tf.util.sizeFromShape(outer);
  if (total === 0 || !counts.every((count) => count === 1 || count === total)) return stock(a, b);
  const result = stackedProduct(backend, [a, b], stock);
  result.shape = [...outer, a.shape.at(-2)!, b.shape.at(-1)!];
  return result;
}

/** Whether `a b^T` moves fewer elements as `(b a^T)^T`: for few rows of `a` and a large `b`, such as a dense layer's weights. */
function isTurnedCheaper(a: tf.TensorInfo, b: tf.TensorInfo): boolean {
  if (a.shape.length !== 2 || b.shape.length !== 2) return false;
  const [[rows, inner], columns] = [a.shape as [number, number], b.shape[0]!];
  return rows * inner + rows * columns < columns * inner;
}

/** The product by way of the plain one of TensorFlow.js, which takes XNNPACK. */
function composedProduct(
  backend: BackendWasm,
  stockKernel: tf.KernelFunc,
  { a, b }: ProductInputs,
  { transposeA, transposeB }: Transposition,
): tf.TensorInfo {
  const plain = { transposeA: false, transposeB: false };
  const stock: Product = (left, right) => run(stockKernel, backend, { a: left, b: right }, plain);
  const product: Product = (left, right) => plainProduct(backend, [left, right], stock);
  if (!transposeA && transposeB && isTurnedCheaper(a, b)) {
    const turned = withTransposed(backend, a, true, (right) => product(b, right));
    const result = transposed(backend, turned);
    release(backend, turned);
    return result;
  }
  return withTransposed(backend, a, transposeA, (left) =>
    withTransposed(backend, b, transposeB, (right) => product(left, right)),
  );
}

/** Whether {@link simdProduct} may read these: bits of other types are no floats. */
const areFloats = (...infos: readonly tf.TensorInfo[]): boolean =>
  infos.every(({ dtype }) => dtype === 'float32');

/**
 * Matrix product, also of transposed operands and of stacks, at the speed of the plain one.
 *
 * TensorFlow.js hands only plain products of two matrices to XNNPACK. Both gradients of a product are transposed ones and ran
 * at 1 to 2 GFLOP/s instead of 25.
 */
export const batchMatMul: Replacement = (stock) =>
  kernel<'a' | 'b', Transposition>(({ inputs, backend, attrs }) => {
    const simd = areFloats(inputs.a, inputs.b) ? simdOf(backend) : undefined;
    const result = simd && simdProduct(backend, simd, inputs, attrs);
    return result ?? composedProduct(backend, stock, inputs, attrs);
  });

/**
 * Matrix product, bias and activation of a dense layer.
 *
 * TensorFlow.js keeps packed copies of weights by the identity of their memory, which another matrix may get later.
 */
export const fusedMatMul: Replacement = (stock) =>
  kernel<'a' | 'b', Transposition & Activation>(({ inputs, backend, attrs }) => {
    const { a, b } = inputs;
    const columns = b.shape.at(attrs.transposeB ? -2 : -1)!;
    const simd = hasPlainBias(inputs, columns) && areFloats(a, b) ? simdOf(backend) : undefined;
    const result = simd && simdProduct(backend, simd, inputs, attrs);
    return result ? activated(backend, result, inputs, attrs) : run(stock, backend, inputs, attrs);
  });
