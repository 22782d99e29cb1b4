import { open, realpath, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { crc32 } from 'node:zlib';

import { assertImageIndex, type ImageSource } from '../data/imageSource.js';
import { shrinkImage } from '../data/shrinkImage.js';
import { assertPositiveInteger, ImageError } from '../errors.js';
import { buildImageCache } from './buildImageCache.js';
import { type FileImageSource, hashOf } from './fileImageSource.js';
import { decodeTable, HEADER_BYTES, isCache, type PictureTable, tablePlace } from './imageCacheFormat.js';

const ACTION = 'open an image cache';

export interface ImageCacheOptions {
  /** Folder for the file of the cache; it is made where it is missing. */
  readonly folder: string;
  /**
   * Large pictures are shrunk by a whole number until one more step would bring their shortest side below this many
   * pixels, as by `cachedSource`. Choose twice the side that is trained on or more, so that crops stay sharp.
   *
   * @defaultValue no shrinking
   */
  readonly shortestSide?: number;
  /**
   * Pictures decoded at a time while the cache is made.
   *
   * @defaultValue `4`
   */
  readonly concurrency?: number;
  /** Gives up making the cache; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told after each picture how many are done; never called where a fitting cache is there already. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Decoded pictures in a file. */
export interface ImageCache extends ImageSource {
  /** The file. */
  readonly path: string;
  /** Whether the cache was there already, was made for the first time, or made again as it no longer fitted. */
  readonly state: 'reused' | 'created' | 'renewed';
  /** Closes the file; no picture can be read after that. Safe to call again. */
  readonly close: () => Promise<void>;
}

interface CacheFile {
  readonly file: FileHandle;
  readonly table: PictureTable;
}

/** Reads `length` bytes at `offset`, fewer only at the end of the file. */
async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

/** Passes on what went wrong with the file, as an error of the cache. */
function toReadError(path: string): (cause: Error) => never {
  return (cause) => {
    throw new ImageError(`Cannot read the image cache "${path}": ${cause.message}`, { cause });
  };
}

/** The table of an open cache; undefined where the cache has to be made again. */
async function readTable(file: FileHandle, path: string, key: string): Promise<PictureTable | undefined> {
  const header = await readAt(file, 0, HEADER_BYTES).catch(toReadError(path));
  if (!isCache(header))
    throw new ImageError(`Cannot use "${path}" as an image cache as it is another kind of file`);
  const place = tablePlace(header, (await file.stat()).size, key);
  return place === undefined ? undefined : decodeTable(await readAt(file, place.offset, place.bytes), place);
}

/** The cache at `path`, or why there is none that can be used. */
async function openExisting(path: string, key: string): Promise<CacheFile | 'missing' | 'unfit'> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return 'missing';
    return toReadError(path)(cause as Error);
  }
  let table: PictureTable | undefined;
  try {
    table = await readTable(file, path, key);
  } finally {
    if (table === undefined) await file.close();
  }
  return table === undefined ? 'unfit' : { file, table };
}

/** Reads pictures from the file, and from `source` those that could not be read when the cache was made. */
function cacheReader(source: ImageSource, path: string, { file, table }: CacheFile): ImageSource['read'] {
  return async (index, options) => {
    options?.signal?.throwIfAborted();
    assertImageIndex('read an image', index, source.length);
    const picture = table.get(index);
    if (picture === undefined) return source.read(index, options);
    const { offset, width, height, channels, checksum } = picture;
    const data = await readAt(file, offset, width * height * channels);
    if (crc32(data) === checksum) return { width, height, data };
    throw new ImageError(
      `Cannot read "${source.name(index)}" as the image cache "${path}" is damaged: remove it to have it made again`,
    );
  };
}

/** A name for the cache of these pictures at this size. */
async function cachePath({ location }: FileImageSource, options: ImageCacheOptions): Promise<string> {
  const { folder, shortestSide } = options;
  const place = await realpath(location).catch(() => location); // A pattern of shards is no path.
  const label = basename(place)
    .replaceAll(/[^\w.-]/g, '_')
    .slice(0, 80);
  return join(folder, `${label}-${hashOf([place, String(shortestSide)]).slice(0, 16)}.images`);
}

function shrinkingSource(source: ImageSource, shortestSide: number | undefined): ImageSource {
  if (shortestSide === undefined) return source;
  const { length, name } = source;
  const read: ImageSource['read'] = async (index, options) =>
    shrinkImage(await source.read(index, options), shortestSide);
  return { length, name, read };
}

/**
 * Pictures that are decoded and shrunk once, into a file from which any of them is read in a fraction of a millisecond.
 *
 * The pixels are kept as they are, 8 bits of sRGB, so that training on the cache gives the same weights as training on the
 * pictures. Nothing but a table of 24 bytes a picture stays in memory. A cache is made again when a picture has been added,
 * removed or changed, told by its size and time of change, and when it is damaged or of another version of the format. It is
 * written under a temporary name and renamed, so that a process that is stopped leaves no half of one. A picture that cannot
 * be read is tried again each time it is asked for.
 *
 * @throws {ImageError} If the cache cannot be read or written, or another kind of file has its name.
 * @throws {RangeError} If `shortestSide` or `concurrency` is not a positive integer.
 *
 * @example
 * ```ts
 * import { openImageCache, openImages } from 'polyhue/node';
 *
 * const photos = await openImageCache(await openImages('photos'), { folder: 'cache', shortestSide: 128 });
 * const { width, height } = await photos.read(0);
 * console.log(photos.name(0), width, height);
 * await photos.close();
 * ```
 */
export async function openImageCache(
  source: FileImageSource,
  options: ImageCacheOptions,
): Promise<ImageCache> {
  const { shortestSide, concurrency = 4, signal, onProgress = () => {} } = options;
  if (shortestSide !== undefined) assertPositiveInteger(ACTION, 'shortestSide', shortestSide);
  assertPositiveInteger(ACTION, 'concurrency', concurrency);

  const shrinking = shrinkingSource(source, shortestSide);
  const path = await cachePath(source, options);
  const key = hashOf([await source.fingerprint(), String(shortestSide)]);
  const found = await openExisting(path, key);
  const toCache = (cache: CacheFile, state: ImageCache['state']): ImageCache => ({
    path,
    state,
    length: source.length,
    name: source.name,
    read: cacheReader(shrinking, path, cache),
    close: async () => cache.file.close(),
  });
  if (typeof found !== 'string') return toCache(found, 'reused');
  await buildImageCache(path, shrinking, { key, concurrency, signal, onProgress });
  const built = await openExisting(path, key);
  if (typeof built !== 'string') return toCache(built, found === 'missing' ? 'created' : 'renewed');
  throw new ImageError(`Cannot read the image cache "${path}" as another program has changed it`);
}
