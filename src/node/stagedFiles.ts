import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { syncFolder, writeSynced } from './writeFileAtomic.js';

/** Files that appear together, once all of them are on the disk. */
export interface StagedFiles {
  /** Writes a file under a temporary name beside `path`. */
  readonly add: (path: string, content: string | Uint8Array) => Promise<void>;
  /** Gives all files their names, in the order in which they were added; each takes the place of a file of that name. */
  readonly commit: () => Promise<void>;
  /** Removes all files, named or not; for work that is given up. */
  readonly discard: () => Promise<void>;
}

/**
 * Files that are to appear together: `commit` only renames, so that work that is given up before it leaves nothing.
 *
 * A process that is killed meanwhile leaves files named `.UUID.tmp`. Errors of the file system are passed on; `discard` is then
 * the caller's to call.
 */
export function stagedFiles(): StagedFiles {
  const staged: { readonly path: string; readonly temporary: string }[] = [];
  let named = 0;
  return {
    add: async (path, content) => {
      const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
      staged.push({ path, temporary });
      await writeSynced(temporary, content);
    },
    commit: async () => {
      for (const { path, temporary } of staged) {
        await rename(temporary, path);
        named++;
      }
      for (const folder of new Set(staged.map(({ path }) => dirname(path)))) await syncFolder(folder);
    },
    discard: async () => {
      for (const [i, { path, temporary }] of staged.entries())
        await rm(i < named ? path : temporary, { force: true });
    },
  };
}
