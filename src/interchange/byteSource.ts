import { FormatError } from '../errors.js';

/** Bytes that are read piece by piece, such as those of a file. */
export interface ByteSource {
  /** What messages call it: a path, a name. */
  readonly location: string;
  /** Number of bytes. */
  readonly size: number;
  /** The bytes from `offset` on, exactly `length` of them; the range is within `size`. */
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
}

/**
 * Bytes in memory, such as a file that a person dropped on a page.
 *
 * @param location What messages call it.
 */
export function memoryBytes(bytes: Uint8Array, location = 'memory'): ByteSource {
  const read = (offset: number, length: number): Promise<Uint8Array> =>
    Promise.resolve(bytes.subarray(offset, offset + length));
  return { location, size: bytes.length, read };
}

/** Characters of a reason that are kept at its beginning and at its end: names in a file may have millions. */
const KEPT = { first: 1500, last: 300 };

/** The error of a file that cannot be read; `reason` ends with what to do. */
export function formatError(location: string, reason: string, cause?: unknown): FormatError {
  const isLong = reason.length > KEPT.first + KEPT.last;
  const text = isLong ? `${reason.slice(0, KEPT.first)} ... ${reason.slice(-KEPT.last)}` : reason;
  return new FormatError(`Cannot read "${location}" as ${text}`, { cause });
}

/**
 * Reads a range that a file says it has.
 *
 * @param what Name of the range in messages.
 * @throws {FormatError} If the range is not within the file.
 */
export async function readRange(
  source: ByteSource,
  what: string,
  [offset, length]: readonly [number, number],
): Promise<Uint8Array> {
  const within = Number.isSafeInteger(offset + length) && offset >= 0 && length >= 0;
  if (within && offset + length <= source.size) return source.read(offset, length);
  throw formatError(
    source.location,
    `${what} would end at byte ${offset + length} and the file has ${source.size}: ` +
      'it is cut off or damaged, copy or download it again',
  );
}

/** A view for reading numbers from `bytes`. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @throws {FormatError} If an unsigned 64-bit number cannot be a size or an offset. */
export function readSize(source: ByteSource, view: DataView, offset: number): number {
  const value = view.getBigUint64(offset, true);
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  throw formatError(source.location, `it gives the size or place ${value}: it is damaged`);
}
