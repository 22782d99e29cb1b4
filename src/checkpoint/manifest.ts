import { CheckpointError } from '../errors.js';
import { assertField, countOf, FieldError, type Fields, fieldsOf, listOf, textOf } from './fields.js';
import { quantizedBytes } from './quantize.js';

/** The file that makes a folder a checkpoint; it is written last. */
export const MANIFEST_NAME = 'polyhue.json';
/** The newest format this version reads. */
const NEWEST_FORMAT = 2;

/** Largest `polyhue.json`, and most entries in it, that are looked at. */
export const MAX_MANIFEST_BYTES = 16 * 2 ** 20;
const MAX_ENTRIES = 100_000;
const MAX_RANK = 8;
const MAX_NAME_LENGTH = 512;
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** How the values of a tensor are written: little-endian, one after the other; of `uint8`, scales come first, see `quantize`. */
export type TensorStorage = 'float32' | 'float16' | 'uint8' | 'int32';

/** Bytes per value. */
const STORAGE_BYTES: Readonly<Record<Exclude<TensorStorage, 'uint8'>, number>> = {
  float32: 4,
  float16: 2,
  int32: 4,
};

/** Every tensor begins at a multiple of this many bytes of its file. */
export const ALIGNMENT = 4;

/** One binary file of a checkpoint. */
export interface FileEntry {
  readonly name: string;
  readonly bytes: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

/** Where a tensor is. */
export interface TensorEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
  readonly storage: TensorStorage;
  /** Name of its file. */
  readonly file: string;
  /** First byte in the file. */
  readonly offset: number;
}

/** The content of `polyhue.json`. */
export interface CheckpointManifest {
  readonly format: 'polyhue';
  readonly formatVersion: number;
  /** What the tensors are, for example a model or the state of a training run. */
  readonly kind: string;
  readonly metadata: unknown;
  readonly files: readonly FileEntry[];
  readonly tensors: readonly TensorEntry[];
}

/** Number of values of a tensor. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Bytes that a tensor takes in its file. */
export function storedBytes({ shape, storage }: Pick<TensorEntry, 'shape' | 'storage'>): number {
  const size = sizeOf(shape);
  return storage === 'uint8' ? quantizedBytes(shape, size) : size * STORAGE_BYTES[storage];
}

/** The oldest format that can hold the tensors, so that older releases read what they can: `uint8` came with 2. */
export function formatVersionFor(tensors: readonly Pick<TensorEntry, 'storage'>[]): number {
  return tensors.some(({ storage }) => storage === 'uint8') ? 2 : 1;
}

function parseFile(where: string, value: unknown): FileEntry {
  const entry = fieldsOf(where, value);
  const name = textOf(`${where}.name`, entry['name'], MAX_NAME_LENGTH);
  assertField(FILE_NAME.test(name) && name !== MANIFEST_NAME, `${where}.name`, 'be a plain file name', name);
  const sha256 = textOf(`${where}.sha256`, entry['sha256'], MAX_NAME_LENGTH);
  assertField(SHA256.test(sha256), `${where}.sha256`, 'be 64 hexadecimal digits', sha256);
  return { name, bytes: countOf(`${where}.bytes`, entry['bytes']), sha256 };
}

function isStorage(dtype: unknown, storage: unknown): storage is TensorStorage {
  const storages = dtype === 'int32' ? ['int32'] : ['float32', 'float16', 'uint8'];
  return storages.includes(storage as TensorStorage);
}

/** Checks everything but whether the values lie within the file. */
function parseTensor(where: string, value: unknown): TensorEntry {
  const entry = fieldsOf(where, value);
  const name = textOf(`${where}.name`, entry['name'], MAX_NAME_LENGTH);
  const axes = listOf(`${where}.shape`, entry['shape'], MAX_RANK);
  const shape = axes.map((size, axis) => countOf(`${where}.shape[${axis}]`, size));
  assertField(
    Number.isSafeInteger(sizeOf(shape)),
    `${where}.shape`,
    'have a product that is a safe integer',
    shape,
  );
  const { dtype, storage } = entry;
  assertField(dtype === 'float32' || dtype === 'int32', `${where}.dtype`, 'be "float32" or "int32"', dtype);
  assertField(isStorage(dtype, storage), `${where}.storage`, `be a storage of ${dtype}`, storage);
  assertField(
    storage !== 'uint8' || shape.length > 0,
    `${where}.shape`,
    'have an axis of channels, as the storage is "uint8"',
    shape,
  );
  const offset = countOf(`${where}.offset`, entry['offset']);
  assertField(offset % ALIGNMENT === 0, `${where}.offset`, `be a multiple of ${ALIGNMENT}`, offset);
  return {
    name,
    shape,
    dtype,
    storage,
    file: textOf(`${where}.file`, entry['file'], MAX_NAME_LENGTH),
    offset,
  };
}

