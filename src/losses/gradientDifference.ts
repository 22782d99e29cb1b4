import * as tf from '@tensorflow/tfjs-core';

import { argumentMessage, assertOneOf, assertShape } from '../errors.js';
import { safeSqrt } from './safeSqrt.js';

const ACTION = 'compute gradientDifference';
const FORMS = ['squared', 'norm'] as const;

export interface GradientDifferenceOptions {
  /**
   * `'squared'` is the sum of squares, as in the paper; `'norm'` its square root, as in the authors' code, with the
   * gradient 0 where the image gradients are equal.
   *
   * @defaultValue `'squared'`
   */
  readonly form?: (typeof FORMS)[number];
}

/**
 * Difference of the spatial gradients of two images, which punishes false and missing color edges.
 *
 * `sum{ (d[y+1][x] - d[y][x])**2 + (d[y][x+1] - d[y][x])**2 : y < height-1, x < width-1, all channels }`, where `d` is
 * `target - prediction`: forward differences where both exist.
 *
 * @param target Shape `[batch, height, width, channels]`, height and width at least 2.
 * @param prediction Same shape.
 * @returns Sum of squares, or its square root, per example, shape `[batch]`, to be disposed by the caller.
 * @throws {ShapeError} If the shapes do not fit.
 * @throws {RangeError} If height or width is below 2.
 * @throws {TypeError} If `form` is unknown.
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017: the gradient term.
 */
export function gradientDifference(
  target: tf.Tensor4D,
  prediction: tf.Tensor4D,
  options: GradientDifferenceOptions = {},
): tf.Tensor1D {
  const { form = 'squared' } = options;
  assertOneOf(ACTION, 'form', form, FORMS);
  assertShape(ACTION, 'target', target, ['batch', 'height', 'width', 'channels']);
  assertShape(ACTION, 'prediction', prediction, target.shape);
  const [batch, height, width, channels] = target.shape;
  if (height < 2 || width < 2) {
    throw new RangeError(
      argumentMessage(ACTION, 'target', 'have a height and width of at least 2', target.shape),
    );
  }

  return tf.tidy(() => {
    const difference = tf.sub<tf.Tensor4D>(target, prediction);
    const size: [number, number, number, number] = [batch, height - 1, width - 1, channels];
    const corner = tf.slice4d(difference, [0, 0, 0, 0], size);
    const vertical = tf.sub(tf.slice4d(difference, [0, 1, 0, 0], size), corner);
    const horizontal = tf.sub(tf.slice4d(difference, [0, 0, 1, 0], size), corner);
    const squares = tf.add(tf.square(vertical), tf.square(horizontal));
    const total = tf.sum<tf.Tensor1D>(squares, [1, 2, 3]);
    return form === 'norm' ? safeSqrt(total) : total;
  });
}
