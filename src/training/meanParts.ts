import * as tf from '@tensorflow/tfjs-core';

import type { LossParts } from './task.js';

/** Means over the batch of losses per example; those that are left out stay left out. */
export function meanParts(
  parts: Readonly<Record<string, tf.Tensor1D | undefined>> & { readonly total: tf.Tensor1D },
): LossParts {
  const means = Object.entries(parts).flatMap(([name, part]) =>
    part === undefined ? [] : [[name, tf.mean<tf.Scalar>(part)] as const],
  );
  return Object.fromEntries(means) as LossParts;
}
