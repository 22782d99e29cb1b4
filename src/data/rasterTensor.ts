import * as tf from '@tensorflow/tfjs-core';

import { assertShape } from '../errors.js';
import { channelsOf, type RasterImage } from './image.js';

export const BYTE_SCALE = 255;

/** Bytes as numbers in [0, 1]. */
const UNIT = Float32Array.from({ length: 256 }, (_, byte) => byte / BYTE_SCALE);

/** One color channel in [0, 1], seen in front of a white wall. */
export function overWhite(byte: number, alpha: number): number {
  return (byte * alpha + BYTE_SCALE * (BYTE_SCALE - alpha)) / BYTE_SCALE ** 2;
}

/** sRGB in [0, 1] of a picture, red, green and blue interleaved. */
export function rgbValues({ data, width, height }: RasterImage): Float32Array {
  const values = new Float32Array(width * height * 3);
  const channels = data.length / (width * height);
  if (channels === 3) {
    for (let i = 0; i < values.length; i++) values[i] = UNIT[data[i]!]!;
    return values;
  }
  for (let pixel = 0; pixel < width * height; pixel++) {
    const start = pixel * channels;
    const alpha = channels === 4 ? data[start + 3]! : BYTE_SCALE;
    const next = channels === 4 ? 1 : 0;
    values[pixel * 3] = overWhite(data[start]!, alpha);
    values[pixel * 3 + 1] = overWhite(data[start + next]!, alpha);
    values[pixel * 3 + 2] = overWhite(data[start + 2 * next]!, alpha);
  }
  return values;
}

/**
 * A decoded picture as a tensor.
 *
 * Grey pictures get three equal channels. Transparent pixels are laid over white, as a page would show them; bytes are
 * mixed as they are, which is what browsers do.
 *
 * @returns sRGB in [0, 1], shape `[height, width, 3]`, to be disposed by the caller.
 * @throws {TypeError} If the picture's data do not fit its width and height.
 */
export function rasterToTensor(image: RasterImage): tf.Tensor3D {
  channelsOf('compute rasterToTensor', image);
  return tf.tensor3d(rgbValues(image), [image.height, image.width, 3]);
}

/**
 * A tensor as a picture of three channels: values times 255, rounded to the nearest byte, limited to 0 and 255.
 *
 * @param rgb sRGB in [0, 1], shape `[height, width, 3]`.
 * @throws {ShapeError} If `rgb` is not of that shape.
 */
export async function tensorToRaster(rgb: tf.Tensor3D): Promise<RasterImage> {
  assertShape('compute tensorToRaster', 'rgb', rgb, ['height', 'width', 3]);
  const [height, width] = rgb.shape;
  const values = await rgb.data();
  const data = new Uint8ClampedArray(values.length); // rounds and limits by itself
  for (let i = 0; i < values.length; i++) data[i] = values[i]! * BYTE_SCALE;
  return { width, height, data };
}
