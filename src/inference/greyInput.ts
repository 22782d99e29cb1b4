import * as tf from '@tensorflow/tfjs-core';

import type { RasterImage } from '../data/image.js';
import { rgbToLightness } from '../data/lab.js';
import { rasterToTensor } from '../data/rasterTensor.js';
import { resizeImage } from '../data/resize.js';
import { shrinkImage } from '../data/shrinkImage.js';

/** A photo is first shrunk by whole numbers, to no less than this many times the side that is needed. */
const SHRINK_MARGIN = 4;

/**
 * The lightness of a whole photo, squeezed into a square: what the networks see of it.
 *
 * The photo is resized before its lightness is taken, as in training.
 *
 * @param size Side of the square, in pixels.
 * @returns L in [0, 100], shape `[1, size, size, 1]`, to be disposed by the caller.
 */
export function squareLightness(photo: RasterImage, size: number): tf.Tensor4D {
  const small = shrinkImage(photo, size * SHRINK_MARGIN);
  return tf.tidy(() => {
    const rgb = tf.expandDims<tf.Tensor4D>(rasterToTensor(small), 0);
    return rgbToLightness(resizeImage(rgb, { height: size, width: size }));
  });
}
