import * as tf from '@tensorflow/tfjs-core';

import { randomGenerator } from '../../src/random.js';

/** Values uniform in [-1, 1) for a tensor of `shape`. */
export function uniform(shape: readonly number[], seed: number): Float32Array {
  const generator = randomGenerator(seed);
  return Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => 2 * generator.uniform() - 1);
}

/** A function of tensors, in the type that `tf.grads` takes. */
export type Differentiable = (...inputs: tf.Tensor[]) => tf.Tensor;

/** A function of image tensors as {@link Differentiable}. */
export function onImages(run: (...inputs: tf.Tensor4D[]) => tf.Tensor): Differentiable {
  return run as Differentiable;
}
