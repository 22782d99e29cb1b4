import { colorDifference } from '../ciede2000.js';
import { COLOR_FIELD_SCALE } from '../data/networkColor.js';

/** CIE Lab of a color field on the lightness of its photo, three values a pixel. */
export function fieldLab(lightness: ArrayLike<number>, field: ArrayLike<number>): Float32Array {
  const lab = new Float32Array(lightness.length * 3);
  for (let i = 0; i < lightness.length; i++) {
    lab[i * 3] = lightness[i]!;
    lab[i * 3 + 1] = field[i * 2]! * COLOR_FIELD_SCALE;
    lab[i * 3 + 2] = field[i * 2 + 1]! * COLOR_FIELD_SCALE;
  }
  return lab;
}

/**
 * Whether the mean CIEDE2000 difference of two pictures of CIE Lab is below `limit`.
 *
 * Terms are never negative, so that it stops where their sum has reached the limit: after a few pixels of pictures that differ.
 */
export function isMeanDifferenceBelow(one: Float32Array, other: Float32Array, limit: number): boolean {
  const enough = (limit * one.length) / 3;
  let sum = 0;
  for (let at = 0; at < one.length && sum < enough; at += 3) {
    sum += colorDifference({ lab: one, at }, { lab: other, at });
  }
  return sum < enough;
}

/** The mean CIEDE2000 difference of two pictures of CIE Lab, over every pixel or every `stride`th pixel. */
export function meanFieldDifference(one: Float32Array, other: Float32Array, stride = 1): number {
  let [sum, pixels] = [0, 0];
  for (let at = 0; at < one.length; at += 3 * stride) {
    sum += colorDifference({ lab: one, at }, { lab: other, at });
    pixels++;
  }
  return sum / pixels;
}
