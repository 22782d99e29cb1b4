import { assertBetween, assertPositiveInteger } from '../errors.js';
import type { TrainingData } from './task.js';

/**
 * The first few batches of the first epoch, again in every epoch: a model and a loss without defects drive the training
 * loss close to its least value on them within minutes.
 *
 * @param count Number of batches, at most `data.batchesPerEpoch`.
 * @throws {RangeError} If `count` is not a positive integer or exceeds the number of batches.
 */
export function overfitBatches<Batch>(data: TrainingData<Batch>, count: number): TrainingData<Batch> {
  const { batchesPerEpoch, batchSize } = data;
  assertPositiveInteger('create overfitBatches', 'count', count);
  assertBetween('create overfitBatches', 'count', count, [1, batchesPerEpoch]);
  return {
    batchesPerEpoch: count,
    batchSize,
    batches: async function* (_epoch, first) {
      let index = first;
      for await (const batch of data.batches(0, first)) {
        yield batch;
        if (++index >= count) return;
      }
    },
  };
}
