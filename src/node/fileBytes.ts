import { open, stat } from 'node:fs/promises';

import { FormatError } from '../errors.js';
import type { ByteSource } from '../interchange/byteSource.js';

/** Bytes of a file on disk, read piece by piece. */
export interface FileBytes extends ByteSource {
  /** Closes the file. */
  readonly close: () => Promise<void>;
}

/**
 * Opens a file for reading piece by piece, for `openArrays` of `polyhue/interchange`.
 *
 * @returns The file, to be closed by the caller.
 * @throws {FormatError} If there is none, or it cannot be read.
 */
export async function fileBytes(path: string): Promise<FileBytes> {
  const fail = (cause: unknown): FormatError =>
    new FormatError(`Cannot read "${path}": ${(cause as Error).message}`, { cause });
  try {
    // Opening a pipe would wait for a writer.
    if (!(await stat(path)).isFile()) throw new Error('it is not a file');
    const file = await open(path);
    const { size } = await file.stat();
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length;) {
        const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0)
          throw new FormatError(`Cannot read "${path}" as it became shorter while it was read`);
        done += bytesRead;
      }
      return bytes;
    };
    return { location: path, size, read, close: () => file.close() };
  } catch (cause) {
    throw fail(cause);
  }
}
