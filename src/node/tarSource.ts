import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import { assertImageIndex } from '../data/imageSource.js';
import { ImageError } from '../errors.js';
import { decodeImage } from './decodeImage.js';
import { type FileImageSource, fileState, hashOf } from './fileImageSource.js';
import type { DecodeOptions } from './folderSource.js';
import { compareNames, isPictureName, PICTURE_EXTENSION_LIST } from './pictureNames.js';
import { onePerSample } from './samples.js';
import { readTarEntry, readTarIndex, type TarEntry } from './tarIndex.js';

export interface TarSourceOptions extends DecodeOptions {
  /**
   * Whether names are keys of samples, as in shards of WebDataset: of `0001.jpg` and `0001.mask.png` only the first is a
   * picture to train on.
   *
   * @defaultValue `false`
   */
  readonly samples?: boolean;
}

/** Runs `action` and turns errors of the file system into an `ImageError` that names the archive. */
async function withArchive<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof ImageError) throw cause;
    throw new ImageError(`Cannot read the archive "${path}": ${(cause as Error).message}`, { cause });
  }
}

async function readWhole(path: string, entry: TarEntry): Promise<Uint8Array> {
  const bytes = await withArchive(path, async () => readTarEntry(path, entry));
  if (bytes.length === entry.bytes) return bytes;
  throw new ImageError(
    `Cannot read "${entry.name}" as the archive "${path}" was cut short since it was opened`,
  );
}

async function tarFingerprint(path: string, pictures: readonly TarEntry[]): Promise<string> {
  const entries = pictures.map(({ name, offset, bytes }) => `${name} ${offset} ${bytes}`);
  return hashOf([fileState(await stat(path)), ...entries]);
}

/**
 * The pictures of a plain tar archive, in the order that `folderSource` would give them.
 *
 * The headers are read once; a picture is read from its place in the archive when it is asked for. Nothing is extracted, so
 * that names such as `"../x.jpg"` can do no harm.
 *
 * @throws {ImageError} If the archive is missing, compressed, damaged, cut short or holds no picture.
 */
export async function tarSource(path: string, options: TarSourceOptions = {}): Promise<FileImageSource> {
  const { samples = false, ...decodeOptions } = options;
  const entries = await withArchive(path, async () => readTarIndex(path));
  const found = entries.filter(({ name }) => isPictureName(name));
  const pictures = samples ? onePerSample(found) : found;
  if (pictures.length === 0) {
    throw new ImageError(
      `Cannot find a picture in the archive "${path}": looked for ${PICTURE_EXTENSION_LIST} among ${entries.length} files`,
    );
  }
  pictures.sort((a, b) => compareNames(a.name, b.name));
  return {
    location: resolve(path),
    fingerprint: async () => withArchive(path, async () => tarFingerprint(path, pictures)),
    length: pictures.length,
    name: (index) => pictures[index]!.name,
    bytes: async (index) => {
      assertImageIndex('read an image', index, pictures.length);
      return readWhole(path, pictures[index]!);
    },
    read: async (index, { signal } = {}) => {
      signal?.throwIfAborted();
      assertImageIndex('read an image', index, pictures.length);
      const entry = pictures[index]!;
      return decodeImage(await readWhole(path, entry), { ...decodeOptions, name: entry.name });
    },
  };
}
