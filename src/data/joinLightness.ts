import * as tf from '@tensorflow/tfjs-core';

import { assertShape } from '../errors.js';
import { assertImages } from './assertions.js';
import { clipToGamut, labToRgb } from './lab.js';
import { resizeImage } from './resize.js';

const ACTION = 'joinLightness';

/**
 * Color images of full-size lightness and of colors that may be smaller.
 *
 * The colors are brought to the size of the lightness; the lightness is used as it is, never resampled. Colors that sRGB
 * cannot show are clipped.
 *
 * @param lightness L in [0, 100], shape `[batch, height, width, 1]`.
 * @param ab Lab colors in about [-128, 127], shape `[batch, abHeight, abWidth, 2]`.
 * @returns sRGB in [0, 1], shape `[batch, height, width, 3]`, to be disposed by the caller.
 * @throws {ShapeError} If the shapes do not fit.
 */
export function joinLightness(lightness: tf.Tensor4D, ab: tf.Tensor4D): tf.Tensor4D {
  assertImages(ACTION, 'lightness', lightness, 1);
  const [batch, height, width] = lightness.shape;
  assertShape(ACTION, 'ab', ab, [batch, 'abHeight', 'abWidth', 2]);
  return tf.tidy(() => {
    const lab = tf.concat([lightness, resizeImage(ab, { height, width })], 3);
    return clipToGamut(labToRgb(lab));
  });
}
