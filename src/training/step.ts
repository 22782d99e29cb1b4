import * as tf from '@tensorflow/tfjs-core';

import { deriveSeed } from '../random.js';
import {
  clipByGlobalNorm,
  globalNorm,
  lossGradients,
  meanLossGradients,
  type LossGradients,
} from './gradients.js';
import { assertFinite, readScalars } from './measures.js';
import { learningRateAt } from './schedules/learningRate.js';
import type { TrainingSession } from './session.js';
import type { LossValues, TrainingState } from './state.js';
import type { StepContext } from './task.js';
import { assignAll, disposeAll, tidyValues, type NamedTensors, type NamedVariables } from './variables.js';
import type { SharedUpdates } from './workers/pool.js';

/** Seeds of training and of validation come from paths that start differently. */
const TRAINING_SEEDS = 0;

/** What a step reports. */
export interface StepMeasures {
  readonly losses: LossValues;
  /** Before clipping. */
  readonly gradientNorm: number;
}

const NORM = 'gradient norm';

/** What the loss of a batch of the next step may depend on. */
function contextOf({ step, epoch, config }: TrainingState, index: number): StepContext {
  const seed = deriveSeed(config.seed, TRAINING_SEEDS, step, index);
  return { step, epoch, seed, training: true };
}

async function evaluate<Batch>(
  { task, pool, state }: TrainingSession<Batch>,
  batches: readonly Batch[],
): Promise<LossGradients> {
  return meanLossGradients(batches.length, (index) => {
    const context = contextOf(state, index);
    if (pool !== null) return pool.gradients(batches[index]!, context);
    return lossGradients(() => task.loss(batches[index]!, context), task.variables);
  });
}

/** Consumes the gradients. */
function clip({ gradients }: LossGradients, clipNorm: number | null): ReturnType<typeof clipByGlobalNorm> {
  if (clipNorm === null) return { gradients, norm: globalNorm(gradients) };
  const clipped = clipByGlobalNorm(gradients, clipNorm);
  disposeAll(gradients);
  return clipped;
}

/** Runs `body`; if it throws, the buffers that the loss may have updated get their values back. */
async function withBuffers<T>(buffers: NamedVariables, body: () => Promise<T>): Promise<T> {
  const held = tidyValues(buffers, (buffer) => tf.clone(buffer));
  try {
    return await body();
  } catch (error) {
    assignAll(buffers, held);
    throw error;
  } finally {
    disposeAll(held);
  }
}

async function checkMeasures<Batch>(
  { device, state }: TrainingSession<Batch>,
  measures: StepMeasures,
): Promise<StepMeasures> {
  await device.check();
  assertFinite({ ...measures.losses, [NORM]: measures.gradientNorm }, `at step ${state.step + 1}`);
  return measures;
}

/** Reads the loss parts and the norm, which waits for the device. */
async function readMeasures<Batch>(
  session: TrainingSession<Batch>,
  parts: NamedTensors,
  norm: tf.Scalar,
): Promise<StepMeasures> {
  const { [NORM]: gradientNorm, ...losses } = await readScalars(new Map([...parts, [NORM, norm]]));
  return checkMeasures(session, { losses, gradientNorm: gradientNorm! });
}

/** An update that the threads make. */
async function updateShared<Batch>(
  session: TrainingSession<Batch>,
  updates: SharedUpdates<Batch>,
  batch: Batch,
  read: boolean,
): Promise<StepMeasures | null> {
  const { step, plateau, config } = session.state;
  const measures = await updates.prepare(batch, contextOf(session.state, 0));
  if (read) await checkMeasures(session, measures);
  const { clipNorm } = config;
  const factor = clipNorm === null ? 1 : clipNorm / Math.max(measures.gradientNorm, clipNorm);
  await updates.apply({ factor, step, learningRate: learningRateAt(config.learningRate, step, plateau) });
  return read ? measures : null;
}

/**
 * One update of the weights, of the optimizer's slots and of the averaged weights.
 *
 * Where the losses are read, they are read before the update, and a step that is not finite changes nothing.
 *
 * @param batches Accumulated batches; they stay the caller's.
 * @param read Whether to wait for the losses.
 * @throws {TrainingError} If a loss part or the norm of the gradients is read and is not finite.
 * @throws {BackendError} If the losses are read and the device failed.
 */
export async function updateWeights<Batch>(
  session: TrainingSession<Batch>,
  batches: readonly Batch[],
  read: boolean,
): Promise<StepMeasures | null> {
  const { task, pool, optimizer, average, state } = session;
  const { step, plateau, config } = state;
  return withBuffers(task.buffers ?? new Map(), async () => {
    if (pool?.updates) return updateShared(session, pool.updates, batches[0]!, read);
    const evaluated = await evaluate(session, batches);
    const { gradients, norm } = clip(evaluated, config.clipNorm);
    try {
      const measures = read ? await readMeasures(session, evaluated.parts, norm) : null;
      optimizer.apply(gradients, { step, learningRate: learningRateAt(config.learningRate, step, plateau) });
      await pool?.publish();
      average?.update(step);
      return measures;
    } finally {
      disposeAll(evaluated.parts);
      disposeAll(gradients);
      tf.dispose(norm);
    }
  });
}
