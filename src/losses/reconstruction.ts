import * as tf from '@tensorflow/tfjs-core';

import { assertShape } from '../errors.js';
import { safeSqrt } from './safeSqrt.js';

const IMAGE = ['batch', 'height', 'width', 'channels'] as const;

function assertImages(
  name: string,
  target: tf.Tensor4D,
  prediction: tf.Tensor4D,
  weights?: tf.Tensor4D,
): void {
  const action = `compute ${name}`;
  assertShape(action, 'target', target, IMAGE);
  assertShape(action, 'prediction', prediction, target.shape);
  if (weights !== undefined) assertShape(action, 'weights', weights, [...target.shape.slice(0, 3), 1]);
}

/** Sum of `weights * errors` over pixels and channels, shape `[batch]`. */
function sumWeighted(errors: tf.Tensor, weights?: tf.Tensor4D): tf.Tensor1D {
  return tf.sum<tf.Tensor1D>(weights ? tf.mul(errors, weights) : errors, [1, 2, 3]);
}

/**
 * Weighted sum of squared differences.
 *
 * `sum{ weights[y][x] * (target[y][x][c] - prediction[y][x][c])**2 : y, x, c }`
 *
 * @param target Shape `[batch, height, width, channels]`.
 * @param prediction Same shape.
 * @param weights Weight of each pixel, the same for its channels, shape `[batch, height, width, 1]`; 1 if left out.
 * @returns Sum per example in squared units of the images, shape `[batch]`, to be disposed by the caller. It is a sum, not
 *   a mean: it grows with the number of pixels.
 * @throws {ShapeError} If the shapes do not fit.
 */
export function weightedSquaredError(
  target: tf.Tensor4D,
  prediction: tf.Tensor4D,
  weights?: tf.Tensor4D,
): tf.Tensor1D {
  assertImages('weightedSquaredError', target, prediction, weights);
  return tf.tidy(() => sumWeighted(tf.square(tf.sub(target, prediction)), weights));
}

/**
 * Weighted Euclidean distance: the square root of `weightedSquaredError`, with the gradient 0 where the images are equal.
 *
 * `sqrt(sum{ weights[y][x] * (target[y][x][c] - prediction[y][x][c])**2 : y, x, c })`
 *
 * The weight enters once, inside the square root, as in both codes that were published with the method.
 *
 * @param target Shape `[batch, height, width, channels]`.
 * @param prediction Same shape.
 * @param weights Weight of each pixel, the same for its channels, shape `[batch, height, width, 1]`; 1 if left out.
 * @returns Distance per example in units of the images, shape `[batch]`, to be disposed by the caller. It grows with the
 *   square root of the number of pixels.
 * @throws {ShapeError} If the shapes do not fit.
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017: the colorfulness term.
 */
export function weightedNorm(
  target: tf.Tensor4D,
  prediction: tf.Tensor4D,
  weights?: tf.Tensor4D,
): tf.Tensor1D {
  assertImages('weightedNorm', target, prediction, weights);
  return tf.tidy(() => safeSqrt(sumWeighted(tf.square(tf.sub(target, prediction)), weights)));
}

/**
 * Weighted sum of absolute differences, with the gradient 0 where the images are equal.
 *
 * `sum{ weights[y][x] * abs(target[y][x][c] - prediction[y][x][c]) : y, x, c }`
 *
 * @param target Shape `[batch, height, width, channels]`.
 * @param prediction Same shape.
 * @param weights Weight of each pixel, the same for its channels, shape `[batch, height, width, 1]`; 1 if left out.
 * @returns Sum per example in units of the images, shape `[batch]`, to be disposed by the caller. It is a sum, not a mean:
 *   it grows with the number of pixels.
 * @throws {ShapeError} If the shapes do not fit.
 */
export function weightedL1(target: tf.Tensor4D, prediction: tf.Tensor4D, weights?: tf.Tensor4D): tf.Tensor1D {
  assertImages('weightedL1', target, prediction, weights);
  return tf.tidy(() => {
    const difference = tf.sub(target, prediction);
    // The gradient of tf.abs at 0 is -1.
    const distance = tf.add(tf.relu(difference), tf.relu(tf.neg(difference)));
    return sumWeighted(distance, weights);
  });
}
