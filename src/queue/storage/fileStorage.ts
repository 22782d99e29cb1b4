import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, opendir, readdir, readFile, realpath, rmdir, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { createInterface } from 'node:readline';

import { PhotoRefusedError, QueueError } from '../../errors.js';
import { isPictureName } from '../../node/pictureNames.js';
import { stagedFiles } from '../../node/stagedFiles.js';
import { pathBelow } from '../taskOf.js';
import type { PhotoStorage, ResultLog, StorageBatch, StorageReadOptions } from './storage.js';

/** Folder of the log, below the folder for the results: a file for each worker. */
const LOG_FOLDER = 'manifest';
const LOG_ENDING = '.jsonl';

/** What a path meets that no file can have. */
const IMPOSSIBLE = new Set(['ENAMETOOLONG', 'ELOOP']);

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** The real path of a path, or of the nearest folder above it that is there. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    return realPathOf(dirname(path));
  }
}

/** Path of a file below a folder; links that lead out of it are refused. */
async function confined(root: string, name: string): Promise<string> {
  const path = join(root, pathBelow('path', name));
  const [realRoot, real] = [await realPathOf(root), await realPathOf(path)];
  const isInside = real === realRoot || real.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep);
  if (isInside) return path;
  throw new PhotoRefusedError(`Cannot use "${name}" as a link in its path leads out of "${root}"`);
}

/** The error as the queue takes it: trying again would not help against a path that cannot be. */
function refusalOf(name: string, error: unknown): unknown {
  const code = codeOf(error) ?? '';
  return IMPOSSIBLE.has(code)
    ? new PhotoRefusedError(`Cannot use "${name}": ${code}`, { cause: error })
    : error;
}

async function readConfined(
  root: string,
  name: string,
  { maxBytes, signal }: StorageReadOptions,
): Promise<Uint8Array | undefined> {
  try {
    const path = await confined(root, name);
    const found = await stat(path);
    // A pipe or a device might never come to an end.
    if (!found.isFile()) throw new PhotoRefusedError(`Cannot read "${name}" as it is not a file`);
    if (found.size > maxBytes)
      throw new PhotoRefusedError(
        `Cannot read "${name}" as it has ${found.size} bytes: at most ${maxBytes} are read`,
      );
    return await readFile(path, { signal });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw refusalOf(name, error);
    // A share that is not mounted has no photos either: that is no fault of theirs.
    await stat(root);
    return undefined;
  }
}

/** Links to files count, links to folders do not. */
async function* pictures(folder: string): AsyncGenerator<string> {
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* pictures(path);
    else if (!isPictureName(entry.name)) continue;
    else if (entry.isFile() || (entry.isSymbolicLink() && (await stat(path)).isFile())) yield path;
  }
}

function fileBatch(root: string): StorageBatch {
  const staged = stagedFiles();
  return {
    add: async ({ name, content }) => {
      try {
        const path = await confined(root, name);
        await mkdir(dirname(path), { recursive: true });
        await staged.add(path, content);
      } catch (error) {
        throw refusalOf(name, error);
      }
    },
    commit: staged.commit,
    discard: staged.discard,
  };
}

/** Whether a log has a line of the photo; a line that was cut off by a loss of power is none. */
async function logHas(path: string, id: string): Promise<boolean> {
  const mark = `"id":${JSON.stringify(id)}`;
  for await (const line of createInterface({ input: createReadStream(path, 'utf8') }))
    if (line.includes(mark) && line.endsWith('}')) return true;
  return false;
}

/** Appends by one call, so that a process that is killed leaves a whole line or none. */
async function appendLine(path: string, line: string): Promise<void> {
  const file = await open(path, 'a+');
  try {
    const { size } = await file.stat();
    const last = size === 0 ? '\n' : String((await file.read(Buffer.alloc(1), 0, 1, size - 1)).buffer);
    await file.appendFile(last === '\n' ? `${line}\n` : `\n${line}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
}

function fileLog(root: string, worker: string): ResultLog {
  const folder = join(root, LOG_FOLDER);
  return {
    has: async (id) => {
      const names = await readdir(folder).catch(() => []);
      for (const name of names)
        if (name.endsWith(LOG_ENDING) && (await logHas(join(folder, name), id))) return true;
      return false;
    },
    append: async (_id, line) => {
      await mkdir(folder, { recursive: true });
      await appendLine(join(folder, worker + LOG_ENDING), line);
    },
  };
}

async function checkFolder(root: string, access: 'read' | 'write'): Promise<void> {
  try {
    if (access === 'write') {
      await mkdir(root, { recursive: true });
      await rmdir(await mkdtemp(join(root, '.polyhue-')));
    } else if (!(await stat(root)).isDirectory()) throw new Error('it is not a folder');
  } catch (cause) {
    const verb = access === 'write' ? 'write to' : 'read';
    throw new QueueError(`Cannot ${verb} the folder "${root}": ${(cause as Error).message}`, { cause });
  }
}

/**
 * Photos or results in a folder, on this machine or a share.
 *
 * Nothing outside the folder is read or written, whatever names and links say. Results appear by renaming, the log is
 * appended to in `manifest/WORKER.jsonl`.
 */
export function fileStorage(folder: string): PhotoStorage {
  const root = resolve(folder);
  return {
    location: folder,
    check: async (access) => checkFolder(root, access),
    list: async function* list() {
      for await (const path of pictures(root)) yield relative(root, path).split(sep).join('/');
    },
    read: async (name, options) => readConfined(root, name, options),
    begin: () => fileBatch(root),
    openLog: (worker) => fileLog(root, worker),
  };
}
