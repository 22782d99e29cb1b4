import type * as tf from '@tensorflow/tfjs-core';

import type { NamedVariables } from './variables.js';
import type { TaskRecipe } from './workers/recipe.js';

/** Parts of a loss, each a mean over the batch; `total` is minimized, all are reported. */
export type LossParts = Readonly<Record<string, tf.Scalar>> & { readonly total: tf.Scalar };

/** What a loss may depend on beside its batch. */
export interface StepContext {
  /** Updates of the weights made before this one. */
  readonly step: number;
  /** Epochs completed. */
  readonly epoch: number;
  /** Seed for whatever the loss draws: another one for each batch of each step, the same in each validation. */
  readonly seed: number;
  /** False in validation: no dropout, no update of running statistics. */
  readonly training: boolean;
  /**
   * Place of the first example in the whole batch, where several workers share one: what the loss draws for its examples
   * has to be their part of what it would draw for the whole.
   *
   * @defaultValue `0`
   */
  readonly firstExample?: number | undefined;
}

/** What is trained: variables and the loss that depends on them. */
export interface TrainingTask<Batch> {
  /** Optimized variables, each once; names and order are the same in every run. */
  readonly variables: NamedVariables;
  /** Variables that the loss itself updates, such as running statistics: saved and restored, not optimized. */
  readonly buffers?: NamedVariables;
  /**
   * Synchronous; called inside a scope that disposes every tensor it makes. It returns parts of the same names each time,
   * depends on nothing but its arguments, the variables and the buffers, and reaches every variable.
   */
  readonly loss: (batch: Batch, context: StepContext) => LossParts;
  /** The task as plain data, for threads that compute parts of it; without it a run has no workers. */
  readonly recipe?: () => Promise<TaskRecipe>;
}

/** Batches in a fixed order. */
export interface TrainingData<Batch> {
  readonly batchesPerEpoch: number;
  /** Examples in a full batch, for the report of speed. */
  readonly batchSize: number;
  /**
   * The batches of an epoch from batch `first` on: the same ones in the same order whenever it is asked for again. The
   * caller disposes the tensors in each batch.
   */
  readonly batches: (epoch: number, first: number) => AsyncIterable<Batch>;
}
