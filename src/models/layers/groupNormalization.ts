import * as tf from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers, type Shape } from '@tensorflow/tfjs-layers';

import { argumentMessage, assertPositive, assertPositiveInteger, assertShape } from '../../errors.js';
import { GROUP_NORMALIZE, GROUP_NORMALIZE_GRADIENT, runFusedKernel } from '../../fusedKernels.js';

const ACTION = 'create GroupNormalization';

export interface GroupNormalizationLayerArgs {
  /** Number of groups; divides the number of channels. */
  readonly groups: number;
  /** Added to the variance. */
  readonly epsilon: number;
  readonly name?: string;
}

export interface GroupNormalizationOptions {
  readonly groups: number;
  readonly epsilon: number;
}

/** @throws {RangeError} If `groups` is not a positive integer that divides `channels`. */
function assertGroups(action: string, groups: number, channels: number): void {
  assertPositiveInteger(action, 'groups', groups);
  if (channels % groups === 0) return;
  throw new RangeError(
    argumentMessage(action, 'groups', `divide the number of channels, ${channels}`, groups),
  );
}

/** Mean over height and width, shape `[batch, 1, 1, channels]`; pooling is the fast kernel for it on every backend. */
function spatialMean(x: tf.Tensor4D): tf.Tensor4D {
  return tf.avgPool(x, [x.shape[1], x.shape[2]], 1, 'valid');
}

/** Mean over the channels of each group, given to each of them: `[batch, 1, 1, channels]` to the same shape. */
function groupMean(x: tf.Tensor4D, groups: number): tf.Tensor4D {
  const [batch, , , channels] = x.shape;
  const grouped = tf.reshape(x, [batch, groups, channels / groups]);
  const means = tf.tile(tf.mean(grouped, 2, true), [1, 1, channels / groups]);
  return tf.reshape(means, [batch, 1, 1, channels]);
}

/** Mean and reciprocal standard deviation of each group, given to its channels: shape `[batch, 1, 1, channels]`. */
function statistics(x: tf.Tensor4D, { groups, epsilon }: GroupNormalizationOptions) {
  const mean = groupMean(spatialMean(x), groups);
  const meanSquare = groupMean(spatialMean(tf.square(x)), groups);
  const variance = tf.maximum(tf.sub(meanSquare, tf.square(mean)), 0);
  return { mean, scale: tf.rsqrt(tf.add<tf.Tensor4D>(variance, epsilon)) };
}

/** Maps, scale and shift to the normalized maps, mean and reciprocal standard deviation. */
function normalized(
  x: tf.Tensor4D,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  options: GroupNormalizationOptions,
): tf.Tensor[] {
  const fused = runFusedKernel(GROUP_NORMALIZE, { x, gamma, beta }, options);
  if (fused !== undefined) return fused;
  const { mean, scale } = statistics(x, options);
  const multiplier = tf.mul(scale, gamma);
  const offset = tf.sub(beta, tf.mul(mean, multiplier));
  return [tf.add(tf.mul(x, multiplier), offset), mean, scale];
}

/**
 * Gradients with respect to `x`, `gamma` and `beta`.
 *
 * With `n = (x - mean) * scale` and means over a group, `dx = scale * (g - mean(g) - n * mean(g * n))` where
 * `g = dy * gamma`. It is evaluated as `dy * a + x * b + c` with per-channel `a`, `b` and `c`, to touch the large maps rarely.
 */
