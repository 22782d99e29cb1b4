import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';

import { channelsOf, type RasterImage } from '../data/image.js';
import type { ImageSource } from '../data/imageSource.js';
import { mapLimited } from '../data/mapLimited.js';
import { ImageError } from '../errors.js';
import { encodeHeader, HEADER_BYTES, type PictureTable, pictureTable } from './imageCacheFormat.js';

/** A file that nobody has written to for so long was left behind by a process that was killed. */
const ABANDONED_MS = 3600e3;

export interface BuildImageCacheOptions {
  /** Hash of what the cache is made of, in hexadecimal. */
  readonly key: string;
  /** Pictures decoded at a time. */
  readonly concurrency: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (cached: number, total: number) => void;
}

/** Passes on what went wrong with the file, as an error of the cache. */
function toWriteError(path: string): (cause: Error) => never {
  return (cause) => {
    throw new ImageError(`Cannot write the image cache "${path}": ${cause.message}`, { cause });
  };
}

/** Removes what processes that were killed left of this cache. */
async function removeAbandoned(path: string): Promise<void> {
  const [folder, prefix] = [dirname(path), `.${basename(path)}.`];
  const names = (await readdir(folder)).filter((name) => name.startsWith(prefix) && name.endsWith('.tmp'));
  const remove = async (name: string): Promise<void> => {
    const { mtimeMs } = await stat(join(folder, name));
    if (Date.now() - mtimeMs > ABANDONED_MS) await rm(join(folder, name));
  };
  await Promise.allSettled(names.map(remove));
}

/** The picture, or undefined where it cannot be read. */
async function readOrSkip(
  source: ImageSource,
  index: number,
  signal: AbortSignal | undefined,
): Promise<RasterImage | undefined> {
  try {
    return await source.read(index, { signal });
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    throw error;
  }
}

/** Appends every picture that can be read, in the order in which they are decoded, then the table and the header. */
async function writeCache(
  file: FileHandle,
  source: ImageSource,
  options: BuildImageCacheOptions,
  onError: (cause: Error) => never,
): Promise<void> {
  const { key, concurrency, signal, onProgress } = options;
  const table: PictureTable = pictureTable(source.length);
  let end = HEADER_BYTES;
  let done = 0;
  const append = async (index: number): Promise<void> => {
    signal?.throwIfAborted();
    const image = await readOrSkip(source, index, signal);
    if (image !== undefined) {
      const { width, height, data } = image;
      const channels = channelsOf('make an image cache', image);
      const offset = end;
      end += data.length;
      await writeWhole(file, data, offset).catch(onError);
      table.set(index, { offset, width, height, channels, checksum: crc32(data) });
    }
    onProgress(++done, source.length);
  };
  await mapLimited(source.length, append, { limit: concurrency, dispose: () => {} });
  await writeWhole(file, table.bytes, end).catch(onError);
  await writeWhole(file, encodeHeader(table, end, key), 0).catch(onError);
  await file.sync().catch(onError);
}

/** Writes all of `data`: one call may write less, where the disk is almost full. */
async function writeWhole(file: FileHandle, data: RasterImage['data'], at: number): Promise<void> {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, at + written);
    written += bytesWritten;
  }
}

/**
 * Writes the pictures of `source` to a new cache under a temporary name and gives it the name `path`.
 *
 * @throws {ImageError} If the file cannot be written; the temporary file is then removed.
 */
export async function buildImageCache(
  path: string,
  source: ImageSource,
  options: BuildImageCacheOptions,
): Promise<void> {
  const onError = toWriteError(path);
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomUUID()}.tmp`);
  await mkdir(folder, { recursive: true }).catch(onError);
  await removeAbandoned(path);
  const file = await open(temporary, 'wx').catch(onError);
  try {
    await writeCache(file, source, options, onError);
    await file.close();
    await rename(temporary, path).catch(onError);
  } catch (error) {
    await file.close();
    await rm(temporary, { force: true });
    throw error;
  }
}