function assertDistinct(where: string, entries: readonly { readonly name: string }[]): void {
  const seen = new Set<string>();
  for (const { name } of entries) {
    assertField(!seen.has(name), where, 'have distinct names', name);
    seen.add(name);
  }
}

/** Checks that every tensor lies within its file and that no more than `maxBytes` are read or made. */
function assertFits(
  { files, tensors }: Pick<CheckpointManifest, 'files' | 'tensors'>,
  maxBytes: number,
): void {
  const bytesOf = new Map(files.map(({ name, bytes }) => [name, bytes]));
  tensors.forEach((tensor, i) => {
    const { file, offset } = tensor;
    const fileBytes = bytesOf.get(file);
    assertField(fileBytes !== undefined, `tensors[${i}].file`, 'be one of the files', file);
    const end = offset + storedBytes(tensor);
    assertField(end <= fileBytes, `tensors[${i}]`, `end within the ${fileBytes} bytes of its file`, end);
  });
  const stored = files.reduce((sum, { bytes }) => sum + bytes, 0);
  assertField(stored <= maxBytes, 'files', `have at most ${maxBytes} bytes, the limit 'maxBytes'`, stored);
  const decoded = tensors.reduce((sum, { shape }) => sum + sizeOf(shape) * 4, 0);
  assertField(
    decoded <= maxBytes,
    'tensors',
    `have at most ${maxBytes} bytes, the limit 'maxBytes'`,
    decoded,
  );
}

function parseJson(action: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError(
      `Cannot ${action} as its ${MANIFEST_NAME} is not JSON: it is damaged or not a checkpoint`,
      { cause },
    );
  }
}

function parseVersion(action: string, { format, formatVersion }: Fields): number {
  assertField(format === 'polyhue', 'format', 'be "polyhue"', format);
  const version = countOf('formatVersion', formatVersion);
  if (version >= 1 && version <= NEWEST_FORMAT) return version;
  throw new CheckpointError(
    `Cannot ${action} as it has format version ${version} and this release reads ` +
      `versions 1 to ${NEWEST_FORMAT}: update polyhue`,
  );
}

function parseFields(fields: Fields, formatVersion: number, maxBytes: number): CheckpointManifest {
  const kind = textOf('kind', fields['kind'], MAX_NAME_LENGTH);
  const files = listOf('files', fields['files'], MAX_ENTRIES).map((file, i) =>
    parseFile(`files[${i}]`, file),
  );
  const tensors = listOf('tensors', fields['tensors'], MAX_ENTRIES).map((tensor, i) =>
    parseTensor(`tensors[${i}]`, tensor),
  );
  assertDistinct('files', files);
  assertDistinct('tensors', tensors);
  assertFits({ files, tensors }, maxBytes);
  const { metadata } = fields;
  return { format: 'polyhue', formatVersion, kind, metadata, files, tensors };
}

/**
 * Reads and checks the text of a `polyhue.json`; nothing in it is trusted.
 *
 * @param action What the caller does, as it reads in messages.
 * @param maxBytes Most bytes of all files together, and of all tensors together.
 * @throws {CheckpointError} If it is not JSON, of a newer format, or a field is not as it must be.
 */
export function parseManifest(action: string, text: string, maxBytes: number): CheckpointManifest {
  const json = parseJson(action, text);
  try {
    const fields = fieldsOf(MANIFEST_NAME, json);
    return parseFields(fields, parseVersion(action, fields), maxBytes);
  } catch (cause) {
    if (!(cause instanceof FieldError)) throw cause;
    throw new CheckpointError(`${cause.messageFor(action)} in its ${MANIFEST_NAME}`, { cause });
  }
}
