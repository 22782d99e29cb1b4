import type { CheckpointStore } from './checkpointStore.js';
import { fileTooLarge } from './fileTooLarge.js';

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
