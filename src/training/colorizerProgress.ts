import type { CheckpointStore } from '../checkpoint/checkpointStore.js';
import { hasCheckpoint, loadCheckpoint } from '../checkpoint/loadCheckpoint.js';
import { saveCheckpoint } from '../checkpoint/saveCheckpoint.js';
import { readTensors, type TensorData } from '../checkpoint/tensorData.js';
import { CheckpointError } from '../errors.js';
import type { ColorizerModels } from '../models/colorizerModels.js';
import { assignWeights, namedWeights, type NamedWeights } from '../models/weights.js';
import { STAGES, type TrainingStage } from './colorizerOptions.js';
import { assertSamePlan, type TrainingPlan } from './colorizerPlan.js';
import type { TrainingSnapshot } from './snapshot.js';

const KIND = 'colorizer-training';

/** Prefixes of the names of tensors in a saved state. */
const RUN = 'run/';
const COLOR_VAE = 'colorVae/';

/** Where a run stands: in which stage, and where in it; `null` at its start. */
export interface TrainingPlace {
  readonly stage: TrainingStage;
  readonly snapshot: TrainingSnapshot | null;
}

export const START: TrainingPlace = { stage: 'colorVae', snapshot: null };

/** A run that can go on later. */
export interface TrainingProgressRecord {
  readonly plan: TrainingPlan;
  readonly stage: TrainingStage;
  readonly snapshot: TrainingSnapshot;
}

function colorVaeWeights({ colorVae: vae }: ColorizerModels): NamedWeights {
  return namedWeights(vae.encoder, vae.conditionalEncoder, vae.decoder);
}

function withPrefix(prefix: string, tensors: ReadonlyMap<string, TensorData>): [string, TensorData][] {
  return [...tensors].map(([name, data]) => [prefix + name, data]);
}

function underPrefix(prefix: string, tensors: ReadonlyMap<string, TensorData>): Map<string, TensorData> {
  const named = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(named.map(([name, data]) => [name.slice(prefix.length), data]));
}

/** Saves where a run stands; in the second stage together with the weights of the first. */
export async function saveProgress(
  store: CheckpointStore,
  models: ColorizerModels,
  { plan, stage, snapshot }: TrainingProgressRecord,
): Promise<void> {
  const { trainable, statistics } = colorVaeWeights(models);
  const finished =
    stage === 'colorVae'
      ? new Map<string, TensorData>()
      : await readTensors(new Map([...trainable, ...statistics]));
  const tensors = new Map([...withPrefix(RUN, snapshot.tensors), ...withPrefix(COLOR_VAE, finished)]);
  await saveCheckpoint(store, { kind: KIND, metadata: { plan, stage, state: snapshot.state }, tensors });
}

/** What a saved state says beside its tensors. */
interface ProgressMetadata {
  readonly plan: TrainingPlan;
  readonly stage: TrainingStage;
  readonly state: TrainingSnapshot['state'];
}

function damaged(location: string, reason: string, cause?: unknown): CheckpointError {
  return new CheckpointError(`Cannot resume the run in "${location}" as ${reason}`, { cause });
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function checkedMetadata(location: string, metadata: unknown): ProgressMetadata {
  const saved = (metadata ?? {}) as ProgressMetadata;
  if (isObject(saved.plan) && isObject(saved.state) && STAGES.includes(saved.stage)) return saved;
  throw damaged(location, 'its plan, stage or state is missing');
}

/** Gives the color VAE the weights that the first stage ended with. */
function restoreColorVae(
  location: string,
  models: ColorizerModels,
  tensors: ReadonlyMap<string, TensorData>,
): void {
  try {
    assignWeights(colorVaeWeights(models), underPrefix(COLOR_VAE, tensors));
  } catch (cause) {
    throw damaged(location, `its color VAE does not fit: ${(cause as Error).message}`, cause);
  }
}

/**
 * Where the run saved in `store` stands; at its start if none was saved. Gives `models` the weights of a finished first stage.
 *
 * @throws {TrainingError} If the saved run had another plan: every difference is listed.
 * @throws {CheckpointError} If the saved state is damaged.
 */
export async function loadPlace(
  store: CheckpointStore,
  plan: TrainingPlan,
  models: ColorizerModels,
): Promise<TrainingPlace> {
  if (!(await hasCheckpoint(store))) return START;
  const { metadata, tensors } = await loadCheckpoint(store, { kind: KIND });
  const saved = checkedMetadata(store.location, metadata);
  assertSamePlan(store.location, saved.plan, plan);
  if (saved.stage !== 'colorVae') restoreColorVae(store.location, models, tensors);
  return { stage: saved.stage, snapshot: { state: saved.state, tensors: underPrefix(RUN, tensors) } };
}
