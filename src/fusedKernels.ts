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

/** Input `x`; no output: copies its elements into a block. */
export const COPY_TO_BLOCK = 'PolyhueCopyToBlock';

/** Where {@link COPY_TO_BLOCK} copies to. */
export interface CopyToBlock {
  readonly block: Float32Array;
  readonly start: number;
}

/** No input; output the weighted sum of a range of several blocks. */
export const SUM_OF_BLOCKS = 'PolyhueSumOfBlocks';

/** Elements outside of tensors, such as memory that threads share. */
export interface WeightedBlock {
  readonly block: Float32Array;
  readonly weight: number;
}

/** What {@link SUM_OF_BLOCKS} sums, and the shape of the sum. */
export interface SumOfBlocks {
  readonly blocks: readonly WeightedBlock[];
  readonly start: number;
  readonly shape: readonly number[];
}

/** Fills `sum` with the weighted sum of the blocks' elements from `start` on, in the order of the blocks. */
export function sumBlocks(sum: Float32Array, blocks: readonly WeightedBlock[], start: number): void {
  const [first, ...others] = blocks;
  const { length } = sum;
  sum.set(first!.block.subarray(start, start + length));
  if (first!.weight !== 1) for (let i = 0; i < length; i++) sum[i]! *= first!.weight;
  for (const { block, weight } of others) {
    for (let i = 0; i < length; i++) sum[i]! += weight * block[start + i]!;
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
