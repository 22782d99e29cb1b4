import type { CheckpointStore } from '../checkpoint/checkpointStore.js';
import { fileTooLarge } from '../checkpoint/fileTooLarge.js';
import { argumentMessage, CheckpointError } from '../errors.js';

const DATABASE = 'polyhue';
const DATABASE_VERSION = 1;
/** Holds the content of files under the keys `[checkpoint, file]`. */
const FILES = 'files';

async function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('The request failed')));
  });
}

async function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, DATABASE_VERSION);
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore(FILES));
  return resultOf(request);
}

/** Calls `action`; when it throws, what it has asked for until then does not happen. */
function runOrAbort<T>(transaction: IDBTransaction, action: (files: IDBObjectStore) => T): T {
  try {
    return action(transaction.objectStore(FILES));
  } catch (error) {
    transaction.abort();
    throw error;
  }
}

/** Runs `action` in one transaction: all of it happens or nothing. */
async function transact<T>(mode: IDBTransactionMode, action: (files: IDBObjectStore) => T): Promise<T> {
  const database = await openDatabase();
  try {
    const transaction = database.transaction(FILES, mode);
    const done = new Promise<void>((resolve, reject) => {
      const fail = (): void => reject(transaction.error ?? new Error('The transaction was aborted'));
      transaction.addEventListener('complete', () => resolve());
      transaction.addEventListener('abort', fail);
    });
    done.catch(() => {}); // Nobody waits for it when `action` throws.
    const result = runOrAbort(transaction, action);
    await done;
    return result;
  } finally {
    database.close();
  }
}

/** Every key that begins with `checkpoint`: lists sort after all texts. */
function keysOf(checkpoint: string): IDBKeyRange {
  return IDBKeyRange.bound([checkpoint], [checkpoint, []]);
}

/**
 * Keeps a checkpoint in the browser's IndexedDB, where it outlives the page.
 *
 * Writing no files removes the checkpoint.
 *
 * @param name Distinguishes the checkpoints of one site.
 * @throws {TypeError} If `name` is empty.
 */
export function indexedDbStore(name: string): CheckpointStore {
  if (name === '')
    throw new TypeError(argumentMessage('create indexedDbStore', 'name', 'not be empty', name));
  const location = `indexeddb:${name}`;
  const failure = (action: string, cause: unknown): CheckpointError => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new CheckpointError(`Cannot ${action} the checkpoint "${location}": ${reason}`, { cause });
  };
  const readFile = async (file: string): Promise<Uint8Array | undefined> => {
    try {
      const request = await transact('readonly', (files) => files.get([name, file]));
      return request.result as Uint8Array | undefined;
    } catch (cause) {
      throw failure(`read "${file}" of`, cause);
    }
  };
  return {
    location,
    read: async (file, { maxBytes, signal, onProgress }) => {
      signal?.throwIfAborted();
      const bytes = await readFile(file);
      signal?.throwIfAborted();
      if (bytes !== undefined && bytes.length > maxBytes) throw fileTooLarge(file, location, maxBytes);
      onProgress?.(bytes?.length ?? 0);
      return bytes;
    },
    write: async (newFiles) => {
      try {
        await transact('readwrite', (files) => {
          files.delete(keysOf(name));
          for (const [file, bytes] of newFiles) files.put(bytes, [name, file]);
        });
      } catch (cause) {
        throw failure('write', cause);
      }
    },
  };
}
