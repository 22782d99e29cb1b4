import { type ArrayFile, arrayFile, type ArrayInfo, countOf, type OpenArraysOptions } from './arrayFile.js';
import { type ByteSource, formatError, memoryBytes, readRange, viewOf } from './byteSource.js';
import { decodeElements, ELEMENT_BYTES, type ElementType, gatherStrided } from './elements.js';
import { readZipEntry, readZipStart, type ZipEntry } from './zip.js';

/** `\x93NUMPY`. */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Bytes up to the length of the header, and most bytes of a header. */
const PRELUDE_BYTES = 8;
const MAX_HEADER_BYTES = 2 ** 16;
/** Bytes that hold the longest header. */
const START_BYTES = PRELUDE_BYTES + 4 + MAX_HEADER_BYTES;

/** Kinds and sizes of elements in a header. */
const TYPES: Readonly<Record<string, ElementType>> = {
  f8: 'float64',
  f4: 'float32',
  f2: 'float16',
  i8: 'int64',
  i4: 'int32',
  i2: 'int16',
  i1: 'int8',
  u8: 'uint64',
  u4: 'uint32',
  u2: 'uint16',
  u1: 'uint8',
  b1: 'bool',
};

/** The one form in which NumPy writes a header. */
const HEADER =
  /^\{'descr': '([<>|=])([a-zA-Z]\d*)', 'fortran_order': (True|False), 'shape': \(((?:\d+, ?)*\d*)\), ?\}\s*$/;

interface Place extends ArrayInfo {
  /** Whether the first axis varies fastest. */
  readonly columnMajor: boolean;
  readonly bigEndian: boolean;
  /** Place of the first element. */
  readonly start: number;
}

/** Whether bytes are the beginning of a `.npy` file. */
export function isNpy(head: Uint8Array): boolean {
  return MAGIC.every((value, i) => head[i] === value);
}

function parseHeader(location: string, header: string, start: number): Place {
  const [, order, kind = '', columnMajor, sizes = ''] = HEADER.exec(header) ?? [];
  const type = Object.hasOwn(TYPES, kind) ? TYPES[kind] : undefined;
  if (type === undefined)
    throw formatError(
      location,
      `its header is ${JSON.stringify(header.trim().slice(0, 120))}: only plain arrays of real numbers are read`,
    );
  const shape = sizes
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  return { shape, type, columnMajor: columnMajor === 'True', bigEndian: order === '>', start };
}

async function readPlace(source: ByteSource): Promise<Place> {
  const prelude = await readRange(source, 'its header', [0, Math.min(source.size, PRELUDE_BYTES + 4)]);
  const [major, view] = [prelude[6], viewOf(prelude)];
  if (!isNpy(prelude) || prelude.length < PRELUDE_BYTES + 4 || (major !== 1 && major !== 2 && major !== 3))
    throw formatError(
      source.location,
      'it is no NumPy array or of an unknown version: save it again with numpy.save',
    );
  const lengthBytes = major === 1 ? 2 : 4;
  const length = major === 1 ? view.getUint16(PRELUDE_BYTES, true) : view.getUint32(PRELUDE_BYTES, true);
  const start = PRELUDE_BYTES + lengthBytes + length;
  if (length > MAX_HEADER_BYTES)
    throw formatError(source.location, `its header would have ${length} bytes: it is damaged`);
  const header = await readRange(source, 'its header', [PRELUDE_BYTES + lengthBytes, length]);
  return parseHeader(source.location, new TextDecoder().decode(header), start);
}

/** Elements from the first axis to the last; NumPy stores column-major arrays from the last to the first. */
function inRowMajor<T extends Float32Array | Int32Array>(values: T, { shape, columnMajor }: Place): T {
  if (!columnMajor) return values;
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1));
  return gatherStrided(values, { shape, strides });
}

/** @throws {FormatError} If the values do not fill what follows the header. */
function valueBytes({ location, size }: ByteSource, { type, shape, start }: Place): number {
  const bytes = countOf(location, '', shape) * ELEMENT_BYTES[type];
  if (start + bytes === size) return bytes;
  throw formatError(
    location,
    `its values take ${bytes} bytes and it has ${size - start}: it is cut off or damaged`,
  );
}

async function readValues(source: ByteSource, place: Place): Promise<Float32Array | Int32Array> {
  const bytes = await source.read(place.start, valueBytes(source, place));
  return inRowMajor(decodeElements(bytes, place.type, place.bigEndian), place);
}

/** Name of the only array of a `.npy` file. */
const NPY_NAME = 'array';

/**
 * Opens a `.npy` file; its array is called `"array"`.
 *
 * @throws {FormatError} If it is damaged, too large, or holds anything but real numbers.
 * @see NumPy, A simple file format for NumPy arrays (NEP 1).
 */
export async function openNpy(source: ByteSource, options: OpenArraysOptions): Promise<ArrayFile> {
  const { location } = source;
  const places = new Map([[NPY_NAME, await readPlace(source)]]);
  const values = (_: string, place: Place) => readValues(source, place);
  return arrayFile({ format: 'npy', location, places, values }, options);
}

/** An array in an archive. */
interface Part extends Place {
  readonly entry: ZipEntry;
}

/**
 * Opens a `.npz` archive, compressed or not; arrays have the names of their parts without `.npy`.
 *
 * @throws {FormatError} If a part is damaged, too large, or no array of real numbers.
 */
export async function openNpz(
  source: ByteSource,
  entries: ReadonlyMap<string, ZipEntry>,
  options: OpenArraysOptions,
): Promise<ArrayFile> {
  const { location } = source;
  const { maxBytes = 2 ** 31 } = options;
  const total = [...entries.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  if (total > maxBytes)
    throw formatError(
      location,
      `its parts take ${total} bytes and at most ${maxBytes} are allowed: raise 'maxBytes' if you trust the file`,
    );
  const partLocation = ({ name }: ZipEntry): string => `${location}/${name}`;
  const places = new Map<string, Part>();
  for (const [name, entry] of entries) {
    const start = await readZipStart(source, entry, Math.min(entry.bytes, START_BYTES));
    // A header asks for no byte beyond its start; what unpacks to gigabytes stays packed until it is asked for.
    const part = { ...memoryBytes(start, partLocation(entry)), size: entry.bytes };
    const place = await readPlace(part);
    valueBytes(part, place);
    places.set(name.replace(/\.npy$/, ''), { ...place, entry });
  }
  const values = async (_: string, { entry, ...place }: Part) => {
    const part = memoryBytes(await readZipEntry(source, entry, maxBytes), partLocation(entry));
    return readValues(part, place);
  };
  return arrayFile({ format: 'npz', location, places, values }, options);
}
