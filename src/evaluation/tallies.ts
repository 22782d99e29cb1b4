import { COLOR_FIELD_SCALE } from '../data/networkColor.js';
import { abDistances } from './measures.js';
import type { TestPhoto } from './testPhoto.js';

/** Width of a bin of chroma, Lab units, and number of bins; the last holds everything beyond. */
export const CHROMA_BIN = 5;
const CHROMA_BINS = 24;

/** Width of a bin of a or b, Lab units, and bins from -128 to 128. */
export const AB_BIN = 4;
const AB_BINS = 64;

/** Sums of errors by the true chroma of pixels. */
export interface RiskTally {
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

/** A tally of no pixel. */
export function riskTally(): RiskTally {
  return { sums: new Float64Array(CHROMA_BINS), counts: new Float64Array(CHROMA_BINS) };
}

/** Counts the pixels of a result. */
export function tallyRisk({ sums, counts }: RiskTally, photo: TestPhoto, field: ArrayLike<number>): void {
  const { colorField } = photo;
  for (const [pixel, distance] of abDistances(field, colorField).entries()) {
    const chroma = COLOR_FIELD_SCALE * Math.hypot(colorField[pixel * 2]!, colorField[pixel * 2 + 1]!);
    const bin = Math.min(CHROMA_BINS - 1, Math.floor(chroma / CHROMA_BIN));
    sums[bin]! += distance;
    counts[bin]!++;
  }
}

/** Mean distance in the ab plane to the truth in each bin of chroma; `null` in bins without a pixel. */
export function riskByChroma({ sums, counts }: RiskTally): (number | null)[] {
  return Array.from(sums, (sum, bin) => (counts[bin]! > 0 ? sum / counts[bin]! : null));
}

/** Pixel counts by a and b, `[a, b]`, each ascending. */
export function abTally(): Float64Array {
  return new Float64Array(AB_BINS * AB_BINS);
}

function abBin(value: number): number {
  const bin = Math.floor(((value + 1) * COLOR_FIELD_SCALE) / AB_BIN);
  return Math.min(AB_BINS - 1, Math.max(0, bin));
}

/** Counts the pixels of a color field. */
export function tallyAb(counts: Float64Array, field: ArrayLike<number>): void {
  for (let i = 0; i < field.length; i += 2) counts[abBin(field[i]!) * AB_BINS + abBin(field[i + 1]!)]!++;
}
