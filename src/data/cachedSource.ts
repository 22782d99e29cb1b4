import { assertNonNegative, assertPositiveInteger } from '../errors.js';
import type { RasterImage } from './image.js';
import type { ImageSource } from './imageSource.js';
import { shrinkImage } from './shrinkImage.js';

export interface CachedSourceOptions {
  /**
   * Memory for decoded pictures, in bytes.
   *
   * @defaultValue `512 * 2 ** 20`
   */
  readonly maxBytes?: number;
  /**
   * Large pictures are shrunk by a whole number until one more step would bring their shortest side below this many
   * pixels. Choose twice the side that is trained on or more, so that crops stay sharp.
   *
   * @defaultValue no shrinking
   */
  readonly shortestSide?: number;
}

/**
 * Keeps decoded pictures in memory until it is full, so that later epochs need not decode them again.
 *
 * Nothing is evicted: epochs visit every picture once, in an order of their own, and then the pictures that were kept first
 * are as good as any, whereas the least recently used one is always the next to be needed.
 *
 * @throws {RangeError} If `maxBytes` is negative or `shortestSide` is not a positive integer.
 *
 * @example
 * ```ts
 * import { cachedSource } from 'polyhue';
 * import { openImages } from 'polyhue/node';
 *
 * const photos = cachedSource(await openImages('photos'), { maxBytes: 2 ** 30, shortestSide: 128 });
 * ```
 */
export function cachedSource(source: ImageSource, options: CachedSourceOptions = {}): ImageSource {
  const { maxBytes = 512 * 2 ** 20, shortestSide } = options;
  assertNonNegative('create cachedSource', 'maxBytes', maxBytes);
  if (shortestSide !== undefined) assertPositiveInteger('create cachedSource', 'shortestSide', shortestSide);
  const kept = new Map<number, RasterImage>();
  let keptBytes = 0;

  const keep = (index: number, image: RasterImage): void => {
    if (kept.has(index) || keptBytes + image.data.byteLength > maxBytes) return;
    keptBytes += image.data.byteLength;
    kept.set(index, image);
  };
  return {
    length: source.length,
    name: source.name,
    read: async (index, readOptions) => {
      readOptions?.signal?.throwIfAborted();
      const image = kept.get(index);
      if (image !== undefined) return image;
      const decoded = await source.read(index, readOptions);
      const small = shortestSide === undefined ? decoded : shrinkImage(decoded, shortestSide);
      keep(index, small);
      return small;
    },
  };
}
