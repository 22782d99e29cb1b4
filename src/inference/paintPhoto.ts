import * as tf from '@tensorflow/tfjs-core';

import type { TensorData } from '../checkpoint/tensorData.js';
import { channelsOf, type RasterImage } from '../data/image.js';
import { clipToGamut, labToRgb, rgbToLightness } from '../data/lab.js';
import { colorFieldToAb } from '../data/networkColor.js';
import { rasterToTensor, tensorToRaster } from '../data/rasterTensor.js';
import { interpolationMatrix, resizeImage } from '../data/resize.js';

/** Photos are painted in strips of about so many pixels, which bounds the memory that a large one takes. */
const STRIP_PIXELS = 2 ** 19;

export interface PaintOptions {
  /** Gives up between two strips; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Rows `first` to `first + rows` of a photo, without copying them. */
function stripOf(photo: RasterImage, first: number, rows: number): RasterImage {
  const rowLength = photo.data.length / photo.height;
  const data = photo.data.subarray(first * rowLength, (first + rows) * rowLength);
  return { width: photo.width, height: rows, data };
}

/** The color field as ab, as wide as the photo: shape `[fieldHeight, width * 2]`. */
function widen(colorField: TensorData, width: number): tf.Tensor2D {
  const [height, fieldWidth] = colorField.shape as [number, number, number];
  return tf.tidy(() => {
    const field = tf.tensor4d(colorField.values as Float32Array, [1, height, fieldWidth, 2]);
    return tf.reshape(resizeImage(colorFieldToAb(field), { height, width }), [height, width * 2]);
  });
}

/** The colored rows of one strip: rows of the color field are the rows of `matrix`. */
async function paintStrip(strip: RasterImage, wide: tf.Tensor2D, matrix: Float32Array): Promise<RasterImage> {
  const { width, height: rows } = strip;
  const painted = tf.tidy(() => {
    const lightness = rgbToLightness(rasterToTensor(strip)); // [rows, width, 1]
    const tall = tf.matMul(tf.tensor2d(matrix, [rows, wide.shape[0]]), wide);
    const ab = tf.reshape<tf.Rank.R3>(tall, [rows, width, 2]);
    return clipToGamut(labToRgb(tf.concat([lightness, ab], 2)));
  });
  try {
    return await tensorToRaster(painted);
  } finally {
    painted.dispose();
  }
}

/**
 * A photo in the colors of a small color field: its own lightness at its own size, colors brought to that size.
 *
 * @param photo Grey or colored; of a colored photo only the lightness is used.
 * @param colorField `ab / 128`, shape `[fieldHeight, fieldWidth, 2]`; it covers the whole photo, whatever its proportions.
 * @returns A picture of three channels, as large as `photo`.
 * @throws {TypeError} If the photo's data do not fit its width and height.
 */
export async function paintPhoto(
  photo: RasterImage,
  colorField: TensorData,
  options: PaintOptions = {},
): Promise<RasterImage> {
  channelsOf('paint a photo', photo);
  const { width, height } = photo;
  const data = new Uint8ClampedArray(width * height * 3);
  const rowsAtOnce = Math.max(1, Math.floor(STRIP_PIXELS / width));
  const scale = colorField.shape[0]! / height;
  const wide = widen(colorField, width);
  try {
    for (let first = 0; first < height; first += rowsAtOnce) {
      options.signal?.throwIfAborted();
      const rows = Math.min(rowsAtOnce, height - first);
      const window = { start: first * scale, length: rows * scale };
      const matrix = interpolationMatrix(colorField.shape[0]!, rows, window);
      const painted = await paintStrip(stripOf(photo, first, rows), wide, matrix);
      data.set(painted.data, first * width * 3);
    }
  } finally {
    wide.dispose();
  }
  return { width, height, data };
}
