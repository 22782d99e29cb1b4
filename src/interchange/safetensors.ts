import {
  type Fields,
  FieldError,
  assertField,
  countOf,
  fieldsOf,
  listOf,
  textOf,
} from '../checkpoint/fields.js';
import { type ArrayFile, arrayFile, type ArrayInfo, type OpenArraysOptions } from './arrayFile.js';
import { type ByteSource, formatError, readRange, viewOf } from './byteSource.js';
import { decodeElements, ELEMENT_BYTES, elementCount, type ElementType } from './elements.js';

/** Bytes before the header: its length. */
const LENGTH_BYTES = 8;
/** Most bytes of a header: the format allows 100 MB, a hundred thousand arrays take less than this. */
const MAX_HEADER_BYTES = 2 ** 24;
/** Name under which a header keeps texts that are no arrays. */
export const METADATA_KEY = '__metadata__';
const MAX_NAME_LENGTH = 4096;
const MAX_AXES = 16;

/** Names of element types in a header. */
const TYPES: Readonly<Record<string, ElementType>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U64: 'uint64',
  U32: 'uint32',
  U16: 'uint16',
  U8: 'uint8',
  BOOL: 'bool',
};

interface Place extends ArrayInfo {
  /** First byte and the one after the last, from the end of the header on. */
  readonly begin: number;
  readonly end: number;
}

function parsePlace(name: string, value: unknown): Place {
  const where = JSON.stringify(name);
  const fields: Fields = fieldsOf(where, value);
  const dtype = textOf(`${where}.dtype`, fields['dtype'], 16);
  const type = Object.hasOwn(TYPES, dtype) ? TYPES[dtype] : undefined;
  assertField(type !== undefined, `${where}.dtype`, `be one of ${Object.keys(TYPES).join(', ')}`, dtype);
  const sizes = listOf(`${where}.shape`, fields['shape'], MAX_AXES);
  const shape = sizes.map((size, i) => countOf(`${where}.shape[${i}]`, size));
  const offsets = listOf(`${where}.data_offsets`, fields['data_offsets'], 2);
  const begin = countOf(`${where}.data_offsets[0]`, offsets[0]);
  const end = countOf(`${where}.data_offsets[1]`, offsets[1]);
  const bytes = (elementCount(shape) ?? Number.NaN) * ELEMENT_BYTES[type];
  const rule = `span ${bytes} bytes, those of ${dtype} [${shape.join(', ')}]`;
  assertField(end - begin === bytes, `${where}.data_offsets`, rule, end - begin);
  return { shape, type, begin, end };
}

/** Arrays follow each other without gaps and fill the file, as the format demands: nothing hides between them. */
function assertFilled(places: ReadonlyMap<string, Place>, bytes: number): void {
  let place = 0;
  for (const [name, { begin, end }] of [...places].toSorted(
    ([, a], [, b]) => a.begin - b.begin || a.end - b.end,
  )) {
    assertField(
      begin === place,
      `${JSON.stringify(name)}.data_offsets[0]`,
      `be ${place}, the end of the array before`,
      begin,
    );
    place = end;
  }
  assertField(place === bytes, 'data_offsets', `end at ${bytes}, the end of the file`, place);
}

async function parseHeader(source: ByteSource): Promise<{ header: unknown; start: number }> {
  const { location } = source;
  const view = viewOf(await readRange(source, 'its header', [0, LENGTH_BYTES]));
  const length = Number(view.getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES)
    throw formatError(
      location,
      'it is in none of the formats that are read: safetensors, PyTorch, .npy, .npz',
    );
  const bytes = await readRange(source, 'its header', [LENGTH_BYTES, length]);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { header: JSON.parse(text) as unknown, start: LENGTH_BYTES + length };
  } catch (cause) {
    throw formatError(location, 'its header is not JSON: it is damaged or no safetensors file', cause);
  }
}

function parsePlaces(header: unknown, bytes: number): Map<string, Place> {
  const entries = Object.entries(fieldsOf('header', header)).filter(([name]) => name !== METADATA_KEY);
  const places = new Map(
    entries.map(([name, value]) => [textOf('name', name, MAX_NAME_LENGTH), parsePlace(name, value)]),
  );
  assertFilled(places, bytes);
  return places;
}

/** Texts of a header; the format allows nothing else there. */
function parseMetadata(header: Fields): Map<string, string> {
  const texts = Object.entries(fieldsOf(METADATA_KEY, header[METADATA_KEY] ?? {}));
  return new Map(
    texts.map(([name, text]) => {
      assertField(typeof text === 'string', `${METADATA_KEY}.${name}`, 'be a text', text);
      return [name, text];
    }),
  );
}

/**
 * Opens a `.safetensors` file.
 *
 * @throws {FormatError} If it is damaged or too large.
 * @see Hugging Face, safetensors, "Format", https://github.com/huggingface/safetensors.
 */
export async function openSafetensors(source: ByteSource, options: OpenArraysOptions): Promise<ArrayFile> {
  const { location } = source;
  const { header, start } = await parseHeader(source);
  let places: Map<string, Place>;
  let metadata: Map<string, string>;
  try {
    places = parsePlaces(header, source.size - start);
    metadata = parseMetadata(fieldsOf('header', header));
  } catch (cause) {
    if (!(cause instanceof FieldError)) throw cause;
    throw formatError(
      location,
      `its header is not valid, ${cause.message} and is ${String(cause.shown)}: it is damaged or cut off`,
      cause,
    );
  }
  const values = async (name: string, { type, begin, end }: Place) =>
    decodeElements(await readRange(source, JSON.stringify(name), [start + begin, end - begin]), type);
  return arrayFile({ format: 'safetensors', location, places, metadata, values }, options);
}
