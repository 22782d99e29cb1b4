import { argumentMessage, assertBetween, assertNonNegativeInteger } from '../errors.js';
import { shuffledIndices } from '../random.js';
import { excludeImages, type ImageSource, selectImages } from './imageSource.js';

const ACTION = 'split a source';

/** How much of a source is held out: a share of it or a number of pictures. */
export type SplitOptions = {
  /** Non-negative integer; equal seeds hold out the same pictures. */
  readonly seed: number;
} & (
  | {
      /** Share to hold out, from 0 to 1; the number of pictures is rounded. */
      readonly fraction: number;
    }
  | {
      /** Number of pictures to hold out. */
      readonly count: number;
    }
);

/** The two parts of a source; no picture is in both, and each part keeps the order of the whole. */
export interface SourceSplit {
  readonly training: ImageSource;
  readonly validation: ImageSource;
}

function heldOutCount(length: number, options: SplitOptions): number {
  if ('fraction' in options) {
    assertBetween(ACTION, 'fraction', options.fraction, [0, 1]);
    return Math.round(length * options.fraction);
  }
  const { count } = options;
  assertNonNegativeInteger(ACTION, 'count', count);
  if (count <= length) return count;
  throw new RangeError(
    argumentMessage(ACTION, 'count', `be at most ${length}, the pictures there are`, count),
  );
}

/**
 * Holds out pictures that training never sees, chosen at random by a seed.
 *
 * @throws {RangeError} If `fraction` is not from 0 to 1, `count` is more than there are, or `seed` is not a non-negative
 *   integer.
 */
export function splitSource(source: ImageSource, options: SplitOptions): SourceSplit {
  assertNonNegativeInteger(ACTION, 'seed', options.seed);
  const count = heldOutCount(source.length, options);
  const heldOut = shuffledIndices(source.length, options.seed).slice(0, count).sort();
  return { training: excludeImages(source, heldOut), validation: selectImages(source, heldOut) };
}
