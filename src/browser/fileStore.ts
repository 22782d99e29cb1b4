import type { CheckpointReader } from '../checkpoint/checkpointStore.js';
import { fileTooLarge } from '../checkpoint/fileTooLarge.js';
import { MANIFEST_NAME } from '../checkpoint/manifest.js';
import { CheckpointError } from '../errors.js';

const LOCATION = 'the chosen files';

async function bytesOf(file: File): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CheckpointError(`Cannot read "${file.name}" of ${LOCATION}: ${reason}`, { cause });
  }
}

/**
 * Reads a checkpoint from files that the user chose or dropped.
 *
 * @param files For example the `files` of an `<input type="file" multiple>`: `polyhue.json` and the files of weights beside it.
 * @example
 * ```ts
 * import { fileStore } from 'polyhue/browser';
 * import { loadWorkerColorizer } from 'polyhue/worker';
 *
 * const colorizer = await loadWorkerColorizer(fileStore(document.querySelector('input')!.files!));
 * ```
 */
export function fileStore(files: ArrayLike<File>): CheckpointReader {
  const byName = new Map(Array.from(files, (file) => [file.name, file]));
  return {
    location: LOCATION,
    read: async (name, { maxBytes, signal, onProgress }) => {
      signal?.throwIfAborted();
      const file = byName.get(name);
      if (file === undefined && name === MANIFEST_NAME) {
        const cure = `choose it together with all of its "weights" files`;
        throw new CheckpointError(`Cannot find "${MANIFEST_NAME}" among ${LOCATION}: ${cure}`);
      }
      if (file === undefined) return undefined;
      if (file.size > maxBytes) throw fileTooLarge(name, LOCATION, maxBytes);
      const bytes = await bytesOf(file);
      signal?.throwIfAborted();
      onProgress?.(bytes.length);
      return bytes;
    },
  };
}
