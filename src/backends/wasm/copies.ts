import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import {
  allocate,
  copyRows,
  heapOf,
  kernel,
  release,
  reshaped,
  run,
  startOf,
  type Replacement,
} from './heap.js';

// The stock kernels of this file make a typed array for every run they copy, and `slice` first copies the whole tensor.

const sizeFrom = (shape: readonly number[], begin: number, end = shape.length): number =>
  shape.slice(begin, end).reduce((size, length) => size * length, 1);

/** Copies whole runs into (`'join'`) or out of (`'part'`) a tensor that holds several parts side by side along an axis. */
function copyParts(
  backend: BackendWasm,
  direction: 'join' | 'part',
  {
    whole,
    parts,
    axis,
  }: { readonly whole: tf.TensorInfo; readonly parts: readonly tf.TensorInfo[]; readonly axis: number },
): void {
  const heap = heapOf(backend, whole);
  const count = sizeFrom(whole.shape, 0, axis);
  const wholeStride = sizeFrom(whole.shape, axis);
  let inWhole = startOf(backend, whole);
  for (const part of parts) {
    const length = sizeFrom(part.shape, axis);
    const inPart = startOf(backend, part);
    const rows =
      direction === 'join'
        ? { from: inPart, fromStride: length, to: inWhole, toStride: wholeStride }
        : { from: inWhole, fromStride: wholeStride, to: inPart, toStride: length };
    copyRows(heap, { ...rows, length, count });
    inWhole += length;
  }
}

/** Another holder of the elements of `x`, which no kernel changes. */
function shared(backend: BackendWasm, x: tf.TensorInfo): tf.TensorInfo {
  backend.incRef(x.dataId);
  return reshaped(x, x.shape);
}

/** The same elements. The stock kernel copies all that the way back needs, weights included. */
export const identity: Replacement = (stock) =>
  kernel<'x', object>(({ inputs: { x }, backend }) =>
    x.dtype === 'string' ? run(stock, backend, { x }) : shared(backend, x),
  );

/** The elements as another type, or the same ones where they are of it. */
export const cast: Replacement = (stock) =>
  kernel<'x', { readonly dtype: tf.DataType }>(({ inputs: { x }, backend, attrs }) =>
    x.dtype === attrs.dtype && x.dtype !== 'string' ? shared(backend, x) : run(stock, backend, { x }, attrs),
  );

/** Concatenation along any axis. */
export const concat: Replacement = (stock) =>
  kernel<never, { readonly axis: number }>(({ inputs, backend, attrs }) => {
    const parts = inputs as unknown as readonly tf.TensorInfo[];
    const [first] = parts as [tf.TensorInfo];
    const full = parts.filter((part) => sizeFrom(part.shape, 0) > 0);
    if (first.dtype === 'string' || full.length < 2) {
      return run(stock, backend, inputs, attrs);
    }
    const axis = tf.util.parseAxisParam(attrs.axis, first.shape)[0]!;
    const shapes = full.map((part) => part.shape);
    tf.backend_util.assertParamsConsistent(shapes, axis);
    const whole = allocate(backend, tf.backend_util.computeOutShape(shapes, axis), first.dtype);
    copyParts(backend, 'join', { whole, parts: full, axis });
    return whole;
  });

/** The parts of a tensor along one axis, which is also the gradient of {@link concat}. */
export const splitV: Replacement = (stock) =>
  kernel<'x', { readonly axis: number; readonly numOrSizeSplits: number | number[] }>(
    ({ inputs: { x }, backend, attrs }) => {
      if (x.dtype === 'string') return run(stock, backend, { x }, attrs);
      const axis = tf.util.parseAxisParam(attrs.axis, x.shape)[0]!;
      const sizes = tf.backend_util.prepareSplitSize(x, attrs.numOrSizeSplits, axis);
      const parts = sizes.map((size) => allocate(backend, x.shape.with(axis, size), x.dtype));
      copyParts(backend, 'part', { whole: x, parts, axis });
      return parts;
    },
  );

/** A box of a tensor. */
export const slice: Replacement = (stock) =>
  kernel<'x', { readonly begin: number | number[]; readonly size: number | number[] }>(
    ({ inputs: { x }, backend, attrs }) => {
      const [begin, size] = tf.slice_util.parseSliceParams(x, attrs.begin, attrs.size) as [
        number[],
        number[],
      ];
      tf.slice_util.assertParamsValid(x, begin, size);
      if (x.dtype === 'string' || x.shape.length === 0) {
        return run(stock, backend, { x }, { begin, size });
      }
      const result = allocate(backend, size, x.dtype);
      const strides = [...tf.util.computeStrides(x.shape), 1];
      const heap = heapOf(backend, result);
      // Axes behind `rows` are taken whole, so that one index of `rows` is one run.
      let rows = x.shape.length - 1;
      while (rows > 0 && size[rows] === x.shape[rows]) rows--;
      let to = startOf(backend, result);
      const copyFrom = (axis: number, from: number): void => {
        const start = from + begin[axis]! * strides[axis]!;
        if (axis < rows) {
          for (let i = 0; i < size[axis]!; i++) copyFrom(axis + 1, start + i * strides[axis]!);
          return;
        }
        const length = size[axis]! * strides[axis]!;
        copyRows(heap, { from: start, fromStride: 0, to, toStride: 0, length, count: 1 });
        to += length;
      };
      copyFrom(0, startOf(backend, x));
      return result;
    },
  );

/** Repeats `[outer, size]` along its last axis: the rows of the result are `count` copies of a row of `x`. */
export function repeatRows(
  backend: BackendWasm,
  x: tf.TensorInfo,
  [outer, size, count]: readonly [number, number, number],
): tf.TensorInfo {
  const result = allocate(backend, [outer, size * count], x.dtype);
  const heap = heapOf(backend, result);
  const [from, to] = [startOf(backend, x), startOf(backend, result)];
  copyRows(heap, { from, fromStride: size, to, toStride: size * count, length: size, count: outer });
  for (let row = 0; row < outer; row++) {
    const start = to + row * size * count;
    for (let done = size; done < size * count; done *= 2) {
      heap.copyWithin(start + done, start, start + Math.min(done, size * count - done));
    }
  }
  return result;
}

/** A tensor repeated along its axes, innermost axis first. */
export const tile: Replacement = (stock) =>
  kernel<'x', { readonly reps: readonly number[] }>(({ inputs: { x }, backend, attrs: { reps } }) => {
    const shape = x.shape.map((size, axis) => size * reps[axis]!);
    if (x.dtype === 'string' || sizeFrom(shape, 0) === 0 || reps.every((count) => count === 1)) {
      return run(stock, backend, { x }, { reps });
    }
    let current = x;
    for (let axis = reps.length - 1; axis >= 0; axis--) {
      if (reps[axis] === 1) continue;
      const size = sizeFrom(x.shape, axis, axis + 1) * sizeFrom(shape, axis + 1);
      const next = repeatRows(backend, current, [sizeFrom(x.shape, 0, axis), size, reps[axis]!]);
      if (current !== x) release(backend, current);
      current = next;
    }
    current.shape = shape;
    return current;
  });
