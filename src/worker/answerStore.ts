import type { CheckpointReader, CheckpointStore } from '../checkpoint/checkpointStore.js';
import { CheckpointError } from '../errors.js';
import type { PageMessage, StoreMessage } from './messages.js';
import { packError } from './packError.js';

/** The store of a page, which only a training run writes to. */
export type PageStore = CheckpointReader & Partial<Pick<CheckpointStore, 'write'>>;

async function readOrWrite(
  store: PageStore,
  message: StoreMessage,
  options: { readonly signal: AbortSignal | undefined; readonly onProgress: (loadedBytes: number) => void },
): Promise<Uint8Array | undefined> {
  if (message.kind === 'read') {
    const { name, maxBytes } = message;
    return (await store.read(name, { maxBytes, ...options }))?.slice();
  }
  if (store.write === undefined) throw new CheckpointError(`Cannot write to "${store.location}"`);
  await store.write(message.files);
  return undefined;
}

/** Reads or writes files of the checkpoint for the worker, which cannot hold the store itself. */
export async function answerStore(
  port: { readonly post: (message: PageMessage) => void },
  store: PageStore,
  message: StoreMessage,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { ask } = message;
  const onProgress = (loadedBytes: number): void => port.post({ kind: 'fileProgress', ask, loadedBytes });
  try {
    const bytes = await readOrWrite(store, message, { signal, onProgress });
    port.post({ kind: 'file', ask, bytes, error: null });
  } catch (error) {
    port.post({ kind: 'file', ask, bytes: undefined, error: packError(error) });
  }
}
