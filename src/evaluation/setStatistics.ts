import type { TestPhoto } from './testPhoto.js';

/** Lightness is told apart in steps of 1. */
const LIGHTNESS_LEVELS = 101;

/** Sums over photos, of which means without any one of the photos are made. */
export interface SetStatistics {
  photos: number;
  /** Sum of color fields. */
  readonly field: Float64Array;
  /** Sum of `ab / 128` of the pixels of each lightness, and how many they are: `[level, 3]`. */
  readonly byLightness: Float64Array;
}

/** Statistics of no photo. */
export function setStatistics(size: number): SetStatistics {
  return {
    photos: 0,
    field: new Float64Array(size * size * 2),
    byLightness: new Float64Array(LIGHTNESS_LEVELS * 3),
  };
}

function lightnessLevel(lightness: number): number {
  return Math.min(LIGHTNESS_LEVELS - 1, Math.max(0, Math.round(lightness)));
}

/** Sums of one photo by lightness, laid out as in {@link SetStatistics}. */
function sumsByLightness({ lightness, colorField }: TestPhoto): Float64Array {
  const sums = new Float64Array(LIGHTNESS_LEVELS * 3);
  for (const [pixel, value] of lightness.entries()) {
    const at = lightnessLevel(value) * 3;
    sums[at]! += colorField[pixel * 2]!;
    sums[at + 1]! += colorField[pixel * 2 + 1]!;
    sums[at + 2]! += 1;
  }
  return sums;
}

/** Counts one more photo. */
export function addPhoto(statistics: SetStatistics, photo: TestPhoto): void {
  statistics.photos++;
  for (const [i, value] of photo.colorField.entries()) statistics.field[i]! += value;
  for (const [i, sum] of sumsByLightness(photo).entries()) statistics.byLightness[i]! += sum;
}

/** The mean color field of the other photos; `null` where there is no other. */
export function meanFieldOfOthers({ photos, field }: SetStatistics, photo: TestPhoto): Float32Array | null {
  if (photos < 2) return null;
  return Float32Array.from(field, (sum, i) => (sum - photo.colorField[i]!) / (photos - 1));
}

/** The mean color of the other photos at every pixel; `null` where there is no other. */
export function meanColorOfOthers(statistics: SetStatistics, photo: TestPhoto): Float32Array | null {
  const field = meanFieldOfOthers(statistics, photo);
  if (field === null) return null;
  const mean = [0, 0];
  for (const [i, value] of field.entries()) mean[i % 2]! += (value * 2) / field.length;
  return field.map((_, i) => mean[i % 2]!);
}

/** At every pixel the mean color of the other photos' pixels of its lightness, grey where they have none. */
export function meanByLightnessOfOthers(
  { photos, byLightness }: SetStatistics,
  photo: TestPhoto,
): Float32Array | null {
  if (photos < 2) return null;
  const own = sumsByLightness(photo);
  const others = byLightness.map((sum, i) => sum - own[i]!);
  const field = new Float32Array(photo.colorField.length);
  for (const [pixel, value] of photo.lightness.entries()) {
    const at = lightnessLevel(value) * 3;
    const count = others[at + 2]!;
    field[pixel * 2] = count > 0 ? others[at]! / count : 0;
    field[pixel * 2 + 1] = count > 0 ? others[at + 1]! / count : 0;
  }
  return field;
}
