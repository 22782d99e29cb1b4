import { areaMeans } from './areaMeans.js';
import type { RasterImage } from './image.js';

/** Side of the grey picture that is transformed, in pixels. */
const SIDE = 32;
/** Frequencies that are kept along each axis, the constant included. */
const FREQUENCIES = 8;

/** Luma of ITU-R BT.601, of gamma-encoded values. */
const LUMA = [0.299, 0.587, 0.114] as const;

/** Rows of the orthonormal discrete cosine transform (DCT-II) of `SIDE` values. */
const COSINES: readonly Float64Array[] = Array.from({ length: FREQUENCIES }, (_, k) =>
  Float64Array.from(
    { length: SIDE },
    (_, n) => Math.sqrt((k === 0 ? 1 : 2) / SIDE) * Math.cos((Math.PI * (2 * n + 1) * k) / (2 * SIDE)),
  ),
);

/** 64 bits, the first 32 in the first element, the highest bit of each first. */
export type PerceptualHash = readonly [high: number, low: number];

/** Luma of `SIDE` by `SIDE` areas. */
function greyAreas(image: RasterImage): Float64Array {
  const means = areaMeans(image, SIDE);
  return Float64Array.from(
    { length: SIDE * SIDE },
    (_, i) => LUMA[0] * means[3 * i]! + LUMA[1] * means[3 * i + 1]! + LUMA[2] * means[3 * i + 2]!,
  );
}

/** The `count` values from `start` on, transformed along one axis: `[k]` of every cosine. */
function transform(values: Float64Array, start: number, stride: number): Float64Array {
  return Float64Array.from(COSINES, (cosine) => {
    let sum = 0;
    for (let n = 0; n < SIDE; n++) sum += cosine[n]! * values[start + n * stride]!;
    return sum;
  });
}

/** The lowest frequencies of the two-dimensional transform, row by row. */
function lowFrequencies(grey: Float64Array): Float64Array {
  const rows = new Float64Array(SIDE * FREQUENCIES); // [SIDE, FREQUENCIES]
  for (let y = 0; y < SIDE; y++) rows.set(transform(grey, y * SIDE, 1), y * FREQUENCIES);
  const result = new Float64Array(FREQUENCIES ** 2);
  for (let x = 0; x < FREQUENCIES; x++) {
    for (const [y, value] of transform(rows, x, FREQUENCIES).entries()) result[y * FREQUENCIES + x] = value;
  }
  return result;
}

/**
 * A fingerprint of what a picture shows, which small changes of size, compression or brightness hardly change.
 *
 * The picture's luma is averaged over 32 x 32 areas; a bit says whether one of the 8 x 8 lowest frequencies of its discrete
 * cosine transform is above the median of these.
 *
 * @throws {RangeError} If the picture has no width or height.
 * @throws {TypeError} If the picture's data do not fit its width and height.
 * @see C. Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010, section 3.2.1.
 */
export function perceptualHash(image: RasterImage): PerceptualHash {
  const frequencies = lowFrequencies(greyAreas(image));
  const sorted = frequencies.toSorted();
  const median = (sorted[sorted.length / 2 - 1]! + sorted[sorted.length / 2]!) / 2;
  const word = (start: number): number => {
    let bits = 0;
    for (let i = start; i < start + 32; i++) bits = (bits << 1) | (frequencies[i]! > median ? 1 : 0);
    return bits >>> 0;
  };
  return [word(0), word(32)];
}

/** Number of ones in 32 bits. */
export function bitCount(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Number of bits that differ, from 0 to 64. */
export function hammingDistance(a: PerceptualHash, b: PerceptualHash): number {
  return bitCount(a[0] ^ b[0]) + bitCount(a[1] ^ b[1]);
}
