import { assertOneOf, assertPositiveInteger, CheckpointError, ShapeError } from '../errors.js';
import type { CheckpointStore } from './checkpointStore.js';
import { toFloat16 } from './float16.js';
import {
  ALIGNMENT,
  type CheckpointManifest,
  formatVersionFor,
  MANIFEST_NAME,
  parseManifest,
  sizeOf,
  storedBytes,
  type FileEntry,
  type TensorEntry,
  type TensorStorage,
} from './manifest.js';
import { assertPlainJson } from './plainJson.js';
import { isQuantizable, quantize } from './quantize.js';
import { sha256 } from './sha256.js';
import type { TensorData } from './tensorData.js';

const ACTION = 'save a checkpoint';

/** What a checkpoint holds. */
export interface Checkpoint {
  /** What the tensors are, for example a model or the state of a training run; asked for again on loading. */
  readonly kind: string;
  /** Anything that JSON keeps: configs, data statistics, the place in a training run. */
  readonly metadata: unknown;
  /** Tensors by name. */
  readonly tensors: ReadonlyMap<string, TensorData>;
}

export interface SaveCheckpointOptions {
  /**
   * How float32 tensors are written: exactly, rounded to half precision in half the bytes, or as 8-bit codes in a quarter of
   * them. Of `'uint8'`, each output channel, the last axis, has a scale of its own; tensors of one axis, and those with fewer
   * than 16 values for a channel, are written exactly. It makes the checkpoint one of format version 2.
   *
   * @defaultValue `'float32'`
   */
  readonly storage?: 'float32' | 'float16' | 'uint8';
  /**
   * Size to which files are filled, in bytes; a larger tensor has a file of its own.
   *
   * @defaultValue `4 * 2 ** 20`
   */
  readonly maxShardBytes?: number;
}

/** Tensors that share a file. */
interface Shard {
  readonly entries: Omit<TensorEntry, 'file'>[];
  readonly parts: Uint8Array[];
  bytes: number;
}

function bytesOf(array: Float32Array | Int32Array | Uint16Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Bytes up to the next place where a tensor may begin. */
function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** What a value must be less than in magnitude, and how messages call the end of the range. */
const RANGES: Readonly<Record<TensorStorage, { readonly limit: number; readonly largest: string }>> = {
  float32: { limit: Infinity, largest: 'infinity' },
  float16: { limit: 65520, largest: '65504' },
  uint8: { limit: 2 ** 127, largest: '2^127' },
  int32: { limit: Infinity, largest: 'infinity' },
};

/** @throws {CheckpointError} If a value is not finite, or would not be after rounding to `storage`. */
function assertStorable(name: string, values: Float32Array | Int32Array, storage: TensorStorage): void {
  const { limit, largest } = RANGES[storage];
  const element = values.findIndex((value) => !(Math.abs(value) < limit));
  if (element < 0) return;
  const value = values[element]!;
  const cure = Number.isFinite(value)
    ? `${storage} ends at ${largest}, save it as "float32"`
    : 'a training that diverged is not worth saving';
  throw new CheckpointError(
    `Cannot ${ACTION} as element ${element} of the tensor "${name}" is ${value}: ${cure}`,
  );
}

/** How a tensor is written, by what was asked for. */
function storageOf({ shape, values }: TensorData, wanted: Required<SaveCheckpointOptions>['storage']) {
  if (values instanceof Int32Array) return 'int32';
  return wanted === 'uint8' && !isQuantizable(shape) ? 'float32' : wanted;
}

function encode({ shape, values }: TensorData, storage: TensorStorage): Uint8Array {
  if (storage === 'uint8') return quantize(values as Float32Array, shape);
  return bytesOf(storage === 'float16' ? toFloat16(values as Float32Array) : values);
}

/** Lays tensors out in files, in order. */
function layOut(tensors: Checkpoint['tensors'], options: Required<SaveCheckpointOptions>): Shard[] {
  const shards: Shard[] = [];
  for (const [name, tensor] of tensors) {
    const { shape, values } = tensor;
    const dtype = values instanceof Int32Array ? 'int32' : 'float32';
    const storage = storageOf(tensor, options.storage);
    if (sizeOf(shape) !== values.length) throw new ShapeError(ACTION, name, [values.length], shape);
    assertStorable(name, values, storage);
    const bytes = storedBytes({ shape, storage });
    let shard = shards.at(-1);
    if (shard === undefined || aligned(shard.bytes) + bytes > options.maxShardBytes) {
      shard = { entries: [], parts: [], bytes: 0 };
      shards.push(shard);
    }
    const offset = aligned(shard.bytes);
    shard.entries.push({ name, shape: [...shape], dtype, storage, offset });
    shard.parts.push(new Uint8Array(offset - shard.bytes), encode(tensor, storage));
    shard.bytes = offset + bytes;
  }
  return shards;
}

function concatenate({ parts, bytes }: Shard): Uint8Array {
  const whole = new Uint8Array(bytes);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/**
 * Writes a checkpoint in place of the one a store holds.
 *
 * Files of weights are named by their content, and the manifest comes last, so that a save that is cut off at any point
 * leaves the former checkpoint as it was.
 *
 * @throws {CheckpointError} If the store cannot write, or a tensor holds NaN, infinity or a number too large for `storage`, or `kind` or
 *   a tensor's name is empty or longer than 512 characters.
 * @throws {TypeError} If `metadata` is not plain JSON or `storage` is unknown.
 * @throws {ShapeError} If a tensor's shape does not fit its values.
 * @throws {RangeError} If `maxShardBytes` is not a positive integer.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { loadCheckpoint, readTensors, saveCheckpoint } from 'polyhue';
 * import { folderStore } from 'polyhue/node';
 *
 * const store = folderStore('runs/last');
 * const tensors = await readTensors(new Map([['bias', tf.tensor1d([1, 2, 3])]]));
 * await saveCheckpoint(store, { kind: 'example', metadata: { step: 7 }, tensors });
 * const { metadata } = await loadCheckpoint(store, { kind: 'example' });
 * ```
 */
export async function saveCheckpoint(
  store: CheckpointStore,
  checkpoint: Checkpoint,
  options: SaveCheckpointOptions = {},
): Promise<void> {
  const { storage = 'float32', maxShardBytes = 4 * 2 ** 20 } = options;
  const { kind, metadata, tensors } = checkpoint;
  assertOneOf(ACTION, 'storage', storage, ['float32', 'float16', 'uint8']);
  assertPositiveInteger(ACTION, 'maxShardBytes', maxShardBytes);
  assertPlainJson(ACTION, 'metadata', metadata);

  const contents = new Map<string, Uint8Array>();
  const files: FileEntry[] = [];
  const entries: TensorEntry[] = [];
  for (const shard of layOut(tensors, { storage, maxShardBytes })) {
    const bytes = concatenate(shard);
    const hash = await sha256(bytes);
    const name = `weights-${hash.slice(0, 16)}.bin`;
    if (!contents.has(name)) files.push({ name, bytes: bytes.length, sha256: hash });
    contents.set(name, bytes);
    entries.push(...shard.entries.map((entry) => ({ ...entry, file: name })));
  }
  const manifest: CheckpointManifest = {
    format: 'polyhue',
    formatVersion: formatVersionFor(entries),
    kind,
    metadata,
    files,
    tensors: entries,
  };
  const text = `${JSON.stringify(manifest, undefined, 1)}\n`;
  parseManifest(ACTION, text, Infinity); // What could not be loaded is not saved.
  contents.set(MANIFEST_NAME, new TextEncoder().encode(text));
  await store.write(contents);
}
