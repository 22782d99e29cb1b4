import * as tf from '@tensorflow/tfjs-core';

import type { TensorData } from '../../checkpoint/tensorData.js';
import type { RasterImage } from '../../data/image.js';
import { rgbToLab } from '../../data/lab.js';
import { abToColorField } from '../../data/networkColor.js';
import { rasterToTensor } from '../../data/rasterTensor.js';
import { resizeImage } from '../../data/resize.js';
import { shrinkImage } from '../../data/shrinkImage.js';

/** A picture is first shrunk by whole numbers, to no less than this many times the side that is needed. */
const SHRINK_MARGIN = 4;

/**
 * The colors of a whole picture, squeezed into a square: a color field that paints them.
 *
 * Means are taken of a and b, not of red, green and blue: a result that was painted from a field gives that field back, but for what
 * sRGB could not show.
 *
 * @param size Side of the square, in pixels.
 * @returns `ab / 128`, shape `[size, size, 2]`.
 */
export async function pictureField(picture: RasterImage, size: number): Promise<TensorData> {
  const small = shrinkImage(picture, size * SHRINK_MARGIN);
  const field = tf.tidy(() => {
    const lab = rgbToLab(tf.expandDims<tf.Tensor4D>(rasterToTensor(small), 0));
    return abToColorField(
      resizeImage(tf.slice(lab, [0, 0, 0, 1], [-1, -1, -1, 2]), { height: size, width: size }),
    );
  });
  try {
    return { shape: [size, size, 2], values: await field.data<'float32'>() };
  } finally {
    field.dispose();
  }
}
