import { readdir, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';

import { assertImageIndex } from '../data/imageSource.js';
import { mapLimited } from '../data/mapLimited.js';
import { ImageError } from '../errors.js';
import { decodeImage, type DecodeImageOptions, readImageFile } from './decodeImage.js';
import { type FileImageSource, fileState, hashOf } from './fileImageSource.js';
import { compareNames, isPictureName, PICTURE_EXTENSION_LIST } from './pictureNames.js';

/** Files whose size and time are asked for at a time. */
const CONCURRENCY = 16;

/** What is passed on to `decodeImage`. */
export type DecodeOptions = Pick<DecodeImageOptions, 'maxPixels'>;

/** Paths below `root`, with slashes, of the files that look like pictures; links to files count, links to folders do not. */
async function pictureNames(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const candidates = entries.filter((entry) => isPictureName(entry.name));
  const names = candidates.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    const isFile = entry.isFile() || (entry.isSymbolicLink() && (await stat(path)).isFile());
    return isFile ? [relative(root, path).split(sep).join('/')] : [];
  });
  return (await Promise.all(names)).flat();
}

/** The state of the files `names` in `folder`; one that has gone since it was listed counts as such. */
async function folderFingerprint(folder: string, names: readonly string[]): Promise<string> {
  const describe = async (i: number): Promise<string> => {
    const state = await stat(join(folder, names[i]!)).then(fileState, () => 'gone');
    return `${names[i]} ${state}`;
  };
  return hashOf(await mapLimited(names.length, describe, { limit: CONCURRENCY, dispose: () => {} }));
}

/**
 * The pictures of a folder and the folders in it, by name, numbers in order of their value.
 *
 * @returns A source; `name` gives the path below the folder, with slashes.
 * @throws {ImageError} If the folder cannot be read or holds no picture.
 */
export async function folderSource(path: string, options: DecodeOptions = {}): Promise<FileImageSource> {
  let names: string[];
  try {
    names = await pictureNames(path);
  } catch (cause) {
    throw new ImageError(`Cannot read the folder "${path}": ${(cause as Error).message}`, { cause });
  }
  if (names.length === 0) {
    throw new ImageError(
      `Cannot find a picture in the folder "${path}": looked for ${PICTURE_EXTENSION_LIST}, subfolders included`,
    );
  }
  names.sort(compareNames);
  return {
    location: resolve(path),
    fingerprint: async () => folderFingerprint(path, names),
    length: names.length,
    name: (index) => names[index]!,
    bytes: async (index) => {
      assertImageIndex('read an image', index, names.length);
      const file = join(path, names[index]!);
      return readImageFile(file, file);
    },
    read: async (index, { signal } = {}) => {
      signal?.throwIfAborted();
      assertImageIndex('read an image', index, names.length);
      return decodeImage(join(path, names[index]!), options);
    },
  };
}
