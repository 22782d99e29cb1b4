import { assertPositiveInteger } from '../errors.js';
import { nextTask } from '../nextTask.js';
import { encodedOf, LAB_SCALES, labCurveInverse, RGB_FROM_XYZ } from './colorCurves.js';
import { canShow, gamutShare } from './gamut.js';
import type { RasterImage } from './image.js';
import type { RowLightness } from './lightnessRows.js';
import { BYTE_SCALE } from './rasterTensor.js';

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

/**
 * Lab colors of one row of pixels, a and b interleaved; it may be overwritten once the next row is asked for.
 *
 * `lightness` is that of the row, as in {@link RowLightness}.
 */
export type RowColors = (row: number, lightness: Float32Array) => Float32Array;

/** Steps of the table from linear light to bytes: near black, where it is steepest, a step is a fifth of a byte. */
const STEPS = 2 ** 14;

let byteTable: Uint8Array | undefined;

/** The bytes of linear light, in `STEPS` steps from 0 to 1; made on first use, as an import is to do no work. */
function encodedBytes(): Uint8Array {
  byteTable ??= Uint8Array.from({ length: STEPS + 1 }, (_, i) =>
    Math.round(encodedOf(i / STEPS) * BYTE_SCALE),
  );
  return byteTable;
}

/** The byte of linear light. */
function byteOf(bytes: Uint8Array, light: number): number {
  if (light >= 1) return BYTE_SCALE;
  return light > 0 ? bytes[(light * STEPS + 0.5) | 0]! : 0;
}

/** sRGB bytes of one row. */
function writeRow(target: Uint8ClampedArray, lightness: Float32Array, ab: Float32Array): void {
  const [xr, yr, zr, xg, yg, zg, xb, yb, zb] = RGB_FROM_XYZ;
  const [perA, perB] = [1 / LAB_SCALES.a, 1 / LAB_SCALES.b];
  const bytes = encodedBytes();
  for (let i = 0, j = 0; i < lightness.length; i++, j += 3) {
    const f = lightness[i]!;
    const dx = perA * ab[2 * i]!;
    const dz = perB * ab[2 * i + 1]!;
    const y = labCurveInverse(f);
    let x = labCurveInverse(f + dx);
    let z = labCurveInverse(f - dz);
    let red = xr * x + yr * y + zr * z;
    let green = xg * x + yg * y + zg * z;
    let blue = xb * x + yb * y + zb * z;
    if (!(canShow(red) && canShow(green) && canShow(blue))) {
      const share = gamutShare(f, dx, dz);
      x = labCurveInverse(f + share * dx);
      z = labCurveInverse(f - share * dz);
      red = xr * x + yr * y + zr * z;
      green = xg * x + yg * y + zg * z;
      blue = xb * x + yb * y + zb * z;
    }
    target[j] = byteOf(bytes, red);
    target[j + 1] = byteOf(bytes, green);
    target[j + 2] = byteOf(bytes, blue);
  }
}

/** What a picture is painted of, row by row. */
export interface PaintSources {
  readonly lightness: RowLightness;
  readonly colors: RowColors;
}

/**
 * A picture of given lightness and colors.
 *
 * It computes what `labToRgb` does, byte for byte but for rounding, in one pass over the pixels that no backend does as fast:
 * nothing of the size of the picture is kept but the result. A color that sRGB cannot show is brought nearer to grey, at the
 * same lightness and hue, until sRGB can.
 *
 * @returns A picture of three channels.
 * @throws {RangeError} If `stripPixels` is not a positive integer.
 */
export async function paintColors(
  { width, height }: Pick<RasterImage, 'width' | 'height'>,
  { lightness, colors }: PaintSources,
  options: PaintOptions = {},
): Promise<RasterImage> {
  const { stripPixels = 2 ** 19, signal } = options;
  assertPositiveInteger('paint in strips', 'stripPixels', stripPixels);
  const data = new Uint8ClampedArray(width * height * 3);
  const rowsAtOnce = Math.max(1, Math.floor(stripPixels / width));
  signal?.throwIfAborted();
  for (let row = 0; row < height; row++) {
    if (row > 0 && row % rowsAtOnce === 0) {
      await nextTask();
      signal?.throwIfAborted();
    }
    const own = lightness(row);
    writeRow(data.subarray(row * width * 3, (row + 1) * width * 3), own, colors(row, own));
  }
  return { width, height, data };
}
