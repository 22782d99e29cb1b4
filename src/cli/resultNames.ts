import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { type PhotoRecord, readRecord } from './photoRecord.js';

/** How a name is compared: some file systems do not tell upper from lower case, or ways to write an accent. */
function nameKey(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

/** Endings of the results: a number, or `sheet`, and the kind of file. */
const RESULT_NAME = /^(.+)\.(?:\d+|sheet)\.[a-z]+$/;

/** Reads each record once. */
export type RecordReader = (path: string) => Promise<PhotoRecord | undefined>;

export function recordReader(): RecordReader {
  const read = new Map<string, Promise<PhotoRecord | undefined>>();
  return async (path) => {
    const record = read.get(path) ?? readRecord(path);
    read.set(path, record);
    return record;
  };
}

/** Whether a file is a result of an earlier run: the record beside it says so. */
export async function isResult(path: string, records: RecordReader): Promise<boolean> {
  const file = basename(path);
  const name = RESULT_NAME.exec(file)?.[1];
  if (name === undefined) return false;
  return (await records(join(dirname(path), `${name}.json`)))?.files.includes(file) ?? false;
}

export interface ResultNamesOptions {
  /** The folder for the results. */
  readonly out: string;
  /** What may come after a name, such as `".1.png"`; the record's `".json"` is left out. */
  readonly endings: readonly string[];
  /** Pictures that are read: no result takes their names. */
  readonly inputs: readonly string[];
  readonly records: RecordReader;
}

/** Whom a name belongs to already. */
interface NamedPhoto {
  /** Path below the folder for the results, with slashes and without an ending. */
  readonly name: string;
  /** Of results of the same photo that are there already. */
  readonly record: PhotoRecord | undefined;
}

/** Gives each photo a name of its own. */
export type ResultNames = (
  folders: readonly string[],
  wish: string,
  isOwn: (record: PhotoRecord) => boolean,
) => Promise<NamedPhoto>;

/** Keys of the files in a folder; none where there is no folder. */
async function keysIn(folder: string): Promise<ReadonlySet<string>> {
  const names = await readdir(folder).catch(() => []);
  return new Set(names.map(nameKey));
}

/**
 * Gives out names: the wish, or the first of `wish-2`, `wish-3`, ... under which no file is written that another photo has
 * been given, that is read as a photo, or that was there before and is not a result of the same photo.
 */
export function resultNames({ out, endings, inputs, records }: ResultNamesOptions): ResultNames {
  const taken = new Set<string>();
  const read = new Set(inputs.map((path) => nameKey(resolve(path))));
  const listings = new Map<string, Promise<ReadonlySet<string>>>();
  const listingOf = async (folder: string): Promise<ReadonlySet<string>> => {
    const listing = listings.get(folder) ?? keysIn(folder);
    listings.set(folder, listing);
    return listing;
  };
  const isFree = async (folder: string, name: string, record: PhotoRecord | undefined): Promise<boolean> => {
    if (taken.has(nameKey(join(folder, name)))) return false;
    const [there, own] = [await listingOf(folder), new Set(record?.files.map(nameKey))];
    if (record === undefined && there.has(nameKey(`${name}.json`))) return false;
    return endings.every((ending) => {
      const key = nameKey(name + ending);
      return !read.has(nameKey(resolve(folder, name + ending))) && (!there.has(key) || own.has(key));
    });
  };
  return async (folders, wish, isOwn) => {
    const folder = join(out, ...folders);
    for (let i = 1; ; i++) {
      const name = i === 1 ? wish : `${wish}-${i}`;
      const found = await records(join(folder, `${name}.json`));
      const record = found !== undefined && isOwn(found) ? found : undefined;
      if (!(await isFree(folder, name, record))) continue;
      taken.add(nameKey(join(folder, name)));
      return { name: [...folders, name].join('/'), record };
    }
  };
}
