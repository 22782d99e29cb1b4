import { util } from '@tensorflow/tfjs-core';

import type { TensorData } from '../checkpoint/tensorData.js';
import { channelsOf, type RasterImage } from '../data/image.js';
import { lightnessRows, type RowLightness } from '../data/lightnessRows.js';
import { COLOR_FIELD_SCALE } from '../data/networkColor.js';
import { paintColors, type PaintOptions, type RowColors } from '../data/paintColors.js';
import { type InterpolationRow, interpolationRows } from '../data/resize.js';
import { argumentMessage, assertShape } from '../errors.js';

const ACTION = 'paint a photo';

function assertColorField({ shape, values }: TensorData): void {
  assertShape(ACTION, 'colorField', { shape: [...shape] }, ['fieldHeight', 'fieldWidth', 2]);
  const length = util.sizeFromShape([...shape]);
  if (length > 0 && values.length === length) return;
  const rule = `be above 0 and the product of the shape, ${length}`;
  throw new RangeError(argumentMessage(ACTION, 'colorField.values.length', rule, values.length));
}

/** The weighted sum of consecutive values, `step` apart. */
function weightedSum(
  values: ArrayLike<number>,
  start: number,
  step: number,
  weights: readonly number[],
): number {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) sum += weights[k]! * values[start + k * step]!;
  return sum;
}

/** The color field as ab, as wide as the photo: shape `[fieldHeight, width, 2]`. */
function widen({ shape, values }: TensorData, width: number): Float32Array {
  const [height, fieldWidth] = shape as [number, number, number];
  const wide = new Float32Array(height * width * 2);
  for (const [x, { first, weights }] of interpolationRows(fieldWidth, width, {}).entries()) {
    const scaled = weights.map((weight) => weight * COLOR_FIELD_SCALE);
    for (let i = 0; i < height * 2; i++) {
      const [row, channel] = [i >> 1, i & 1];
      wide[(row * width + x) * 2 + channel] = weightedSum(
        values,
        (row * fieldWidth + first) * 2 + channel,
        2,
        scaled,
      );
    }
  }
  return wide;
}

/** `target = sum{ weights[k] * rows[first + k] : k }`, two rows at a time: growing needs no more. */
function mixRows(target: Float32Array, rows: Float32Array, { first, weights }: InterpolationRow): void {
  const { length } = target;
  for (let k = 0; k < weights.length; k += 2) {
    const [factor, nextFactor] = [weights[k]!, weights[k + 1] ?? 0];
    const start = (first + k) * length;
    const next = nextFactor === 0 ? start : start + length;
    for (let i = 0; i < length; i++) {
      const before = k === 0 ? 0 : target[i]!;
      target[i] = before + factor * rows[start + i]! + nextFactor * rows[next + i]!;
    }
  }
}

/** The rows of a color field, brought to the size of the photo. */
function fieldColors(
  colorField: TensorData,
  { width, height }: Pick<RasterImage, 'width' | 'height'>,
): RowColors {
  const wide = widen(colorField, width);
  const rows = interpolationRows(colorField.shape[0]!, height, {});
  const colors = new Float32Array(width * 2);
  return (row) => {
    mixRows(colors, wide, rows[row]!);
    return colors;
  };
}

/** Paints one photo in the colors of a color field. */
export type PhotoPainter = (colorField: TensorData, options?: PaintOptions) => Promise<RasterImage>;

/**
 * A painter of one photo.
 *
 * @param lightness The photo's: kept for a photo that is painted several times.
 */
export function photoPainter(
  photo: Pick<RasterImage, 'width' | 'height'>,
  lightness: RowLightness,
): PhotoPainter {
  return async (colorField, options) => {
    assertColorField(colorField);
    return paintColors(photo, { lightness, colors: fieldColors(colorField, photo) }, options);
  };
}

/**
 * A photo in the colors of a small color field: its own lightness at its own size, colors brought to that size.
 *
 * @param photo Grey or colored; of a colored photo only the lightness is used.
 * @param colorField `ab / 128`, shape `[fieldHeight, fieldWidth, 2]`; it covers the whole photo, whatever its proportions.
 * @returns A picture of three channels, as large as `photo`.
 * @throws {TypeError} If the photo's data do not fit its width and height.
 * @throws {ShapeError} If the color field is not of that shape.
 * @throws {RangeError} If the photo has no width or height, the color field's values do not fit its shape, or `stripPixels` is
 *   not a positive integer.
 */
export async function paintPhoto(
  photo: RasterImage,
  colorField: TensorData,
  options: PaintOptions = {},
): Promise<RasterImage> {
  channelsOf(ACTION, photo);
  return photoPainter(photo, lightnessRows(photo))(colorField, options);
}
