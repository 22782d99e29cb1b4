import { stat } from 'node:fs/promises';
import { basename } from 'node:path';

import { assertImageIndex, type ImageSource } from '../data/imageSource.js';
import { ImageError } from '../errors.js';
import { decodeImage } from './decodeImage.js';
import { type DecodeOptions, folderSource } from './folderSource.js';
import { isPictureName, PICTURE_EXTENSION_LIST } from './pictureNames.js';
import { tarSource } from './tarSource.js';

/** A source of one picture. */
function fileSource(path: string, options: DecodeOptions): ImageSource {
  return {
    length: 1,
    name: () => path,
    read: async (index, { signal } = {}) => {
      signal?.throwIfAborted();
      assertImageIndex('read an image', index, 1);
      return decodeImage(path, options);
    },
  };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw new ImageError(`Cannot open "${path}": ${(cause as Error).message}`, { cause });
  }
}

/**
 * Opens pictures by path: a folder, a tar archive or a single file.
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
export async function openImages(path: string, options: DecodeOptions = {}): Promise<ImageSource> {
  if (await isFolder(path)) return folderSource(path, options);
  if (isPictureName(path)) return fileSource(path, options);
  if (/\.(tar|tgz|tar\.\w+)$/i.test(basename(path))) return tarSource(path, options);
  throw new ImageError(
    `Cannot open "${path}" as it is neither a folder nor a file with one of the endings ${PICTURE_EXTENSION_LIST}, tar`,
  );
}
