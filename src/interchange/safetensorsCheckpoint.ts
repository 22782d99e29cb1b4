import type { Checkpoint } from '../checkpoint/saveCheckpoint.js';
import type { ArrayFile } from './arrayFile.js';
import { formatError } from './byteSource.js';
import { readArrays } from './openArrays.js';
import { writeSafetensors } from './writeSafetensors.js';

/** Names of the texts that make a file one of a checkpoint. */
const KIND_KEY = 'polyhue.kind';
const METADATA_KEY = 'polyhue.metadata';

/**
 * A checkpoint as one `.safetensors` file: weights under their names here, kernels `[height, width, inputs, outputs]`, bit for
 * bit, and the configs and notes among the texts of its header.
 *
 * @returns The content of the file; `safetensorsToCheckpoint` brings the same checkpoint back.
 * @throws {ShapeError} If a shape does not fit its values.
 */
export function checkpointToSafetensors({ kind, metadata, tensors }: Checkpoint): Uint8Array {
  const texts = { [KIND_KEY]: kind, [METADATA_KEY]: JSON.stringify(metadata) };
  return writeSafetensors(tensors, texts);
}

/** Whether a file says of itself that it is a checkpoint. */
export function isSafetensorsCheckpoint({ metadata }: ArrayFile): boolean {
  return metadata.has(KIND_KEY);
}

/**
 * The checkpoint in a file that `checkpointToSafetensors` wrote.
 *
 * @returns A checkpoint: `saveCheckpoint` writes it. Whether its weights fit its configs is checked when it is loaded.
 * @throws {FormatError} If the file holds no checkpoint or is damaged.
 */
export async function safetensorsToCheckpoint(file: ArrayFile): Promise<Checkpoint> {
  const [kind, json] = [KIND_KEY, METADATA_KEY].map((key) => file.metadata.get(key));
  if (kind === undefined || json === undefined)
    throw formatError(
      file.location,
      `it has no text "${KIND_KEY}" or "${METADATA_KEY}": it is not a checkpoint`,
    );
  let metadata: unknown;
  try {
    metadata = JSON.parse(json);
  } catch (cause) {
    throw formatError(file.location, `its text "${METADATA_KEY}" is not JSON: it is damaged`, cause);
  }
  return { kind, metadata, tensors: await readArrays(file) };
}
