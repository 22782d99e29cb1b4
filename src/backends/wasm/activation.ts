import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import { release, runKernel } from './heap.js';

/** The attributes of a fused kernel that say what follows the bias. */
export interface Activation {
  readonly activation?: tf.backend_util.Activation;
  readonly leakyreluAlpha?: number;
}

const KERNELS = {
  relu: tf.Relu,
  relu6: tf.Relu6,
  elu: tf.Elu,
  sigmoid: tf.Sigmoid,
  leakyrelu: tf.LeakyRelu,
  prelu: tf.Prelu,
} as const;

/** Applies the activation of a fused kernel to `x`, which it frees or returns. */
export function activated(
  backend: BackendWasm,
  x: tf.TensorInfo,
  inputs: object,
  { activation = 'linear', leakyreluAlpha }: Activation,
): tf.TensorInfo {
  if (activation === 'linear') return x;
  const { preluActivationWeights: alpha } = inputs as { readonly preluActivationWeights?: tf.TensorInfo };
  const result = runKernel(backend, KERNELS[activation], alpha ? { x, alpha } : { x }, {
    alpha: leakyreluAlpha,
  });
  release(backend, x);
  return result;
}

/** Whether a fused kernel has no bias, or one number for each of `channels`, and not one that is broadcast. */
export function hasPlainBias(inputs: object, channels: number): boolean {
  const { bias } = inputs as { readonly bias?: tf.TensorInfo };
  return !bias || tf.util.arraysEqual(bias.shape, [channels]);
}
