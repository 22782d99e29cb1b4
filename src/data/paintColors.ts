import { assertPositiveInteger } from '../errors.js';
import { nextTask } from '../nextTask.js';
import {
  encodedOf,
  LAB_SCALES,
  labCurve,
  labCurveInverse,
  linearOf,
  RGB_FROM_XYZ,
  XYZ_FROM_RGB,
} from './colorCurves.js';
import type { RasterImage } from './image.js';
import { BYTE_SCALE, overWhite } from './rasterTensor.js';

export interface PaintOptions {
  /**
   * Pixels painted in one go, rounded to whole rows; in between, the event loop gets a turn.
   *
   * @defaultValue `2 ** 19`
   */
  readonly stripPixels?: number;
  /** Gives up between two strips; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Lab colors of one row of pixels, a and b interleaved; it may be overwritten once the next row is asked for. */
export type RowColors = (row: number) => Float32Array;

/** Steps of the table from linear light to bytes: near black, where it is steepest, a step is a fifth of a byte. */
const STEPS = 2 ** 14;

interface Tables {
  /** Linear light of each byte. */
  readonly linear: Float64Array;
  /** The byte of linear light, in `STEPS` steps from 0 to 1. */
  readonly byte: Uint8Array;
}

let tables: Tables | undefined;

/** Made on first use, as an import is to do no work. */
function colorTables(): Tables {
  tables ??= {
    linear: Float64Array.from({ length: 256 }, (_, byte) => linearOf(byte / BYTE_SCALE)),
    byte: Uint8Array.from({ length: STEPS + 1 }, (_, i) => Math.round(encodedOf(i / STEPS) * BYTE_SCALE)),
  };
  return tables;
}

/** `f(Y)` of one row of pixels, which is `(L + 16) / 116`. */
function readLightness({ data, width, height }: RasterImage, row: number, lightness: Float32Array): void {
  const [, , , red, green, blue] = XYZ_FROM_RGB;
  const { linear } = colorTables();
  const channels = data.length / (width * height);
  const next = channels === 1 ? 0 : 1;
  const light = (byte: number, alpha: number): number =>
    alpha === BYTE_SCALE ? linear[byte]! : linearOf(overWhite(byte, alpha));
  for (let x = 0, i = row * width * channels; x < width; x++, i += channels) {
    const alpha = channels === 4 ? data[i + 3]! : BYTE_SCALE;
    const y = red * light(data[i]!, alpha) + green * light(data[i + next]!, alpha);
    lightness[x] = labCurve(y + blue * light(data[i + 2 * next]!, alpha));
  }
}

/** The byte of linear light; what sRGB cannot show is clipped. */
function byteOf(bytes: Uint8Array, light: number): number {
  if (light >= 1) return BYTE_SCALE;
  return light > 0 ? bytes[(light * STEPS + 0.5) | 0]! : 0;
}

/** sRGB bytes of one row. */
function writeRow(target: Uint8ClampedArray, lightness: Float32Array, ab: Float32Array): void {
  const [xr, yr, zr, xg, yg, zg, xb, yb, zb] = RGB_FROM_XYZ;
  const [perA, perB] = [1 / LAB_SCALES.a, 1 / LAB_SCALES.b];
  const { byte } = colorTables();
  for (let i = 0, j = 0; i < lightness.length; i++, j += 3) {
    const f = lightness[i]!;
    const x = labCurveInverse(f + perA * ab[2 * i]!);
    const y = labCurveInverse(f);
    const z = labCurveInverse(f - perB * ab[2 * i + 1]!);
    target[j] = byteOf(byte, xr * x + yr * y + zr * z);
    target[j + 1] = byteOf(byte, xg * x + yg * y + zg * z);
    target[j + 2] = byteOf(byte, xb * x + yb * y + zb * z);
  }
}

/**
 * A picture of the lightness L* of `image` and of other colors.
 *
 * It computes what `rgbToLightness` and `labToRgb` do, byte for byte but for rounding, in one pass over the pixels that no
 * backend does as fast: nothing of the size of the picture is kept but the result.
 *
 * @returns A picture of three channels.
 * @throws {RangeError} If `stripPixels` is not a positive integer.
 */
export async function paintColors(
  image: RasterImage,
  colors: RowColors,
  options: PaintOptions = {},
): Promise<RasterImage> {
  const { stripPixels = 2 ** 19, signal } = options;
  assertPositiveInteger('paint in strips', 'stripPixels', stripPixels);
  const { width, height } = image;
  const data = new Uint8ClampedArray(width * height * 3);
  const lightness = new Float32Array(width);
  const rowsAtOnce = Math.max(1, Math.floor(stripPixels / width));
  signal?.throwIfAborted();
  for (let row = 0; row < height; row++) {
    if (row > 0 && row % rowsAtOnce === 0) {
      await nextTask();
      signal?.throwIfAborted();
    }
    readLightness(image, row, lightness);
    writeRow(data.subarray(row * width * 3, (row + 1) * width * 3), lightness, colors(row));
  }
  return { width, height, data };
}
