import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file that grows. */
export interface FileSink {
  /** Appends text or bytes, after everything that was passed before; rejects with the error of the file system. */
  readonly write: (chunk: string | Uint8Array) => Promise<void>;
  /** Waits for what was passed and closes the file; safe to call again. */
  readonly close: () => Promise<void>;
}

/**
 * Appends to a file, for logs that go on where an earlier run stopped.
 *
 * The file and its folder are made at the first write.
 */
export function fileSink(path: string): FileSink {
  let file: FileHandle | undefined;
  let closed = false;
  let last: Promise<void> = Promise.resolve();

  const afterLast = async (action: () => Promise<void>): Promise<void> => {
    const done = last.then(action);
    last = done.catch(() => {}); // The caller of that write is told; later writes are tried all the same.
    return done;
  };
  const append = async (chunk: string | Uint8Array): Promise<void> => {
    if (file === undefined) {
      await mkdir(dirname(path), { recursive: true });
      file = await open(path, 'a');
    }
    await file.appendFile(chunk);
  };
  return {
    write: async (chunk) => {
      if (closed) throw new Error(`Cannot write to "${path}" as the file was closed`);
      return afterLast(async () => append(chunk));
    },
    close: async () => {
      closed = true;
      return afterLast(async () => {
        await file?.close();
        file = undefined;
      });
    },
  };
}
