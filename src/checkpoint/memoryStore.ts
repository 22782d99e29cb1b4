import { CheckpointError } from '../errors.js';
import type { CheckpointStore } from './checkpointStore.js';

/** A checkpoint that is kept in memory. */
export interface MemoryStore extends CheckpointStore {
  /** The files as they are now, to be sent to a worker or offered for download. */
  readonly files: () => ReadonlyMap<string, Uint8Array>;
}

/**
 * Keeps a checkpoint in memory, or reads one from bytes that are there already.
 *
 * @param initialFiles Content of each file by name.
 */
export function memoryStore(initialFiles: ReadonlyMap<string, Uint8Array> = new Map()): MemoryStore {
  let files = new Map(initialFiles);
  return {
    location: 'memory',
    files: () => files,
    read: async (name, { maxBytes, signal, onProgress }) => {
      signal?.throwIfAborted();
      const bytes = files.get(name);
      if (bytes !== undefined && bytes.length > maxBytes) throw fileTooLarge(name, 'memory', maxBytes);
      onProgress?.(bytes?.length ?? 0);
      return bytes;
    },
    write: async (newFiles) => {
      files = new Map([...newFiles].map(([name, bytes]) => [name, bytes.slice()]));
    },
  };
}

/** The error of a store whose file has more bytes than it may. */
export function fileTooLarge(name: string, location: string, maxBytes: number): CheckpointError {
  return new CheckpointError(
    `Cannot read "${name}" of the checkpoint "${location}" as it has more than ${maxBytes} bytes: ` +
      'it is damaged, or another file of that name',
  );
}
