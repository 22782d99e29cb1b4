import { assertPositiveInteger, CheckpointError } from '../errors.js';
import type { CheckpointReader } from './checkpointStore.js';
import { fromFloat16 } from './float16.js';
import {
  type CheckpointManifest,
  type FileEntry,
  MANIFEST_NAME,
  MAX_MANIFEST_BYTES,
  parseManifest,
  sizeOf,
  storedBytes,
  type TensorEntry,
} from './manifest.js';
import { dequantize } from './quantize.js';
import type { Checkpoint } from './saveCheckpoint.js';
import { sha256 } from './sha256.js';
import type { TensorData } from './tensorData.js';

/** How far a download is. */
export interface LoadProgress {
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

export interface LoadCheckpointOptions {
  /** The kind that is needed; a checkpoint of another kind is refused. */
  readonly kind: string;
  /** Gives up loading; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told how many bytes of weights have arrived. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /**
   * Most bytes that are read, and most that the tensors take in memory.
   *
   * @defaultValue `2 ** 30`
   */
  readonly maxBytes?: number;
}

function actionOn({ location }: CheckpointReader): string {
  return `load the checkpoint "${location}"`;
}

function decode(bytes: Uint8Array, entry: TensorEntry): Float32Array | Int32Array {
  const { shape, storage, offset } = entry;
  // A copy with a buffer of its own; `slice` of Node's Buffer would not be one.
  const { buffer } = new Uint8Array(bytes.subarray(offset, offset + storedBytes(entry)));
  if (storage === 'uint8') return dequantize(buffer, shape, sizeOf(shape));
  if (storage === 'float16') return fromFloat16(new Uint16Array(buffer));
  return storage === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer);
}

function decodeTensor(action: string, bytes: Uint8Array, entry: TensorEntry): TensorData {
  const values = decode(bytes, entry);
  const element = values.findIndex((value) => !Number.isFinite(value));
  if (element < 0) return { shape: entry.shape, values };
  throw new CheckpointError(
    `Cannot ${action} as element ${element} of the tensor "${entry.name}" is ${values[element]}: ` +
      'the run that wrote it had diverged, use another checkpoint',
  );
}

async function assertIntact(
  action: string,
  file: FileEntry,
  bytes: Uint8Array | undefined,
): Promise<Uint8Array> {
  const fail = (reason: string): CheckpointError =>
    new CheckpointError(
      `Cannot ${action} as "${file.name}" ${reason}: copy or download all of its files again`,
    );
  if (bytes === undefined) throw fail('is missing');
  if (bytes.length !== file.bytes) throw fail(`has ${bytes.length} bytes instead of ${file.bytes}`);
  if ((await sha256(bytes)) !== file.sha256) throw fail('is damaged, its SHA-256 differs');
  return bytes;
}

async function readManifest(
  store: CheckpointReader,
  options: LoadCheckpointOptions & { readonly maxBytes: number },
): Promise<CheckpointManifest> {
  const { kind, signal, maxBytes } = options;
  const action = actionOn(store);
  const bytes = await store.read(MANIFEST_NAME, { maxBytes: MAX_MANIFEST_BYTES, signal });
  if (bytes === undefined) {
    throw new CheckpointError(`Cannot ${action} as it has no ${MANIFEST_NAME}: nothing was saved there`);
  }
  const manifest = parseManifest(action, new TextDecoder().decode(bytes), maxBytes);
  if (manifest.kind === kind) return manifest;
  throw new CheckpointError(
    `Cannot ${action} as it is of the kind ${JSON.stringify(manifest.kind)}: ${JSON.stringify(kind)} is needed`,
  );
}

/**
 * Reads a checkpoint and checks all of it: format, kind, sizes, hashes, shapes, and that every value is finite.
 *
 * @returns The checkpoint; its tensors are plain arrays, see `tensorFrom`.
 * @throws {CheckpointError} If there is none, or it is damaged, incomplete, too large, of another kind or of a newer format.
 */
export async function loadCheckpoint(
  store: CheckpointReader,
  options: LoadCheckpointOptions,
): Promise<Checkpoint> {
  const { signal, onProgress, maxBytes = 2 ** 30 } = options;
  const action = actionOn(store);
  assertPositiveInteger(action, 'maxBytes', maxBytes);
  const { kind, metadata, files, tensors: entries } = await readManifest(store, { ...options, maxBytes });

  const totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const tensors = new Map<string, TensorData>();
  let loadedBytes = 0;
  for (const file of files) {
    const before = loadedBytes;
    const report = (bytes: number): void => onProgress?.({ loadedBytes: before + bytes, totalBytes });
    const read = await store.read(file.name, { maxBytes: file.bytes, signal, onProgress: report });
    const bytes = await assertIntact(action, file, read);
    const inFile = entries.filter((entry) => entry.file === file.name);
    for (const entry of inFile) tensors.set(entry.name, decodeTensor(action, bytes, entry));
    loadedBytes += file.bytes;
  }
  return { kind, metadata, tensors };
}

/** Whether a store holds a checkpoint, intact or not: whether there is something to resume from. */
export async function hasCheckpoint(store: CheckpointReader, signal?: AbortSignal): Promise<boolean> {
  return (await store.read(MANIFEST_NAME, { maxBytes: MAX_MANIFEST_BYTES, signal })) !== undefined;
}

/**
 * SHA-256 of the manifest of a checkpoint as 64 hexadecimal digits: the manifest holds those of its weights, so that it tells
 * two checkpoints apart.
 *
 * @throws {CheckpointError} If there is no checkpoint, or it cannot be read.
 */
export async function checkpointHash(store: CheckpointReader, signal?: AbortSignal): Promise<string> {
  const bytes = await store.read(MANIFEST_NAME, { maxBytes: MAX_MANIFEST_BYTES, signal });
  if (bytes !== undefined) return sha256(bytes);
  throw new CheckpointError(
    `Cannot ${actionOn(store)} as it has no ${MANIFEST_NAME}: nothing was saved there`,
  );
}
