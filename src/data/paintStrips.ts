import type * as tf from '@tensorflow/tfjs-core';

import { assertPositiveInteger } from '../errors.js';
import type { RasterImage } from './image.js';
import { tensorToRaster } from './rasterTensor.js';

export interface PaintOptions {
  /**
   * Pixels painted at once, rounded to whole rows: bounds the memory that a large picture takes.
   *
   * @defaultValue `2 ** 19`
   */
  readonly stripPixels?: number;
  /** Gives up between two strips; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Paints the rows of `strip`, which begin at row `first` of the whole: sRGB in [0, 1], shape `[rows, width, 3]`. */
export type PaintStrip = (strip: RasterImage, first: number) => tf.Tensor3D;

/** Rows `first` to `first + rows` of a picture, without copying them. */
function stripOf(image: RasterImage, first: number, rows: number): RasterImage {
  const rowLength = image.data.length / image.height;
  const data = image.data.subarray(first * rowLength, (first + rows) * rowLength);
  return { width: image.width, height: rows, data };
}

/**
 * A picture as large as `image`, painted strip by strip.
 *
 * @param paint Its result is disposed here.
 * @returns A picture of three channels.
 * @throws {RangeError} If `stripPixels` is not a positive integer.
 */
export async function paintStrips(
  image: RasterImage,
  paint: PaintStrip,
  options: PaintOptions = {},
): Promise<RasterImage> {
  const { stripPixels = 2 ** 19, signal } = options;
  assertPositiveInteger('paint in strips', 'stripPixels', stripPixels);
  const { width, height } = image;
  const data = new Uint8ClampedArray(width * height * 3);
  const rowsAtOnce = Math.max(1, Math.floor(stripPixels / width));
  for (let first = 0; first < height; first += rowsAtOnce) {
    signal?.throwIfAborted();
    const painted = paint(stripOf(image, first, Math.min(rowsAtOnce, height - first)), first);
    try {
      data.set((await tensorToRaster(painted)).data, first * width * 3);
    } finally {
      painted.dispose();
    }
  }
  return { width, height, data };
}
