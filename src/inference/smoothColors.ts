import type { TensorData } from '../checkpoint/tensorData.js';
import type { RasterImage } from '../data/image.js';
import { COLOR_FIELD_SCALE } from '../data/networkColor.js';
import type { RowColors } from '../data/paintColors.js';
import { type InterpolationRow, interpolationRows } from '../data/resize.js';

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

/** The rows of a color field, brought to the size of the photo by linear interpolation, whatever the photo shows. */
export function smoothColors(
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
