import { argumentMessage, assertNonNegativeInteger } from '../errors.js';
import { channelsOf, type RasterImage } from './image.js';

export interface ReadOptions {
  /** Gives up reading; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A numbered collection of pictures, decoded one at a time when they are asked for. */
export interface ImageSource {
  readonly length: number;
  /** A name for messages and reports: a path, an archive entry. Never used to reach a file. */
  readonly name: (index: number) => string;
  /**
   * Decodes one picture; may be called again before an earlier call is done.
   *
   * Rejects with an `ImageError` that names the picture where it cannot be read.
   */
  readonly read: (index: number, options?: ReadOptions) => Promise<RasterImage>;
}

/** @throws {RangeError} If `index` is not one of the `length` pictures of a source. */
export function assertImageIndex(action: string, index: number, length: number): void {
  assertNonNegativeInteger(action, 'index', index);
  if (index < length) return;
  throw new RangeError(argumentMessage(action, 'index', `be below ${length}`, index));
}

/**
 * Pictures that are in memory already.
 *
 * @param names A name for each picture.
 * @defaultValue `"image 0"`, `"image 1"`, ... for `names`
 * @throws {RangeError} If a picture has no width or height, or `names` are more or fewer than the pictures.
 * @throws {TypeError} If a picture's data do not fit its width and height.
 */
export function memorySource(images: readonly RasterImage[], names?: readonly string[]): ImageSource {
  const action = 'create memorySource';
  for (const image of images) channelsOf(action, image);
  if (names !== undefined && names.length !== images.length) {
    throw new RangeError(argumentMessage(action, 'names', `have ${images.length} elements`, names.length));
  }
  return {
    length: images.length,
    name: (index) => names?.[index] ?? `image ${index}`,
    read: async (index, { signal } = {}) => {
      signal?.throwIfAborted();
      assertImageIndex('read an image', index, images.length);
      return images[index]!;
    },
  };
}

/**
 * A part of a source: the pictures at `indices`, in that order.
 *
 * @throws {RangeError} If an element of `indices` is not the index of a picture of `source`.
 */
export function selectImages(source: ImageSource, indices: ArrayLike<number>): ImageSource {
  const chosen = Array.from(indices);
  for (const index of chosen) assertImageIndex('select images', index, source.length);
  return {
    length: chosen.length,
    name: (index) => source.name(chosen[index]!),
    read: async (index, options) => {
      assertImageIndex('read an image', index, chosen.length);
      return source.read(chosen[index]!, options);
    },
  };
}

/**
 * A source without some of its pictures; the others keep their order.
 *
 * @param indices Pictures to leave out, for example those that `findGreyImages` found.
 * @throws {RangeError} If an element of `indices` is not the index of a picture of `source`.
 */
export function excludeImages(source: ImageSource, indices: ArrayLike<number>): ImageSource {
  const excluded = new Set(Array.from(indices));
  for (const index of excluded) assertImageIndex('exclude images', index, source.length);
  const kept = Array.from({ length: source.length }, (_, index) => index);
  return selectImages(
    source,
    kept.filter((index) => !excluded.has(index)),
  );
}
