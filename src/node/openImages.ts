import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';

import { assertImageIndex } from '../data/imageSource.js';
import { ImageError } from '../errors.js';
import { decodeImage, readImageFile } from './decodeImage.js';
import { type FileImageSource, fileState, hashOf } from './fileImageSource.js';
import { type DecodeOptions, folderSource } from './folderSource.js';
import { isPictureName, PICTURE_EXTENSION_LIST } from './pictureNames.js';
import { expandShardPattern, isShardPattern, shardsInFolder } from './shardPaths.js';
import { shardSource } from './shardSource.js';
import { tarSource } from './tarSource.js';

/** A source of one picture. */
function fileSource(path: string, options: DecodeOptions): FileImageSource {
  return {
    location: resolve(path),
    fingerprint: async () => hashOf([fileState(await stat(path))]),
    length: 1,
    name: () => path,
    bytes: async (index) => {
      assertImageIndex('read an image', index, 1);
      return readImageFile(path, path);
    },
    read: async (index, { signal } = {}) => {
      signal?.throwIfAborted();
      assertImageIndex('read an image', index, 1);
      return decodeImage(path, options);
    },
  };
}

async function kindOf(path: string): Promise<'folder' | 'file' | 'pattern'> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return 'folder';
    if (found.isFile()) return 'file';
  } catch (cause) {
    if (isShardPattern(path)) return 'pattern';
    throw new ImageError(`Cannot open "${path}": ${(cause as Error).message}`, { cause });
  }
  // A pipe or a device might never come to an end.
  throw new ImageError(`Cannot open "${path}" as it is neither a file nor a folder`);
}

async function openFolder(path: string, options: DecodeOptions): Promise<FileImageSource> {
  const shards = await shardsInFolder(path);
  return shards.length > 0 ? shardSource(shards, options) : folderSource(path, options);
}

/**
 * Opens pictures by path: a folder, a tar archive, shards or a single file.
 *
 * Shards are several tar archives that make one source: those of a folder that has no picture beside them, or those that a
 * pattern such as `train-{000..009}.tar` stands for.
 *
 * @throws {ImageError} If the path is missing, holds no picture or is none of these.
 *
 * @example
 * ```ts
 * import { openImages } from 'polyhue/node';
 *
 * const photos = await openImages('photos.tar');
 * for (let i = 0; i < photos.length; i++) {
 *   const { width, height } = await photos.read(i);
 *   console.log(photos.name(i), width, height);
 * }
 * ```
 */
export async function openImages(path: string, options: DecodeOptions = {}): Promise<FileImageSource> {
  const kind = await kindOf(path);
  if (kind === 'folder') return openFolder(path, options);
  if (kind === 'pattern') return shardSource(expandShardPattern(path), options);
  if (isPictureName(path)) return fileSource(path, options);
  if (/\.(tar|tgz|tar\.\w+)$/i.test(basename(path))) return tarSource(path, options);
  throw new ImageError(
    `Cannot open "${path}" as it is neither a folder nor a file with one of the endings ${PICTURE_EXTENSION_LIST}, tar`,
  );
}
