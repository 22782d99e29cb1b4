import type { EndReason, TrainingEnd } from './callbacks/callback.js';
import { runControl, type RunControl } from './control.js';
import { notify, runEpochs } from './loop.js';
import { resolveOptions, type TrainingOptions } from './options.js';
import {
  closeSession,
  openSession,
  openWorkers,
  settleWeights,
  type FinalWeights,
  type TrainingSession,
} from './session.js';
import { restoreSnapshot } from './snapshot.js';
import type { BestValidation, TrainingHistory } from './state.js';
import type { TrainingData, TrainingTask } from './task.js';

/** How a run ended and what it went through. */
export interface TrainingResult {
  readonly reason: Exclude<EndReason, 'aborted' | 'failed'>;
  /** What was given to `stop`. */
  readonly cause?: unknown;
  /** Steps done, those before a resumption included. */
  readonly step: number;
  /** Epochs completed, those before a resumption included. */
  readonly epoch: number;
  /** Which weights the variables hold now. */
  readonly weights: FinalWeights;
  readonly best: BestValidation | null;
  readonly history: TrainingHistory;
}

/** Runs the loop; whatever it throws becomes how the run ended. */
async function endOfRun<Batch>(session: TrainingSession<Batch>, control: RunControl): Promise<TrainingEnd> {
  const { callbacks, signal } = session.settings;
  try {
    await notify(callbacks, (callback) => callback.onTrainBegin?.(control.run));
    return await runEpochs(session, control);
  } catch (error) {
    const aborted = signal?.aborted === true && error === signal.reason;
    if (aborted) return { reason: 'aborted', cause: error };
    return { reason: 'failed', cause: await session.device.explain(error) };
  }
}

async function runToEnd<Batch>(session: TrainingSession<Batch>): Promise<TrainingResult> {
  const control = runControl(session);
  const end = await endOfRun(session, control);
  const { reason, cause } = end;
  const broken = reason === 'aborted' || reason === 'failed';
  let weights: FinalWeights;
  try {
    await notify(session.settings.callbacks, (callback) => callback.onTrainEnd?.(end, control.run));
  } catch (error) {
    // The first error is the one to report; what a callback throws afterwards must not hide it.
    throw broken ? cause : error;
  } finally {
    control.close();
    weights = await settleWeights(session);
  }
  if (broken) throw cause;
  const { step, epoch, best, history } = session.state;
  return { reason, cause, step, epoch, weights, best, history };
}

/**
 * Trains a task: step after step with validation, averaging, early stopping, callbacks, and exact resumption.
 *
 * Afterwards the variables hold the best weights (`keepBest`), else the averaged ones (`average`), else those of the last
 * step, also where the promise rejects; after the death of a worker, which keeps a part of the averages, not the averaged
 * ones. The run's own tensors are freed.
 *
 * @throws {RangeError} If a number is out of its range; nothing has been changed.
 * @throws {TypeError} If options contradict each other; nothing has been changed.
 * @throws {TrainingError} If a loss or gradient that is read is not finite, the loss does not reach a variable, data run
 *   short, `resume` is of another run, or a worker fails.
 * @throws {BackendError} If the device of the backend is lost, there is not enough memory, or there are workers and the
 *   backend is neither wasm nor cpu. Snapshots are not taken of what such a failure leaves.
 * @throws The reason of `signal` once it is aborted, whatever a callback, the data or the loss throw.
 * @example
 * ```ts
 * const result = await train(task, data, {
 *   seed: 0,
 *   epochs: 20,
 *   learningRate: cosineSchedule({ peak: 1e-3, steps: 20 * data.batchesPerEpoch, warmupSteps: 100 }),
 *   clipNorm: 1,
 *   average: { decay: 0.999 },
 *   validation: { data: heldOut },
 *   earlyStopping: { patience: 3 },
 *   callbacks: [{ onProgress: ({ step, losses }) => console.log(step, losses.total) }],
 * });
 * ```
 */
export async function train<Batch>(
  task: TrainingTask<Batch>,
  data: TrainingData<Batch>,
  options: TrainingOptions<Batch>,
): Promise<TrainingResult> {
  const settings = resolveOptions(data, options);
  settings.signal?.throwIfAborted();
  const session = openSession(task, data, settings);
  try {
    if (settings.resume !== null) {
      session.state = restoreSnapshot(settings.resume, session.state, session.tensors);
    }
    await openWorkers(session);
    return await runToEnd(session);
  } finally {
    await closeSession(session);
  }
}
