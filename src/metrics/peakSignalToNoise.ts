import { assertPositive } from '../errors.js';
import { assertLength, assertNotEmpty } from './assertions.js';

export interface PeakSignalToNoiseOptions {
  /**
   * The largest value that a pixel can have.
   *
   * @defaultValue `255`
   */
  readonly peak?: number;
}

/**
 * The peak signal-to-noise ratio of a picture to the truth.
 *
 * `20 log10(peak / sqrt(mean{ (picture[i] - truth[i])**2 : i }))`
 *
 * @param picture Values of all pixels and channels: 8-bit sRGB for the figures that papers report.
 * @param truth The true values, laid out the same way.
 * @returns Decibels, more is better; `null` for equal pictures, where the ratio is infinite.
 * @throws {RangeError} If there is no value, the pictures differ in length, or `peak` is not above 0.
 */
export function peakSignalToNoise(
  picture: ArrayLike<number>,
  truth: ArrayLike<number>,
  options: PeakSignalToNoiseOptions = {},
): number | null {
  const action = 'compute peakSignalToNoise';
  const { peak = 255 } = options;
  assertPositive(action, 'peak', peak);
  assertNotEmpty(action, 'truth', truth);
  assertLength(action, 'picture', picture.length, [truth.length, 'truth']);
  let sum = 0;
  for (let i = 0; i < truth.length; i++) sum += (picture[i]! - truth[i]!) ** 2;
  return sum === 0 ? null : 10 * Math.log10((peak ** 2 * truth.length) / sum);
}
