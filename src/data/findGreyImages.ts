import { assertNonNegative, ImageError } from '../errors.js';
import { colorStatistics, GREY_CHROMA } from './colorStatistics.js';
import type { ImageSource } from './imageSource.js';
import { mapLimited } from './mapLimited.js';

/** Pictures decoded at a time. */
const CONCURRENCY = 4;

export interface FindGreyImagesOptions {
  /**
   * A picture whose mean chroma is below this counts as grey, in Lab units. Toned prints, such as sepia, are above it.
   *
   * @defaultValue `2.5`
   */
  readonly threshold?: number;
  /** Gives up; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told after each picture how many have been looked at. */
  readonly onProgress?: (checked: number, total: number) => void;
}

async function readOrSkip(source: ImageSource, index: number, signal?: AbortSignal) {
  try {
    return await source.read(index, { signal });
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    throw error;
  }
}

/**
 * Finds the pictures without color, which teach a colorizer to leave everything grey.
 *
 * A picture that cannot be read is not listed: whether it ends a training is for `imageDataset` to say.
 *
 * @returns Indices in ascending order, fit for `excludeImages`.
 * @throws {RangeError} If `threshold` is not a non-negative number.
 *
 * @example
 * ```ts
 * import { excludeImages, findGreyImages } from 'polyhue';
 * import { openImages } from 'polyhue/node';
 *
 * const photos = await openImages('photos');
 * const colorful = excludeImages(photos, await findGreyImages(photos));
 * ```
 */
export async function findGreyImages(
  source: ImageSource,
  options: FindGreyImagesOptions = {},
): Promise<number[]> {
  const { threshold = GREY_CHROMA, signal, onProgress } = options;
  assertNonNegative('find grey images', 'threshold', threshold);
  let checked = 0;
  const isGrey = async (index: number): Promise<boolean> => {
    signal?.throwIfAborted();
    const image = await readOrSkip(source, index, signal);
    const grey = image !== undefined && (await colorStatistics(image)).meanChroma < threshold;
    onProgress?.(++checked, source.length);
    return grey;
  };
  const grey = await mapLimited(source.length, isGrey, { limit: CONCURRENCY, dispose: () => {} });
  return grey.flatMap((isGrey, index) => (isGrey ? [index] : []));
}
