import { type DeviceWatch, watchDevice } from '../deviceWatch.js';
import type { Optimizer } from './optimizers/optimizer.js';
import type { TrainingSettings } from './options.js';
import { initialState, type TrainingState } from './state.js';
import type { TrainingData, TrainingTask } from './task.js';
import { assignAll, copyVariables, disposeAll, prefixed, type NamedVariables } from './variables.js';
import type { GradientPool } from './workers/pool.js';
import { weightAverage, type WeightAverage } from './weightAverage.js';

/** Which weights a run ended with. */
export type FinalWeights = 'last' | 'averaged' | 'best';

/** A run's tensors and its state; only `state` changes, by replacement, and `pool`, which is opened once and closed. */
export interface TrainingSession<Batch> {
  readonly task: TrainingTask<Batch>;
  readonly data: TrainingData<Batch>;
  readonly settings: TrainingSettings<Batch>;
  readonly optimizer: Optimizer;
  readonly average: WeightAverage | null;
  /** Weights and buffers of the best validation, under the names of `modelVariables`. */
  readonly best: NamedVariables | null;
  /** Every tensor that a snapshot holds, under its name there. */
  readonly tensors: NamedVariables;
  readonly device: DeviceWatch;
  state: TrainingState;
  /** Threads that compute losses and gradients; `null` where this one does. */
  pool: GradientPool<Batch> | null;
}

const WORK = { action: 'train', saving: 'make the batches or the networks smaller' };

/** What a model is made of: `variables/NAME` and `buffers/NAME`. */
function modelVariables<Batch>({ variables, buffers = new Map() }: TrainingTask<Batch>): NamedVariables {
  return new Map([...prefixed('variables', variables), ...prefixed('buffers', buffers)]);
}

/** Makes a run's tensors: optimizer slots, averaged weights, best weights. `closeSession` frees them and ends the watch. */
export function openSession<Batch>(
  task: TrainingTask<Batch>,
  data: TrainingData<Batch>,
  settings: TrainingSettings<Batch>,
): TrainingSession<Batch> {
  const { config, optimizerOf } = settings;
  const model = modelVariables(task);
  const optimizer = optimizerOf(task.variables);
  const average = config.average === null ? null : weightAverage(task.variables, config.average);
  const best = config.keepBest ? copyVariables(model) : null;
  const tensors = new Map([
    ...model,
    ...prefixed('optimizer', optimizer.slots),
    ...(average === null ? [] : prefixed('average', average.weights)),
    ...(best === null ? [] : prefixed('best', best)),
  ]);
  const state = initialState({ ...config, optimizer: optimizer.config });
  const device = watchDevice(WORK);
  return { task, data, settings, optimizer, average, best, tensors, device, state, pool: null };
}

/** Starts the threads of the run, if it has any, with the weights that the variables hold. */
export async function openWorkers<Batch>(session: TrainingSession<Batch>): Promise<void> {
  const { task, settings, optimizer, average } = session;
  const { workers, signal, config } = settings;
  if (workers === null) return;
  // Gradients of several batches are added up by this thread, which then makes the update too.
  session.pool = await workers.open(task, config.accumulate === 1 ? { optimizer, average } : null);
  signal?.throwIfAborted();
}

/** Frees a run's tensors and ends its threads. */
export async function closeSession<Batch>(session: TrainingSession<Batch>): Promise<void> {
  const { pool, optimizer, average, best, device } = session;
  device.end();
  optimizer.dispose();
  average?.dispose();
  if (best !== null) disposeAll(best);
  await pool?.close();
}

/** Takes over the weights that the last validation measured as the best. */
export function rememberBest<Batch>({ task, average, best }: TrainingSession<Batch>): void {
  if (best === null) return;
  const measured = average?.weights ?? task.variables;
  assignAll(best, new Map([...modelVariables(task), ...prefixed('variables', measured)]));
}

/** Whether the averages of this thread are those of the last step; a thread that is dead keeps its share of them. */
async function haveAverages<Batch>({ average, pool }: TrainingSession<Batch>): Promise<boolean> {
  if (average === null) return false;
  try {
    await pool?.updates?.collect();
    return true;
  } catch {
    return false;
  }
}

/** Gives the model the weights that the run ends with: the best, else the averaged, else the last. */
export async function settleWeights<Batch>(session: TrainingSession<Batch>): Promise<FinalWeights> {
  const { task, average, best, state } = session;
  if (best !== null && state.best !== null) {
    assignAll(modelVariables(task), best);
    return 'best';
  }
  if (average === null || !(await haveAverages(session))) return 'last';
  assignAll(task.variables, average.weights);
  return 'averaged';
}
