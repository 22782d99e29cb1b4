import * as tf from '@tensorflow/tfjs-core';

import { assertShape } from '../errors.js';

const ACTION = 'compute mahalanobis';

/** Leading principal components of images, as tensors that belong to the caller. */
export interface PrincipalComponents {
  /**
   * Orthonormal rows, the component of the largest variance first, shape `[components, height * width * channels]`. The
   * second axis is an image flattened with channels innermost.
   */
  readonly components: tf.Tensor2D;
  /** Variance of the images along each component, above 0, shape `[components]`. */
  readonly variances: tf.Tensor1D;
}

/**
 * Squared Mahalanobis distance of images, with the variances of their leading principal components; what is left beside
 * the components counts with the last of the variances.
 *
 * `sum{ (d . p[k])**2 / variances[k] : k } + |d - sum{ (d . p[k]) * p[k] : k }|**2 / variances[last]`, where `d` is
 * `target - prediction` as a vector and `p[k]` are the components.
 *
 * @param target Shape `[batch, height, width, channels]`.
 * @param prediction Same shape.
 * @param components Fitted to images of the same shape and units. The method uses 20.
 * @returns Squared distance per example in squared standard deviations, shape `[batch]`, to be disposed by the caller.
 * @throws {ShapeError} If the shapes do not fit.
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017: the specificity term.
 */
export function mahalanobis(
  target: tf.Tensor4D,
  prediction: tf.Tensor4D,
  { components, variances }: PrincipalComponents,
): tf.Tensor1D {
  assertShape(ACTION, 'target', target, ['batch', 'height', 'width', 'channels']);
  assertShape(ACTION, 'prediction', prediction, target.shape);
  const [batch, height, width, channels] = target.shape;
  const dimensions = height * width * channels;
  assertShape(ACTION, 'components.components', components, ['components', dimensions]);
  const count = components.shape[0];
  assertShape(ACTION, 'components.variances', variances, [count]);

  return tf.tidy(() => {
    const difference = tf.reshape(tf.sub(target, prediction), [batch, dimensions]);
    const projections = tf.matMul(difference, components, false, true); // [batch, components]
    const residual = tf.sub(difference, tf.matMul(projections, components)); // [batch, dimensions]
    const within = tf.sum(tf.div(tf.square(projections), variances), 1);
    const beside = tf.div(tf.sum(tf.square(residual), 1), tf.slice(variances, count - 1, 1));
    return tf.add<tf.Tensor1D>(within, beside);
  });
}
