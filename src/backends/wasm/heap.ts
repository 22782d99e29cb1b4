import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

/** What a kernel of the wasm backend is called with. */
export interface WasmCall<Inputs extends string, Attributes = object> {
  readonly inputs: Readonly<Record<Inputs, tf.TensorInfo>>;
  readonly backend: BackendWasm;
  readonly attrs: Attributes;
}

/** Makes a kernel that stands in for the one TensorFlow.js brings and may fall back on it. */
export type Replacement = (stock: tf.KernelFunc) => tf.KernelFunc;

/** A kernel function in the type the registry wants. */
export function kernel<Inputs extends string, Attributes>(
  compute: (call: WasmCall<Inputs, Attributes>) => tf.TensorInfo | tf.TensorInfo[],
): tf.KernelFunc {
  return compute as unknown as tf.KernelFunc;
}

/** Runs a kernel function outside the engine: no tensor is tracked and no gradient recorded. The caller frees the result. */
export function run(
  kernelFunc: tf.KernelFunc,
  backend: BackendWasm,
  inputs: Readonly<Record<string, tf.TensorInfo>>,
  attrs: object = {},
): tf.TensorInfo {
  return kernelFunc({ inputs, backend, attrs: attrs as tf.NamedAttrMap }) as tf.TensorInfo;
}

/** Runs the registered kernel `name` as {@link run} does. */
export function runKernel(
  backend: BackendWasm,
  name: string,
  inputs: Readonly<Record<string, tf.TensorInfo>>,
  attrs?: object,
): tf.TensorInfo {
  return run(tf.getKernel(name, 'wasm').kernelFunc, backend, inputs, attrs);
}

export function release(backend: BackendWasm, ...infos: readonly tf.TensorInfo[]): void {
  for (const { dataId } of infos) backend.disposeData(dataId);
}

/** The same elements in another shape, to be passed on at once: it owns nothing and is not released. */
export function reshaped(info: tf.TensorInfo, shape: number[]): tf.TensorInfo {
  return { dataId: info.dataId, dtype: info.dtype, shape };
}

/** A new tensor on the wasm heap with undefined contents. */
export function allocate(
  backend: BackendWasm,
  shape: number[],
  dtype: tf.DataType = 'float32',
): tf.TensorInfo {
  return backend.makeOutput(shape, dtype);
}

/** A new tensor of zeros on the wasm heap. */
export function allocateZeros(backend: BackendWasm, shape: number[]): tf.TensorInfo {
  const info = allocate(backend, shape);
  floats(backend, info).fill(0);
  return info;
}

/**
 * The elements of a float32 tensor where they live. The view is cut off when the heap grows: allocate first, then look.
 */
export function floats(backend: BackendWasm, info: tf.TensorInfo): Float32Array {
  return backend.typedArrayFromHeap(info) as Float32Array;
}

/**
 * Runs `use` on a tensor that shares the memory of `info` from its element `start` on.
 *
 * No element is copied. The view is freed without freeing the memory, which stays with `info`.
 */
export function withView<T>(
  backend: BackendWasm,
  { info, start, shape }: { readonly info: tf.TensorInfo; readonly start: number; readonly shape: number[] },
  use: (view: tf.TensorInfo) => T,
): T {
  const { memoryOffset } = backend.dataIdMap.get(info.dataId);
  const view = backend.makeOutput(shape, 'float32', memoryOffset + start * Float32Array.BYTES_PER_ELEMENT);
  try {
    return use(view);
  } finally {
    backend.dataIdMap.get(view.dataId).memoryOffset = 0; // free(0) does nothing
    release(backend, view);
  }
}

/**
 * The whole heap as elements of the size of those of `info`: 4 bytes, or 1 for `bool`. Copies work on it bit by bit. The view
 * is cut off when the heap grows: allocate first, then look.
 */
export function heapOf(backend: BackendWasm, info: tf.TensorInfo): Int32Array | Uint8Array {
  const { buffer } = backend.typedArrayFromHeap(info);
  return info.dtype === 'bool' ? new Uint8Array(buffer) : new Int32Array(buffer);
}

/** Where a tensor begins in the memory of the backend, in bytes. */
export function addressOf(backend: BackendWasm, { dataId }: tf.TensorInfo): number {
  return backend.dataIdMap.get(dataId).memoryOffset;
}

/** Where a tensor begins in {@link heapOf}. */
export function startOf(backend: BackendWasm, info: tf.TensorInfo): number {
  return addressOf(backend, info) / tf.util.bytesPerElement(info.dtype);
}

/** Equal runs of elements, evenly spaced at the source and at the destination. */
export interface Rows {
  readonly from: number;
  readonly fromStride: number;
  readonly to: number;
  readonly toStride: number;
  readonly length: number;
  readonly count: number;
}

/** Below this length a loop beats a call of `copyWithin` (measured: about 20 ns a call, 1.6 ns an element). */
const SHORT_ROW = 12;

export function copyRows(heap: Int32Array | Uint8Array, rows: Rows): void {
  if (rows.length < SHORT_ROW) copyShortRows(heap, rows);
  else copyLongRows(heap, rows);
}

function copyLongRows(
  heap: Int32Array | Uint8Array,
  { fromStride, toStride, length, count, ...rows }: Rows,
): void {
  let { from, to } = rows;
  for (let row = 0; row < count; row++, from += fromStride, to += toStride) {
    heap.copyWithin(to, from, from + length);
  }
}

function copyShortRows(
  heap: Int32Array | Uint8Array,
  { fromStride, toStride, length, count, ...rows }: Rows,
): void {
  let { from, to } = rows;
  for (let row = 0; row < count; row++, from += fromStride, to += toStride) {
    for (let i = 0; i < length; i++) heap[to + i] = heap[from + i]!;
  }
}
