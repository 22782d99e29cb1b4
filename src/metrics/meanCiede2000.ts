import { colorDifference } from '../ciede2000.js';
import { assertLength, assertPixels, assertResults } from './assertions.js';

function meanDifference(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < one.length; at += 3) sum += colorDifference({ lab: one, at }, { lab: other, at });
  return (sum * 3) / one.length;
}

/**
 * The mean CIEDE2000 difference of two pictures over their pixels.
 *
 * @param one CIE Lab, three values a pixel.
 * @param other CIE Lab of as many pixels.
 * @returns 0 or more; 0 for equal pictures.
 * @throws {RangeError} If a picture is empty or not of whole pixels, or they differ in length.
 */
export function meanCiede2000(one: ArrayLike<number>, other: ArrayLike<number>): number {
  const action = 'compute meanCiede2000';
  assertPixels(action, 'one', one, 3);
  assertLength(action, 'other', other.length, [one.length, 'one']);
  return meanDifference(one, other);
}

/**
 * How different results of one photo look: the mean CIEDE2000 difference over all pairs of results and all pixels.
 *
 * @param results CIE Lab of each result, three values a pixel.
 * @returns 0 or more; `null` for one result, which has no pair.
 * @throws {RangeError} If there is no result, one is not of whole pixels, or they differ in length.
 */
export function meanPairwiseCiede2000(results: readonly ArrayLike<number>[]): number | null {
  const action = 'compute meanPairwiseCiede2000';
  assertResults(action, results);
  assertPixels(action, 'results[0]', results[0]!, 3);
  if (results.length === 1) return null;
  const pairs = results.flatMap((one, i) => results.slice(i + 1).map((other) => meanDifference(one, other)));
  return pairs.reduce((sum, value) => sum + value, 0) / pairs.length;
}
