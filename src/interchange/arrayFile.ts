import type { TensorData } from '../checkpoint/tensorData.js';
import { formatError } from './byteSource.js';
import { ELEMENT_BYTES, elementCount, type ElementType } from './elements.js';

/** Formats of files with named arrays. */
export const ARRAY_FORMATS = ['safetensors', 'pytorch', 'npy', 'npz'] as const;

/** Format of a file with named arrays. */
export type ArrayFormat = (typeof ARRAY_FORMATS)[number];

/** What a file says about one of its arrays. */
export interface ArrayInfo {
  readonly shape: readonly number[];
  /** Type of the elements in the file. */
  readonly type: ElementType;
}

/** A file with named arrays; their values are read one array at a time. */
export interface ArrayFile {
  readonly format: ArrayFormat;
  /** What messages call the file. */
  readonly location: string;
  /** Shape and type of each array, by name. */
  readonly arrays: ReadonlyMap<string, ArrayInfo>;
  /** Texts beside the arrays, by name; of safetensors only. */
  readonly metadata: ReadonlyMap<string, string>;
  /**
   * Reads an array: floats of any width become float32, integers and booleans int32.
   *
   * Rejects with a `FormatError` if there is none of that name, the file is damaged there, or an integer does not fit 32 bits.
   */
  readonly read: (name: string) => Promise<TensorData>;
}

/** What a format finds of an array. */
export interface ArrayPlace extends ArrayInfo {
  /** Elements from the first to the last in the file, all of which are read, where the array is a part of them. */
  readonly span?: number;
}

export interface OpenArraysOptions {
  /**
   * Most bytes that all arrays may take in memory together; a file that asks for more is refused.
   *
   * @defaultValue `2 ** 31`
   */
  readonly maxBytes?: number;
}

/** Most axes of an array. */
const MAX_AXES = 16;

/** Number of elements; refuses what cannot be a shape. */
export function countOf(location: string, name: string, shape: readonly number[]): number {
  const count = shape.length <= MAX_AXES ? elementCount(shape) : undefined;
  if (count !== undefined) return count;
  throw formatError(
    location,
    `the array ${JSON.stringify(name)} has the shape [${shape.join(', ')}]: it is damaged`,
  );
}

/** @throws {FormatError} If the arrays together would take more than `maxBytes` in memory. */
function assertFits(location: string, arrays: ReadonlyMap<string, ArrayPlace>, maxBytes: number): void {
  let bytes = 0;
  for (const [name, { shape, type, span = 0 }] of arrays)
    bytes += Math.max(span, countOf(location, name, shape)) * Math.max(4, ELEMENT_BYTES[type]);
  if (bytes <= maxBytes) return;
  throw formatError(
    location,
    `its arrays take ${bytes} bytes and at most ${maxBytes} are allowed: raise 'maxBytes' if you trust the file`,
  );
}

/** What a format gives for its arrays. */
interface ArrayFileParts<Place extends ArrayPlace> {
  readonly format: ArrayFormat;
  readonly location: string;
  readonly places: ReadonlyMap<string, Place>;
  readonly metadata?: ReadonlyMap<string, string>;
  readonly values: (name: string, place: Place) => Promise<Float32Array | Int32Array>;
}

/** The file that a format has found, with the checks that all formats share. */
export function arrayFile<Place extends ArrayPlace>(
  { format, location, places, metadata = new Map(), values }: ArrayFileParts<Place>,
  { maxBytes = 2 ** 31 }: OpenArraysOptions,
): ArrayFile {
  assertFits(location, places, maxBytes);
  const read = async (name: string): Promise<TensorData> => {
    const place = places.get(name);
    if (place === undefined) throw formatError(location, `it has no array ${JSON.stringify(name)}`);
    try {
      return { shape: [...place.shape], values: await values(name, place) };
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw formatError(location, `in the array ${JSON.stringify(name)} ${cause.message}`, cause);
    }
  };
  return { format, location, arrays: places, metadata, read };
}
