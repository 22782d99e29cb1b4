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
import type { LossValues } from './state.js';
import { assignAll, disposeAll, tidyValues, type NamedTensors, type NamedVariables } from './variables.js';

/** Seeds of training and of validation come from paths that start differently. */
const TRAINING_SEEDS = 0;

/** What a step reports. */
export interface StepMeasures {
  readonly losses: LossValues;
  /** Before clipping. */
  readonly gradientNorm: number;
}

const NORM = 'gradient norm';

async function evaluate<Batch>(
  { task, pool, state }: TrainingSession<Batch>,
  batches: readonly Batch[],
): Promise<LossGradients> {
  const { step, epoch, config } = state;
  return meanLossGradients(batches.length, (index) => {
    const seed = deriveSeed(config.seed, TRAINING_SEEDS, step, index);
    const context = { step, epoch, seed, training: true };
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

/** Reads the loss parts and the norm, which waits for the device. */
async function readMeasures<Batch>(
  { device, state }: TrainingSession<Batch>,
  parts: NamedTensors,
  norm: tf.Scalar,
): Promise<StepMeasures> {
  const { [NORM]: gradientNorm, ...losses } = await readScalars(new Map([...parts, [NORM, norm]]));
  device.check();
  assertFinite({ ...losses, [NORM]: gradientNorm! }, `at step ${state.step + 1}`);
  return { losses, gradientNorm: gradientNorm! };
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
