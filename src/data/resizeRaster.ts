import * as tf from '@tensorflow/tfjs-core';

import { resizeGrid } from './grid.js';
import { channelsOf, type RasterImage } from './image.js';
import { BYTE_SCALE, rgbValues } from './rasterTensor.js';
import type { ResizeOptions } from './resize.js';

/**
 * A decoded picture as a tensor of another size: what `resizeImage` makes of `rasterToTensor`, without a tensor as large as
 * the picture.
 *
 * @returns sRGB in [0, 1], shape `[1, height, width, 3]`, to be disposed by the caller.
 * @throws {RangeError} If the picture has no width or height.
 * @throws {TypeError} If the picture's data do not fit its width and height.
 */
export function resizeRaster(image: RasterImage, { height, width }: ResizeOptions): tf.Tensor4D {
  const isRgb = channelsOf('resize an image', image) === 3;
  const picture = { ...image, channels: 3, values: isRgb ? image.data : rgbValues(image) };
  const { values } = resizeGrid(picture, { height, width });
  const scale = isRgb ? 1 / BYTE_SCALE : 1;
  const rgb = new Float32Array(values.length);
  for (let i = 0; i < rgb.length; i++) rgb[i] = values[i]! * scale;
  return tf.tensor4d(rgb, [1, height, width, 3]);
}
