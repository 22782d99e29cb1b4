import { assertPositiveInteger } from '../errors.js';
import { nextTask } from '../nextTask.js';
import { encodedOf, LAB_SCALES, labCurveInverse, RGB_FROM_XYZ } from './colorCurves.js';
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

/** Lab colors of one row of pixels, a and b interleaved; it may be overwritten once the next row is asked for. */
export type RowColors = (row: number) => Float32Array;

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

/** The byte of linear light; what sRGB cannot show is clipped. */
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
    const x = labCurveInverse(f + perA * ab[2 * i]!);
    const y = labCurveInverse(f);
    const z = labCurveInverse(f - perB * ab[2 * i + 1]!);
    target[j] = byteOf(bytes, xr * x + yr * y + zr * z);
    target[j + 1] = byteOf(bytes, xg * x + yg * y + zg * z);
    target[j + 2] = byteOf(bytes, xb * x + yb * y + zb * z);
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
 * nothing of the size of the picture is kept but the result.
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
    writeRow(data.subarray(row * width * 3, (row + 1) * width * 3), lightness(row), colors(row));
  }
  return { width, height, data };
}
