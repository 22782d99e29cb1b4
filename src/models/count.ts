import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

import { namedWeights } from './weights.js';

/** Number of trainable parameters of `models`; running statistics are not counted. */
export function countParameters(...models: readonly LayersModel[]): number {
  const { trainable } = namedWeights(...models);
  return [...trainable.values()].reduce((sum, variable) => sum + variable.size, 0);
}

/** Pixels at which `layer` applies its kernel: those of its output map, or one for a dense layer. */
function positions(layer: layers.Layer): number {
  const shape = layer.outputShape as (number | null)[];
  return shape.slice(1, -1).reduce<number>((product, size) => product * (size ?? 1), 1);
}

/**
 * Arithmetic of one forward pass of one example through `models`: two operations per multiplication with a weight of a
 * convolution or dense layer. Everything else (normalization, activations, resizing) is left out.
 *
 * Axes without a fixed size count as one pixel.
 */
export function countOperations(...models: readonly LayersModel[]): number {
  const kernels = models
    .flatMap((model) => model.layers)
    .flatMap((layer) =>
      layer.weights
        .filter(({ originalName }) => originalName.endsWith('/kernel'))
        .map(({ shape }) => positions(layer) * tf.util.sizeFromShape(shape as number[])),
    );
  return 2 * kernels.reduce((sum, count) => sum + count, 0);
}
