import * as tf from '@tensorflow/tfjs-core';

import type { LossParts, StepContext, TrainingTask } from '../../src/training/task.js';

/** Quadratic in one number: after each step the weight is known by hand. */
export function scalarTask(
  lossOf: (weight: tf.Scalar, context: StepContext) => LossParts,
): TrainingTask<number> & {
  readonly weight: tf.Variable<tf.Rank.R0>;
} {
  const weight = tf.tidy(() => tf.variable(tf.scalar(1)));
  return {
    variables: new Map([['weight', weight]]),
    weight,
    loss: (_batch, context) => lossOf(weight, context),
  };
}

/** Batches that are numbers. */
export const numbers = (batchesPerEpoch: number) => ({
  batchesPerEpoch,
  batchSize: 1,
  batches: async function* (_epoch: number, first: number) {
    for (let index = first; index < batchesPerEpoch; index++) yield Promise.resolve(index);
  },
});

/** `weight**2 / 2`, whose gradient is the weight. */
export const half = (weight: tf.Scalar): LossParts => ({ total: tf.mul(0.5, tf.square(weight)) });
