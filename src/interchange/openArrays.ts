import type { TensorData } from '../checkpoint/tensorData.js';
import { assertPositiveInteger } from '../errors.js';
import type { ArrayFile, OpenArraysOptions } from './arrayFile.js';
import { type ByteSource, formatError } from './byteSource.js';
import { isNpy, openNpy, openNpz } from './numpy.js';
import { findPickle, isLegacyPytorch, legacyPytorchError, openPytorch } from './pytorch.js';
import { openSafetensors } from './safetensors.js';
import { isZip, readZipDirectory } from './zip.js';

/** First bytes, by which formats are told apart. */
const HEAD_BYTES = 16;
/** What a pickle of protocol 2 or later starts with. */
const PICKLE = 0x80;

/**
 * Opens a file with arrays by other programs: safetensors, PyTorch (`torch.save` since 1.6), NumPy's `.npy` and `.npz`. The
 * format is found out from the content.
 *
 * A file is data and nothing of it is executed: the pickle in a PyTorch file may name tensors, storages, dictionaries and
 * lists, and is refused if it names anything else. Sizes are checked before memory is taken.
 *
 * @returns Names, shapes and types; the values are read array by array.
 * @throws {FormatError} If the file is damaged, cut off, of another format, too large, or asks for what is refused.
 * @throws {RangeError} If `maxBytes` is not a positive integer.
 *
 * @example
 * ```ts
 * import { memoryBytes, openArrays } from 'polyhue/interchange';
 *
 * const header = '{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
 * const bytes = new Uint8Array(8 + header.length + 8);
 * bytes[0] = header.length;
 * bytes.set(new TextEncoder().encode(header), 8);
 * const file = await openArrays(memoryBytes(bytes, 'example.safetensors'));
 * const { shape, values } = await file.read('x'); // [2], two zeros
 * ```
 */
export async function openArrays(source: ByteSource, options: OpenArraysOptions = {}): Promise<ArrayFile> {
  const { location } = source;
  if (options.maxBytes !== undefined) assertPositiveInteger('run openArrays', 'maxBytes', options.maxBytes);
  const head = await source.read(0, Math.min(HEAD_BYTES, source.size));
  if (isNpy(head)) return openNpy(source, options);
  if (isLegacyPytorch(head)) throw legacyPytorchError(location);
  if (head[0] === PICKLE && head[1]! <= 5)
    throw formatError(location, 'it is a bare pickle: save a state dict with torch.save');
  if (!isZip(head)) return openSafetensors(source, options);
  const entries = await readZipDirectory(source);
  if (findPickle(entries) !== undefined) return openPytorch(source, entries, options);
  if ([...entries.keys()].every((name) => name.endsWith('.npy'))) return openNpz(source, entries, options);
  throw formatError(location, 'it is a zip archive of neither PyTorch nor NumPy: give a file of weights');
}

/** Reads all arrays of a file into memory, by name. */
export async function readArrays(file: ArrayFile): Promise<Map<string, TensorData>> {
  const tensors = new Map<string, TensorData>();
  for (const name of file.arrays.keys()) tensors.set(name, await file.read(name));
  return tensors;
}
