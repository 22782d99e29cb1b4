import * as tf from '@tensorflow/tfjs-core';

import { argumentMessage, TrainingError } from '../errors.js';
import type { TrainingCallback, TrainingEnd } from './callbacks/callback.js';
import type { RunControl } from './control.js';
import { pacer, progressMeter, type ProgressMeter } from './pacing.js';
import { learningRateAt } from './schedules/learningRate.js';
import type { TrainingSession } from './session.js';
import { afterEpoch, afterStep, isEpochDone, type TrainingState } from './state.js';
import { updateWeights } from './step.js';
import { isValidationDue, runValidation } from './validation.js';

interface Loop<Batch> {
  readonly session: TrainingSession<Batch>;
  readonly control: RunControl;
  readonly meter: ProgressMeter;
  readonly pause: () => Promise<void>;
}

/** Calls one hook of every callback, one after the other. */
export async function notify(
  callbacks: readonly TrainingCallback[],
  hook: (callback: TrainingCallback) => void | Promise<void> | undefined,
): Promise<void> {
  for (const callback of callbacks) await hook(callback);
}

/** Why the run ends here; `null` where it goes on. */
function endOf<Batch>({ session, control, meter }: Loop<Batch>): TrainingEnd | null {
  const { limits } = session.settings;
  const { step, epoch, validationsSinceBest, config } = session.state;
  const stopRequest = control.stopRequest();
  if (stopRequest !== null) return { reason: 'stopped', cause: stopRequest.cause };
  if (config.earlyStopping !== null && validationsSinceBest >= config.earlyStopping.patience) {
    return { reason: 'early-stopping' };
  }
  if (epoch >= limits.epochs) return { reason: 'epochs' };
  if (step >= limits.steps) return { reason: 'steps' };
  return meter.elapsedMs() >= limits.durationMs ? { reason: 'duration' } : null;
}

/** The batch after `given` others of the epoch. */
async function nextBatch<Batch>(
  batches: AsyncIterator<Batch, unknown>,
  { epoch, config }: TrainingState,
  given: number,
): Promise<Batch> {
  const next = await batches.next();
  if (next.done !== true) return next.value;
  const rule = `give ${config.batchesPerEpoch} batches in epoch ${epoch}`;
  throw new TrainingError(argumentMessage('train', 'data', rule, given));
}

/** The batches of one step: all are there before its first loss is computed, so that a step is done whole or not at all. */
async function takeBatches<Batch>(
  { settings, state }: TrainingSession<Batch>,
  batches: AsyncIterator<Batch, unknown>,
): Promise<Batch[]> {
  const { accumulate, batchesPerEpoch } = state.config;
  const end = Math.min(state.batch + accumulate, batchesPerEpoch);
  const taken: Batch[] = [];
  try {
    for (let index = state.batch; index < end; index++) {
      taken.push(await nextBatch(batches, state, index));
      settings.signal?.throwIfAborted();
    }
    return taken;
  } catch (error) {
    tf.dispose(taken as tf.TensorContainer);
    throw error;
  }
}

async function runStep<Batch>(loop: Loop<Batch>, batches: AsyncIterator<Batch, unknown>): Promise<void> {
  const { session, control, meter, pause } = loop;
  const { signal, callbacks, logEvery } = session.settings;
  const { config, step, plateau } = session.state;
  signal?.throwIfAborted();
  await notify(callbacks, (callback) => callback.onBatchBegin?.(control.run));
  const taken = await takeBatches(session, batches);
  const measures = await control.whole(async () => {
    try {
      const measured = await updateWeights(session, taken, (step + 1) % logEvery === 0);
      session.state = afterStep(session.state, taken.length, measured?.losses ?? null);
      return measured;
    } finally {
      tf.dispose(taken as tf.TensorContainer);
    }
  });
  if (measures !== null) {
    const progress = meter.report(measures, learningRateAt(config.learningRate, step, plateau));
    await notify(callbacks, (callback) => callback.onProgress?.(progress, control.run));
  }
  await notify(callbacks, (callback) => callback.onBatchEnd?.(control.run));
  await pause();
}

async function validate<Batch>({ session, control, pause }: Loop<Batch>): Promise<void> {
  const record = await control.whole(() => runValidation(session, pause));
  await notify(session.settings.callbacks, (callback) => callback.onValidationEnd?.(record, control.run));
}

/** Steps and validations until the last batch of the epoch is done, or the run ends. */
async function runBatches<Batch>(
  loop: Loop<Batch>,
  batches: AsyncIterator<Batch, unknown> | undefined,
): Promise<TrainingEnd | null> {
  const { session, control } = loop;
  for (;;) {
    if (control.stopRequest() === null && isValidationDue(session.state)) await validate(loop);
    if (isEpochDone(session.state) && control.stopRequest() === null) return null;
    const end = endOf(loop);
    if (end !== null) return end;
    await runStep(loop, batches!);
  }
}

async function runEpoch<Batch>(loop: Loop<Batch>): Promise<TrainingEnd | null> {
  const { session, control } = loop;
  const { callbacks } = session.settings;
  const { epoch, batch } = session.state;
  await notify(callbacks, (callback) => callback.onEpochBegin?.(control.run));
  // A run resumed at the very end of an epoch takes no batch of it.
  const batches = isEpochDone(session.state)
    ? undefined
    : session.data.batches(epoch, batch)[Symbol.asyncIterator]();
  try {
    const end = await runBatches(loop, batches);
    if (end !== null) return end;
  } finally {
    await batches?.return?.();
  }
  session.state = afterEpoch(session.state);
  const record = session.state.history.epochs.at(-1)!;
  await notify(callbacks, (callback) => callback.onEpochEnd?.(record, control.run));
  return null;
}

/** Epoch after epoch until the run ends. */
export async function runEpochs<Batch>(
  session: TrainingSession<Batch>,
  control: RunControl,
): Promise<TrainingEnd> {
  const { now, yieldEveryMs } = session.settings;
  const loop = { session, control, meter: progressMeter(session), pause: pacer(yieldEveryMs, now) };
  for (;;) {
    // A run resumed at the very end of an epoch completes it first, whatever its limits say.
    const end = (isEpochDone(session.state) ? null : endOf(loop)) ?? (await runEpoch(loop));
    if (end !== null) return end;
  }
}
