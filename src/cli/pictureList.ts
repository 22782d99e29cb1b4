import { readFile } from 'node:fs/promises';

import type { ImageSource } from '../data/imageSource.js';
import { ImageError } from '../errors.js';
import type { Terminal } from './terminal.js';

/** A list of pictures and where the pictures are. */
export interface PictureList {
  /** A file with names of pictures, one a line. */
  readonly list: string;
  /** Folder or tar file. */
  readonly path: string;
}

async function readNames(path: string): Promise<Set<string>> {
  try {
    const lines = (await readFile(path, 'utf8')).split(/\r?\n/);
    return new Set(lines.filter((line) => line !== ''));
  } catch (cause) {
    throw new ImageError(`Cannot read the list "${path}": ${(cause as Error).message}`, { cause });
  }
}

/**
 * Indices of the pictures of `source` that a list names; tells of names that none of them has.
 *
 * @throws {ImageError} If the list cannot be read.
 */
export async function listedIndices(
  source: ImageSource,
  { list, path }: PictureList,
  stderr: Terminal['stderr'],
): Promise<number[]> {
  const names = await readNames(list);
  const listed = Array.from({ length: source.length }, (_, index) => index).filter((index) =>
    names.has(source.name(index)),
  );
  const unknown = names.size - new Set(listed.map((index) => source.name(index))).size;
  if (unknown > 0)
    stderr.write(`Warning: ${unknown} of ${names.size} names in "${list}" are not in "${path}"\n`);
  return listed;
}

/** The names of all pictures, one a line. */
export function pictureNames(source: ImageSource): string {
  return Array.from({ length: source.length }, (_, index) => `${source.name(index)}\n`).join('');
}
