import * as tf from '@tensorflow/tfjs-core';

/** Below this, far under the resolution of a float32 sum of squares, a value counts as 0. */
const SMALLEST = 1e-30;

/**
 * Square root with the gradient 0 at 0, where the gradient of `tf.sqrt` is infinite and that of `tf.norm` is NaN.
 *
 * Call it inside `tf.tidy`: it leaves intermediate tensors behind.
 *
 * @param x Values of at least 0.
 */
export function safeSqrt<T extends tf.Tensor>(x: T): T {
  const positive = tf.step(tf.sub(x, SMALLEST)); // 1 or 0, of gradient 0
  return tf.mul(positive, tf.sqrt(tf.add(x, tf.sub(1, positive))));
}
