import * as tf from '@tensorflow/tfjs-core';

// Kernels of ours that do in one pass over the elements what TensorFlow.js takes several for. Only some backends have them.

/** Inputs `weight, first, second, gradient`; outputs the next `weight, first, second`. */
export const ADAM_UPDATE = 'PolyhueAdamUpdate';

/**
 * The numbers of an update of Adam, with the corrections for the start at zero moved onto `rate` and `epsilon`:
 *
 * `m = beta1 * m + (1 - beta1) * g; v = beta2 * v + (1 - beta2) * g**2; w = kept * w - rate * m / (sqrt(v) + epsilon)`
 */
export interface AdamUpdate {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly rate: number;
  readonly kept: number;
}

/** Inputs `from, target`; output `from + share * (target - from)`. */
export const APPROACH = 'PolyhueApproach';

/** The number of {@link APPROACH}. */
export interface Approach {
  readonly share: number;
}

/** Any number of inputs; output the root of the sum of their squares, a scalar. */
export const GLOBAL_NORM = 'PolyhueGlobalNorm';

/**
 * Inputs `x, gamma, beta`; outputs `y, mean, scale`: group normalization with the mean and the reciprocal standard deviation of
 * its group for each channel, shape `[batch, 1, 1, channels]`.
 */
export const GROUP_NORMALIZE = 'PolyhueGroupNormalize';

/** The numbers of {@link GROUP_NORMALIZE}. */
export interface GroupNormalize {
  readonly groups: number;
  readonly epsilon: number;
}

/** Inputs `dy, x, gamma, mean, scale`; outputs the gradients with respect to `x, gamma, beta`. */
export const GROUP_NORMALIZE_GRADIENT = 'PolyhueGroupNormalizeGradient';

/** Input `x`; no output: copies its elements into a block. */
export const COPY_TO_BLOCK = 'PolyhueCopyToBlock';

/** Where {@link COPY_TO_BLOCK} copies to. */
export interface CopyToBlock {
  readonly block: Float32Array;
  readonly start: number;
}

/** No input; output the weighted mean of a range of several blocks. */
export const MEAN_OF_BLOCKS = 'PolyhueMeanOfBlocks';

/** Elements outside of tensors, such as memory that threads share. */
export interface WeightedBlock {
  readonly block: Float32Array;
  readonly weight: number;
}

/** What {@link MEAN_OF_BLOCKS} takes the mean of, and the shape of the mean. */
export interface MeanOfBlocks {
  readonly blocks: readonly WeightedBlock[];
  readonly start: number;
  readonly shape: readonly number[];
}

/**
 * Goes from block to block, with the share by which each moves the mean of those before it: its weight in the sum of the
 * weights so far.
 */
export function eachShare(
  blocks: readonly WeightedBlock[],
  visit: (block: Float32Array, share: number) => void,
): void {
  let sum = 0;
  for (const { block, weight } of blocks) {
    sum += weight;
    visit(block, weight / sum);
  }
}

/** Runs a kernel of ours, or returns `undefined` where the current backend does not have it. */
export function runFusedKernel(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attributes: object = {},
): tf.Tensor[] | undefined {
  if ((tf.getKernel(name, tf.getBackend()) as unknown) === undefined) return undefined;
  const outputs: tf.Tensor | tf.Tensor[] = tf
    .engine()
    .runKernel(name, { ...inputs }, attributes as tf.NamedAttrMap);
  return Array.isArray(outputs) ? outputs : [outputs];
}
