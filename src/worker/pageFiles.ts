import type { CheckpointReader, StoreReadOptions } from '../checkpoint/checkpointStore.js';
import type { PageMessage, WorkerMessage } from './messages.js';
import { unpackError } from './packError.js';

/** Files that a page reads for its worker, which cannot hold the page's store. */
export interface PageFiles {
  /** The checkpoint of the page; `location` is what messages call it. */
  readonly store: (location: string) => CheckpointReader;
  /** Takes a message of the page; those that are not about files are left alone. */
  readonly receive: (message: PageMessage) => void;
}

interface WaitingRead {
  readonly resolve: (bytes: Uint8Array | undefined) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: StoreReadOptions['onProgress'];
}

/** Asks the page for files by messages. */
export function pageFiles(post: (message: WorkerMessage) => void): PageFiles {
  const reads = new Map<number, WaitingRead>();
  let count = 0;
  const receiveFile = ({ read, bytes, error }: PageMessage & { readonly kind: 'file' }): void => {
    const waiting = reads.get(read);
    reads.delete(read);
    if (error === null) waiting?.resolve(bytes);
    else waiting?.reject(unpackError(error));
  };
  return {
    store: (location) => ({
      location,
      read: async (name, { maxBytes, onProgress }) =>
        new Promise((resolve, reject) => {
          const read = count++;
          reads.set(read, { resolve, reject, onProgress });
          post({ kind: 'read', read, name, maxBytes });
        }),
    }),
    receive: (message) => {
      if (message.kind === 'file') receiveFile(message);
      if (message.kind === 'fileProgress') reads.get(message.read)?.onProgress?.(message.loadedBytes);
    },
  };
}
