import * as tf from '@tensorflow/tfjs-core';

import { assertShape } from '../errors.js';
import { LOG_TWO_PI } from './diagonalGaussian.js';

/** Parameters of a mixture of Gaussians, one mixture per example. */
export interface GaussianMixture {
  /** Log-weights up to a constant per example, shape `[batch, components]`. */
  readonly logits: tf.Tensor2D;
  /** Component means, shape `[batch, components, latentDim]`. */
  readonly means: tf.Tensor3D;
  /**
   * Natural log of the components' standard deviations, shape `[batch, components, latentDim]`, or
   * `[batch, components, 1]` where the deviations of a component are equal in all dimensions (isotropic).
   */
  readonly logStdDevs: tf.Tensor3D;
}

/**
 * @param expected `[batch, latentDim]`, where a string stands for any size.
 * @throws {ShapeError} If the parameters of `mixture` do not fit `expected` or each other.
 */
export function assertMixture(
  action: string,
  mixture: GaussianMixture,
  [batch, latentDim]: readonly (number | string)[] = ['batch', 'latentDim'],
): void {
  const { logits, means, logStdDevs } = mixture;
  assertShape(action, 'mixture.logits', logits, [batch!, 'components']);
  assertShape(action, 'mixture.means', means, [...logits.shape, latentDim!]);
  const isotropic = logStdDevs.shape[2] === 1;
  assertShape(action, 'mixture.logStdDevs', logStdDevs, isotropic ? [...logits.shape, 1] : means.shape);
}

/**
 * 1 where `indices`, int32, shape `[...]`, point and 0 elsewhere, float32, shape `[..., components]`.
 *
 * `tf.oneHot` wants two components at least, and on wasm it writes the bits of integers into float32 (TensorFlow.js 4.22).
 * Call it inside `tf.tidy`: it leaves intermediate tensors behind.
 */
export function indicator(indices: tf.Tensor, components: number): tf.Tensor {
  const distance = tf.sub(tf.expandDims(tf.cast(indices, 'float32'), -1), tf.range(0, components));
  return tf.sub(1, tf.step(tf.square(distance)));
}

/**
 * The rows of `values`, shape `[batch, components, n]`, that `components`, int32, shape `[batch, count]`, names.
 *
 * A product with 0 and 1: the wasm backend's `tf.gather` with batch dimensions reads the wrong rows, and memory beyond
 * them, where `count` is not the number of components (TensorFlow.js 4.22).
 *
 * @returns Shape `[batch, count, n]`. Call it inside `tf.tidy`: it leaves intermediate tensors behind.
 */
export function selectComponents(values: tf.Tensor3D, components: tf.Tensor2D): tf.Tensor3D {
  const choice = indicator(components, values.shape[1]); // [batch, count, components]
  return tf.matMul<tf.Tensor3D>(choice, values);
}

/**
 * `log(w[k] * N(z; means[k], diag(exp(logStdDevs[k])**2)))` for each component, shape `[batch, components]`.
 *
 * Call it inside `tf.tidy`: it leaves intermediate tensors behind and checks nothing.
 */
export function mixtureLogJoint(z: tf.Tensor2D, mixture: GaussianMixture): tf.Tensor2D {
  const { logits, means, logStdDevs } = mixture;
  const latentDim = means.shape[2];
  const difference = tf.sub(tf.expandDims(z, 1), means); // [batch, components, latentDim]
  const standardized = tf.mul(difference, tf.exp(tf.neg(logStdDevs)));
  const distance = tf.sum(tf.square(standardized), 2); // [batch, components]
  const repeats = latentDim / logStdDevs.shape[2];
  const logVolume = tf.mul(tf.sum(logStdDevs, 2), repeats);
  const logDensity = tf.sub(tf.mul(distance, -0.5), tf.add(logVolume, (latentDim / 2) * LOG_TWO_PI));
  return tf.add<tf.Tensor2D>(tf.logSoftmax(logits), logDensity);
}

/**
 * Log-density of codes under one Gaussian mixture per example.
 *
 * `log sum{ w[k] * N(z; means[k], diag(exp(logStdDevs[k])**2)) : k }` with `w = softmax(logits)`, evaluated in log space,
 * so that a code far from every component has a large finite value where its density underflows.
 *
 * @param z Codes, shape `[batch, latentDim]`.
 * @returns Log-density per example in nats, shape `[batch]`, to be disposed by the caller.
 * @throws {ShapeError} If `mixture` does not describe `z`.
 * @see C. M. Bishop, Mixture Density Networks, NCRG/94/004, 1994.
 */
export function mixtureLogProbability(z: tf.Tensor2D, mixture: GaussianMixture): tf.Tensor1D {
  const action = 'compute mixtureLogProbability';
  assertShape(action, 'z', z, ['batch', 'latentDim']);
  assertMixture(action, mixture, z.shape);
  return tf.tidy(() => tf.logSumExp<tf.Tensor1D>(mixtureLogJoint(z, mixture), 1));
}

/**
 * Probability that each component made a code: the posterior of the component, given the code.
 *
 * `r[k] = w[k] * N(z; k) / sum{ w[m] * N(z; m) : m }`
 *
 * @param z Codes, shape `[batch, latentDim]`.
 * @returns Probabilities that sum to 1 over the components, shape `[batch, components]`, to be disposed by the caller.
 * @throws {ShapeError} If `mixture` does not describe `z`.
 * @see C. M. Bishop, Mixture Density Networks, NCRG/94/004, 1994.
 */
export function mixtureResponsibilities(z: tf.Tensor2D, mixture: GaussianMixture): tf.Tensor2D {
  const action = 'compute mixtureResponsibilities';
  assertShape(action, 'z', z, ['batch', 'latentDim']);
  assertMixture(action, mixture, z.shape);
  return tf.tidy(() => tf.softmax(mixtureLogJoint(z, mixture)));
}
