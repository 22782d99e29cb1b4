import * as tf from '@tensorflow/tfjs-core';

import { argumentMessage, TrainingError } from '../errors.js';
import type { LossValues } from './state.js';
import type { NamedTensors } from './variables.js';

/** Reads scalars off the backend, all at once. */
export async function readScalars(scalars: NamedTensors): Promise<LossValues> {
  const stacked = tf.stack([...scalars.values()]);
  try {
    const values = await stacked.data();
    return Object.fromEntries([...scalars.keys()].map((name, i) => [name, values[i]!]));
  } finally {
    stacked.dispose();
  }
}

/** @throws {TrainingError} If a value is NaN or infinite: the message names it and the step. */
export function assertFinite(values: LossValues, when: string): void {
  for (const [name, value] of Object.entries(values)) {
    if (!Number.isFinite(value)) {
      throw new TrainingError(argumentMessage('train', name, `be finite ${when}`, value));
    }
  }
}