function gradients(dy: tf.Tensor4D, saved: tf.Tensor[], groups: number): tf.Tensor[] {
  const [x, gamma, mean, scale] = saved as [tf.Tensor4D, tf.Tensor, tf.Tensor, tf.Tensor];
  const fused = runFusedKernel(GROUP_NORMALIZE_GRADIENT, { dy, x, gamma, mean, scale }, { groups });
  if (fused !== undefined) return fused;
  const dyMean = spatialMean(dy);
  const dyNormalizedMean = tf.mul<tf.Tensor4D>(
    tf.sub(spatialMean(tf.mul(dy, x)), tf.mul(dyMean, mean)),
    scale,
  );
  const meanOfG = groupMean(tf.mul(dyMean, gamma), groups);
  const slope = tf.neg(tf.mul(tf.square(scale), groupMean(tf.mul(dyNormalizedMean, gamma), groups)));
  const offset = tf.neg(tf.add(tf.mul(slope, mean), tf.mul(scale, meanOfG)));
  const dx = tf.add(tf.add(tf.mul(dy, tf.mul(scale, gamma)), tf.mul(x, slope)), offset);
  const pixels = dy.shape[1] * dy.shape[2];
  return [dx, tf.mul(tf.sum(dyNormalizedMean, [0, 1, 2]), pixels), tf.mul(tf.sum(dyMean, [0, 1, 2]), pixels)];
}

/**
 * Group normalization: zero mean and unit variance over the pixels and channels of each group, then scale and shift.
 *
 * `y = (x - mean) / sqrt(variance + epsilon) * gamma + beta`, with the biased variance. There are no running statistics:
 * training and inference compute the same. The variance is taken as `mean(x**2) - mean**2`: with float32 it loses digits
 * where a group's mean is hundreds of times its deviation.
 *
 * @param x Maps, shape `[batch, height, width, channels]`.
 * @param gamma Scale, shape `[channels]`.
 * @param beta Shift, shape `[channels]`.
 * @returns Same shape as `x`, to be disposed by the caller.
 * @throws {ShapeError} If `x` does not have four axes, or `gamma` or `beta` not one number per channel.
 * @throws {RangeError} If `groups` does not divide the number of channels, or `epsilon` is not a positive number.
 * @see Y. Wu, K. He, Group Normalization, 2018.
 */
export function groupNormalization(
  x: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  options: GroupNormalizationOptions,
): tf.Tensor4D {
  const action = 'run groupNormalization';
  assertShape(action, 'x', x, ['batch', 'height', 'width', 'channels']);
  assertShape(action, 'gamma', gamma, [x.shape[3]]);
  assertShape(action, 'beta', beta, [x.shape[3]]);
  assertPositive(action, 'epsilon', options.epsilon);
  assertGroups(action, options.groups, x.shape[3]);
  const normalize = tf.customGrad((...inputs) => {
    const [map, weight, shift, save] = inputs as [tf.Tensor4D, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const [value, mean, scale] = normalized(map, weight, shift, options) as [tf.Tensor, tf.Tensor, tf.Tensor];
    save([map, weight, mean, scale]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradients(dy as tf.Tensor4D, saved, options.groups),
    };
  });
  return tf.tidy(() => normalize(x, gamma, beta) as tf.Tensor4D);
}

/** Layer of group normalization over the last axis; see `groupNormalization`. */
export class GroupNormalization extends layers.Layer {
  static readonly className = 'PolyhueGroupNormalization';
  private readonly groups: number;
  private readonly epsilon: number;
  private gamma!: LayerVariable;
  private beta!: LayerVariable;

  /** @throws {RangeError} If `groups` is not a positive integer or `epsilon` not a positive number. */
  constructor(args: GroupNormalizationLayerArgs) {
    super(args);
    assertPositiveInteger(ACTION, 'groups', args.groups);
    assertPositive(ACTION, 'epsilon', args.epsilon);
    this.groups = args.groups;
    this.epsilon = args.epsilon;
  }

  /** @throws {RangeError} If the number of channels is not a multiple of `groups`. */
  override build(inputShape: Shape | Shape[]): void {
    const channels = (inputShape as Shape).at(-1)!;
    assertGroups('build GroupNormalization', this.groups, channels);
    this.gamma = this.addWeight('gamma', [channels], 'float32', initializers.ones());
    this.beta = this.addWeight('beta', [channels], 'float32', initializers.zeros());
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor4D;
    const [gamma, beta] = [this.gamma.read() as tf.Tensor1D, this.beta.read() as tf.Tensor1D];
    return groupNormalization(x, gamma, beta, { groups: this.groups, epsilon: this.epsilon });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), groups: this.groups, epsilon: this.epsilon };
  }
}

tf.serialization.registerClass(GroupNormalization);
