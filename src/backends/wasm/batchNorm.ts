import * as tf from '@tensorflow/tfjs-core';

import { allocate, floats, kernel, release, run, runKernel, type Replacement } from './heap.js';

interface Optional {
  readonly scale?: tf.TensorInfo | null;
  readonly offset?: tf.TensorInfo | null;
}

/** Normalization with one mean and variance per channel: `(x - mean) * scale / sqrt(variance + epsilon) + offset`. */
export const fusedBatchNorm: Replacement = (stock) =>
  kernel<'x' | 'mean' | 'variance', { readonly varianceEpsilon: number }>(({ inputs, backend, attrs }) => {
    const { x, mean, variance } = inputs;
    const { scale, offset } = inputs as Optional;
    const perChannel = [mean, variance, scale, offset].every((info) => !info || info.shape.length === 1);
    if (!perChannel) return run(stock, backend, inputs, attrs);
    const factor = allocate(backend, variance.shape);
    const [factors, variances] = [floats(backend, factor), floats(backend, variance)];
    const scales = scale ? floats(backend, scale) : undefined;
    variances.forEach((value, i) => {
      factors[i] = (scales?.[i] ?? 1) / Math.sqrt(value + attrs.varianceEpsilon);
    });
    const centered = runKernel(backend, tf.Sub, { a: x, b: mean });
    const scaled = runKernel(backend, tf.Multiply, { a: centered, b: factor });
    release(backend, centered, factor);
    if (!offset) return scaled;
    const result = runKernel(backend, tf.Add, { a: scaled, b: offset });
    release(backend, scaled);
    return result;
  });
