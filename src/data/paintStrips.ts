import type * as tf from '@tensorflow/tfjs-core';

import type { RasterImage } from './image.js';
import { tensorToRaster } from './rasterTensor.js';

/** Pictures are painted in strips of about so many pixels, which bounds the memory that a large one takes. */
const STRIP_PIXELS = 2 ** 19;

/** Paints the rows of `strip`, which begin at row `first` of the whole: sRGB in [0, 1], shape `[rows, width, 3]`. */
export type PaintStrip = (strip: RasterImage, first: number) => tf.Tensor3D;

/** Rows `first` to `first + rows` of a picture, without copying them. */
function stripOf(image: RasterImage, first: number, rows: number): RasterImage {
  const rowLength = image.data.length / image.height;
  const data = image.data.subarray(first * rowLength, (first + rows) * rowLength);
  return { width: image.width, height: rows, data };
}

/**
 * A picture as large as `image`, painted strip by strip; it checks nothing.
 *
 * @param paint Its result is disposed here.
 * @returns A picture of three channels.
 */
export async function paintStrips(
  image: RasterImage,
  paint: PaintStrip,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<RasterImage> {
  const { width, height } = image;
  const data = new Uint8ClampedArray(width * height * 3);
  const rowsAtOnce = Math.max(1, Math.floor(STRIP_PIXELS / width));
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
