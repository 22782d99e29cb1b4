import type { CheckpointStore, StoreReadOptions } from '../checkpoint/checkpointStore.js';
import type { PageMessage, WorkerMessage } from './messages.js';
import { unpackError } from './packError.js';

/** Files that a page reads and writes for its worker, which cannot hold the page's store. */
export interface PageFiles {
  /** The checkpoint of the page; `location` is what messages call it. */
  readonly store: (location: string) => CheckpointStore;
  /** Takes a message of the page; those that are not about files are left alone. */
  readonly receive: (message: PageMessage) => void;
}

interface WaitingAsk {
  readonly resolve: (bytes: Uint8Array | undefined) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: StoreReadOptions['onProgress'];
}

/** Asks the page for files by messages. */
export function pageFiles(post: (message: WorkerMessage) => void): PageFiles {
  const asks = new Map<number, WaitingAsk>();
  let count = 0;
  const wait = async (
    message: (ask: number) => WorkerMessage,
    onProgress: WaitingAsk['onProgress'],
  ): Promise<Uint8Array | undefined> =>
    new Promise((resolve, reject) => {
      const ask = count++;
      asks.set(ask, { resolve, reject, onProgress });
      post(message(ask));
    });
  const receiveFile = ({ ask, bytes, error }: PageMessage & { readonly kind: 'file' }): void => {
    const waiting = asks.get(ask);
    asks.delete(ask);
    if (error === null) waiting?.resolve(bytes);
    else waiting?.reject(unpackError(error));
  };
  return {
    store: (location) => ({
      location,
      read: async (name, { maxBytes, onProgress }) =>
        wait((ask) => ({ kind: 'read', ask, name, maxBytes }), onProgress),
      write: async (files) => void (await wait((ask) => ({ kind: 'write', ask, files }), undefined)),
    }),
    receive: (message) => {
      if (message.kind === 'file') receiveFile(message);
      if (message.kind === 'fileProgress') asks.get(message.ask)?.onProgress?.(message.loadedBytes);
    },
  };
}
