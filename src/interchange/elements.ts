import { fromFloat16 } from '../checkpoint/float16.js';
import { viewOf } from './byteSource.js';

/** Types of elements that files hold, with the bytes of an element. */
export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint64: 8,
  uint32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1,
};

/** Type of the elements of an array in a file. */
export type ElementType =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint64'
  | 'uint32'
  | 'uint16'
  | 'uint8'
  | 'bool';

const INT32 = { least: -(2 ** 31), most: 2 ** 31 - 1 };

type FloatType = 'float64' | 'float32' | 'float16' | 'bfloat16';

function isFloat(type: ElementType): type is FloatType {
  return type === 'float64' || type === 'float32' || type === 'float16' || type === 'bfloat16';
}

/** `bytes` with the order of the bytes of each element turned round. */
function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const result = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) result[i] = bytes[i - (i % size) + size - 1 - (i % size)]!;
  return result;
}

/** A copy whose buffer starts at the first element. */
function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

/** bfloat16 numbers are the upper halves of float32 numbers. */
function fromBfloat16(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i]! << 16;
  return new Float32Array(words.buffer);
}

function decodeFloats(bytes: Uint8Array, type: FloatType): Float32Array {
  const buffer = ownBuffer(bytes);
  if (type === 'float32') return new Float32Array(buffer);
  if (type === 'float64') return Float32Array.from(new Float64Array(buffer));
  const bits = new Uint16Array(buffer);
  return type === 'float16' ? fromFloat16(bits) : fromBfloat16(bits);
}

/** Reads element `i` of a list of integers as a number; 64-bit ones lose digits beyond 2**53, which is out of range anyway. */
function integerReader(view: DataView, type: Exclude<ElementType, FloatType>): (i: number) => number {
  const readers: Readonly<Record<Exclude<ElementType, FloatType>, (i: number) => number>> = {
    int64: (i) => Number(view.getBigInt64(8 * i, true)),
    uint64: (i) => Number(view.getBigUint64(8 * i, true)),
    int32: (i) => view.getInt32(4 * i, true),
    uint32: (i) => view.getUint32(4 * i, true),
    int16: (i) => view.getInt16(2 * i, true),
    uint16: (i) => view.getUint16(2 * i, true),
    int8: (i) => view.getInt8(i),
    uint8: (i) => view.getUint8(i),
    bool: (i) => (view.getUint8(i) === 0 ? 0 : 1),
  };
  return readers[type];
}

/** @throws {RangeError} If an integer does not fit 32 bits. */
function decodeIntegers(bytes: Uint8Array, type: Exclude<ElementType, FloatType>): Int32Array {
  const values = new Int32Array(bytes.length / ELEMENT_BYTES[type]);
  const read = integerReader(viewOf(bytes), type);
  for (let i = 0; i < values.length; i++) {
    const value = read(i);
    if (value < INT32.least || value > INT32.most)
      throw new RangeError(`element ${i} is ${value}, which does not fit 32 bits`);
    values[i] = value;
  }
  return values;
}

/**
 * Elements as the numbers that tensors hold: floats of any width as float32, integers and booleans as int32.
 *
 * @param bytes Whole elements; little-endian unless `bigEndian`.
 * @returns A copy.
 * @throws {RangeError} If an integer does not fit 32 bits.
 */
export function decodeElements(
  bytes: Uint8Array,
  type: ElementType,
  bigEndian = false,
): Float32Array | Int32Array {
  const little = bigEndian ? swapped(bytes, ELEMENT_BYTES[type]) : bytes;
  return isFloat(type) ? decodeFloats(little, type) : decodeIntegers(little, type);
}

/** Elements of a dense array in row-major order, `undefined` where a shape or the count is not a size. */
export function elementCount(shape: readonly number[]): number | undefined {
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    count *= size;
  }
  return Number.isSafeInteger(count) ? count : undefined;
}

/** How an array lies in its elements: the step along each axis. */
export interface StridedLayout {
  readonly shape: readonly number[];
  /** Elements between neighbors along each axis. */
  readonly strides: readonly number[];
}

/** Steps of a dense array in row-major order. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--)
    strides[axis] = strides[axis + 1]! * Math.max(1, shape[axis + 1]!);
  return strides;
}

/** Whether elements already lie in row-major order; axes of one element may have any step. */
export function isRowMajor({ shape, strides }: StridedLayout): boolean {
  const wanted = rowMajorStrides(shape);
  return shape.every((size, axis) => size <= 1 || strides[axis] === wanted[axis]);
}

/** Place of element `i` of a layout, counted in row-major order. */
function placeOf(i: number, { shape, strides }: StridedLayout): number {
  let [rest, place] = [i, 0];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    place += (rest % size) * strides[axis]!;
    rest = Math.floor(rest / size);
  }
  return place;
}

/** The elements that a layout picks out of `values`, in row-major order. */
export function gatherStrided<T extends Float32Array | Int32Array>(values: T, layout: StridedLayout): T {
  const { shape } = layout;
  const result = new (values.constructor as new (length: number) => T)(elementCount(shape)!);
  const [size, step] = [shape.at(-1) ?? 1, layout.strides.at(-1) ?? 1];
  for (let start = 0; start < result.length; start += size) {
    const from = placeOf(start, layout);
    for (let i = 0; i < size; i++) result[start + i] = values[from + i * step]!;
  }
  return result;
}
