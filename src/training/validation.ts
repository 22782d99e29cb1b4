import * as tf from '@tensorflow/tfjs-core';

import { argumentMessage, TrainingError } from '../errors.js';
import { deriveSeed } from '../random.js';
import { assertFinite, readScalars } from './measures.js';
import { rememberBest, type TrainingSession } from './session.js';
import {
  afterValidation,
  isEpochDone,
  type LossValues,
  type TrainingState,
  type ValidationRecord,
} from './state.js';
import type { StepContext } from './task.js';
import { withValues } from './variables.js';

/** Seeds of training and of validation come from paths that start differently. */
const VALIDATION_SEEDS = 1;

/**
 * Whether a validation is to run before anything else.
 *
 * It follows from the state alone, so that a run stopped before or during a validation makes up for it when it is resumed.
 */
export function isValidationDue(state: TrainingState): boolean {
  const { config, step, epoch, history } = state;
  if (config.validation === null || history.validations.at(-1)?.step === step) return false;
  const { every, unit } = config.validation;
  if (unit === 'steps') return step > 0 && step % every === 0;
  return isEpochDone(state) && (epoch + 1) % every === 0;
}

/** Losses of one batch, which it consumes. */
async function batchLosses<Batch>(
  { task, pool }: TrainingSession<Batch>,
  batch: Batch,
  context: StepContext,
): Promise<LossValues> {
  let parts: Readonly<Record<string, tf.Scalar>> = {};
  try {
    if (pool !== null) return await pool.losses(batch, context);
    parts = tf.tidy(() => ({ ...task.loss(batch, context) }));
    return await readScalars(new Map(Object.entries(parts)));
  } finally {
    tf.dispose(parts);
    tf.dispose(batch as tf.TensorContainer);
  }
}

/** Mean losses over the validation data, with the weights that the variables hold. */
async function meanLosses<Batch>(
  session: TrainingSession<Batch>,
  pause: () => Promise<void>,
): Promise<LossValues> {
  const { settings, state } = session;
  const { validationData, signal } = settings;
  const { step, epoch, config } = state;
  const count = validationData!.batchesPerEpoch;
  const means: Record<string, number> = {};
  let index = 0;
  for await (const batch of validationData!.batches(0, 0)) {
    const seed = deriveSeed(config.seed, VALIDATION_SEEDS, index);
    const losses = await batchLosses(session, batch, { step, epoch, seed, training: false });
    for (const [name, value] of Object.entries(losses)) means[name] = (means[name] ?? 0) + value / count;
    if (++index === count) return means;
    await pause();
    signal?.throwIfAborted();
  }
  const rule = `give ${count} batches`;
  throw new TrainingError(argumentMessage('train', 'validation.data', rule, index));
}

/** Mean losses over the validation data, with the averaged weights if there are any. */
async function modelLosses<Batch>(
  session: TrainingSession<Batch>,
  pause: () => Promise<void>,
): Promise<LossValues> {
  const { task, average, pool } = session;
  if (average === null) return meanLosses(session, pause);
  await pool?.updates?.collect();
  const losses = await withValues(task.variables, average.weights, async () => {
    await pool?.publish();
    return meanLosses(session, pause);
  });
  await pool?.publish();
  return losses;
}

/**
 * Measures the losses on the validation data, with the averaged weights if there are any, and moves the state on.
 *
 * @param pause Called between batches.
 * @throws {TrainingError} If there are fewer batches than promised, a loss is not finite or the monitored part is missing.
 * @throws {BackendError} If the device failed.
 */
export async function runValidation<Batch>(
  session: TrainingSession<Batch>,
  pause: () => Promise<void>,
): Promise<ValidationRecord> {
  const losses = await modelLosses(session, pause);
  const { state, device } = session;
  await device.check();
  assertFinite(losses, `in the validation after step ${state.step}`);
  const { monitor } = state.config.validation!;
  const value = losses[monitor];
  if (value === undefined) {
    const rule = `be one of ${Object.keys(losses)
      .map((name) => `"${name}"`)
      .join(', ')}`;
    throw new TrainingError(argumentMessage('train', 'monitor', rule, monitor));
  }
  session.state = afterValidation(state, losses, value);
  const record = session.state.history.validations.at(-1)!;
  if (record.improved) rememberBest(session);
  return record;
}
