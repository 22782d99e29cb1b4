import { assertPixels } from './assertions.js';

export interface ColorfulnessOptions {
  /**
   * Whether the sign of the two opponent values of a pixel is dropped first, as the code of DDColor does; the figures that
   * papers report since are computed so.
   *
   * @defaultValue `false`, as published
   */
  readonly absolute?: boolean;
}

/** Mean and variance of the values of a function of pixels. */
function moments(count: number, valueAt: (pixel: number) => number): { mean: number; variance: number } {
  let mean = 0;
  for (let i = 0; i < count; i++) mean += valueAt(i) / count;
  let variance = 0;
  for (let i = 0; i < count; i++) variance += (valueAt(i) - mean) ** 2 / count;
  return { mean, variance };
}

/**
 * How colorful a picture looks.
 *
 * `sqrt(var(rg) + var(yb)) + 0.3 sqrt(mean(rg)**2 + mean(yb)**2)` with `rg = R - G` and `yb = (R + G) / 2 - B` of each pixel and
 * population variances. About 0 for grey, 15 slightly, 33 moderately, 59 quite and 109 extremely colorful. Two sets are
 * compared in either of two ways that give different numbers: the absolute difference of their means, or the mean of the
 * absolute differences of their pictures.
 *
 * @param rgb sRGB in 0..255, three values a pixel.
 * @returns 0 or more, in units of 8-bit sRGB.
 * @throws {RangeError} If the picture is empty or not of whole pixels.
 * @see D. Hasler, S. Suesstrunk, Measuring Colourfulness in Natural Images, 2003, section 7.
 */
export function colorfulness(rgb: ArrayLike<number>, options: ColorfulnessOptions = {}): number {
  const { absolute = false } = options;
  assertPixels('compute colorfulness', 'rgb', rgb, 3);
  const opponent = (value: number): number => (absolute ? Math.abs(value) : value);
  const count = rgb.length / 3;
  const redGreen = moments(count, (i) => opponent(rgb[i * 3]! - rgb[i * 3 + 1]!));
  const yellowBlue = moments(count, (i) => opponent((rgb[i * 3]! + rgb[i * 3 + 1]!) / 2 - rgb[i * 3 + 2]!));
  return (
    Math.sqrt(redGreen.variance + yellowBlue.variance) + 0.3 * Math.hypot(redGreen.mean, yellowBlue.mean)
  );
}
