import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { CheckpointStore, StoreReadOptions } from '../checkpoint/checkpointStore.js';
import { fileTooLarge } from '../checkpoint/fileTooLarge.js';
import { MANIFEST_NAME } from '../checkpoint/manifest.js';
import { CheckpointError } from '../errors.js';
import { writeFileAtomic } from './writeFileAtomic.js';

/** Names that saving gives to files of weights, and to files it has not finished. */
const WEIGHTS = /^weights-[0-9a-f]{16}\.bin$/;
const UNFINISHED = /^\.(weights-[0-9a-f]{16}\.bin|polyhue\.json)\.[0-9a-f-]{36}\.tmp$/;

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

async function readIfThere(
  path: string,
  tooLarge: () => CheckpointError,
  { maxBytes, signal, onProgress }: StoreReadOptions,
): Promise<Uint8Array | undefined> {
  let file;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    if ((await file.stat()).size > maxBytes) throw tooLarge();
    const bytes = await file.readFile({ signal });
    onProgress?.(bytes.length);
    return bytes;
  } finally {
    await file.close();
  }
}

/** Removes what earlier saves left behind; what cannot be removed now is tried again at the next save. */
async function removeStale(folder: string, current: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const names = await readdir(folder);
  const stale = names.filter((name) => UNFINISHED.test(name) || (WEIGHTS.test(name) && !current.has(name)));
  await Promise.allSettled(stale.map(async (name) => rm(join(folder, name))));
}

async function replaceFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await mkdir(folder, { recursive: true });
  const manifest = files.get(MANIFEST_NAME);
  for (const [name, bytes] of files) {
    if (name !== MANIFEST_NAME) await writeFileAtomic(join(folder, name), bytes);
  }
  // From here on the new checkpoint counts.
  if (manifest === undefined) await rm(join(folder, MANIFEST_NAME), { force: true });
  else await writeFileAtomic(join(folder, MANIFEST_NAME), manifest);
  await removeStale(folder, files);
}

/**
 * Keeps a checkpoint in a folder, which is made when it is first written.
 *
 * A save that is killed at any point leaves the former checkpoint or the new one, whole. One process at a time may save to a
 * folder; other files in it are left alone.
 *
 * @param path A path or a `file:` URL.
 */
export function folderStore(path: string | URL): CheckpointStore {
  const location = path instanceof URL ? fileURLToPath(path) : path;
  return {
    location,
    read: async (name, options) => {
      try {
        return await readIfThere(
          join(location, name),
          () => fileTooLarge(name, location, options.maxBytes),
          options,
        );
      } catch (cause) {
        options.signal?.throwIfAborted();
        if (cause instanceof CheckpointError) throw cause;
        const reason = (cause as Error).message;
        throw new CheckpointError(`Cannot read "${name}" of the checkpoint "${location}": ${reason}`, {
          cause,
        });
      }
    },
    write: async (files) => {
      try {
        await replaceFiles(location, files);
      } catch (cause) {
        const reason = (cause as Error).message;
        throw new CheckpointError(`Cannot write the checkpoint "${location}": ${reason}`, { cause });
      }
    },
  };
}
