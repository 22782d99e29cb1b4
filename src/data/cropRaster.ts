import * as tf from '@tensorflow/tfjs-core';

import type { CropWindow } from './crop.js';
import { channelsOf, type RasterImage } from './image.js';
import { rgbValues } from './rasterTensor.js';
import { type InterpolationRow, interpolationRows } from './resize.js';

/** Source samples from `first` up to `end`, not included. */
interface Span {
  readonly first: number;
  readonly end: number;
}

/** The source samples that rows use. */
function spanOf(rows: readonly InterpolationRow[]): Span {
  return {
    first: Math.min(...rows.map(({ first }) => first)),
    end: Math.max(...rows.map(({ first, weights }) => first + weights.length)),
  };
}

/** The part of a picture that is used, with the same channels. */
function cut({ width, data }: RasterImage, channels: number, rows: Span, columns: Span): RasterImage {
  const size = { width: columns.end - columns.first, height: rows.end - rows.first };
  const part = new Uint8Array(size.width * size.height * channels);
  for (let y = 0; y < size.height; y++) {
    const start = ((rows.first + y) * width + columns.first) * channels;
    part.set(data.subarray(start, start + size.width * channels), y * size.width * channels);
  }
  return { ...size, data: part };
}

/** `[height, width, 3]` with as many rows as `rows`; source rows count from `origin`. */
function resizeRows(values: Float32Array, width: number, rows: readonly InterpolationRow[], origin: number) {
  const inner = width * 3;
  const result = new Float32Array(rows.length * inner);
  for (const [y, { first, weights }] of rows.entries()) {
    for (const [k, weight] of weights.entries()) {
      addScaled(result, y * inner, values.subarray((first - origin + k) * inner), [weight, inner]);
    }
  }
  return result;
}

/** Adds `weight * source[i]` to `count` elements of `target`. */
function addScaled(
  target: Float32Array,
  start: number,
  source: Float32Array,
  [weight, count]: readonly [weight: number, count: number],
): void {
  for (let i = 0; i < count; i++) target[start + i]! += weight * source[i]!;
}

/** `[height, width, 3]` with as many columns as `columns`; source columns count from `origin`. */
function resizeColumns(
  values: Float32Array,
  width: number,
  columns: readonly InterpolationRow[],
  origin: number,
) {
  const height = values.length / (width * 3);
  const result = new Float32Array(height * columns.length * 3);
  for (const [x, { first, weights }] of columns.entries()) {
    const offset = (first - origin) * 3;
    for (let y = 0; y < height; y++) {
      const target = (y * columns.length + x) * 3;
      addPixels(result, target, values, { start: y * width * 3 + offset, weights });
    }
  }
  return result;
}

/** Adds weighted consecutive pixels of `source` to one pixel of `target`. */
function addPixels(
  target: Float32Array,
  at: number,
  source: Float32Array,
  { start, weights }: { readonly start: number; readonly weights: readonly number[] },
): void {
  let [red, green, blue] = [0, 0, 0];
  for (let k = 0; k < weights.length; k++) {
    const [weight, pixel] = [weights[k]!, start + k * 3];
    red += weight * source[pixel]!;
    green += weight * source[pixel + 1]!;
    blue += weight * source[pixel + 2]!;
  }
  target[at] = red;
  target[at + 1] = green;
  target[at + 2] = blue;
}

/**
 * A part of a decoded picture at another size: what `cropImages` gives, from bytes and without a pass over the whole picture,
 * several times faster for one small example of a large photo.
 *
 * @param size Side of the square result, in pixels.
 * @returns sRGB in [0, 1], shape `[size, size, 3]`, to be disposed by the caller.
 * @throws {TypeError} If the picture's data do not fit its width and height.
 */
export function cropRaster(image: RasterImage, window: CropWindow, size: number): tf.Tensor3D {
  const channels = channelsOf('crop a picture', image);
  const { top, left, height, width, flip } = window;
  const rows = interpolationRows(image.height, size, { start: top, length: height });
  const columns = interpolationRows(image.width, size, { start: left, length: width, flip });
  const [rowSpan, columnSpan] = [spanOf(rows), spanOf(columns)];
  const part = cut(image, channels, rowSpan, columnSpan);
  const low = resizeRows(rgbValues(part), part.width, rows, rowSpan.first);
  return tf.tensor3d(resizeColumns(low, part.width, columns, columnSpan.first), [size, size, 3]);
}
