import type { CheckpointStore } from '../checkpoint/checkpointStore.js';
import { hasCheckpoint, loadCheckpoint } from '../checkpoint/loadCheckpoint.js';
import { saveCheckpoint } from '../checkpoint/saveCheckpoint.js';
import { sha256 } from '../checkpoint/sha256.js';
import { readTensors, type TensorData } from '../checkpoint/tensorData.js';
import type { ImageSource } from '../data/imageSource.js';
import {
  argumentMessage,
  assertNonNegative,
  assertNonNegativeInteger,
  assertPositive,
  assertPositiveInteger,
  TrainingError,
} from '../errors.js';
import type { ColorizerModels } from '../models/colorizerModels.js';
import { assignWeights, namedWeights, type NamedWeights } from '../models/weights.js';
import type { ModelPreset } from '../models/presets.js';
import type { TrainingSnapshot } from './snapshot.js';
import type { TrainColorizerOptions } from './trainColorizer.js';

const KIND = 'colorizer-training';
const ACTION = 'train a colorizer';

/** Prefixes of the names of tensors in a saved state. */
const RUN = 'run/';
const COLOR_VAE = 'colorVae/';

/** Which of the two networks is trained. */
export type TrainingStage = 'colorVae' | 'mixtureDensityNetwork';

/** In the order in which they are trained. */
export const STAGES: readonly TrainingStage[] = ['colorVae', 'mixtureDensityNetwork'];

/** What decides the outcome of a run, as plain JSON: a run is resumed only with the same. */
export interface TrainingPlan {
  readonly preset: ModelPreset;
  readonly seed: number;
  readonly batchSize: number;
  /** Not used where `steps` is not `null`. */
  readonly epochs: number;
  readonly steps: number | null;
  readonly learningRate: number;
  readonly beta: number;
  /** Number of training pictures and SHA-256 of their names. */
  readonly pictures: string;
}

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

async function fingerprint(source: ImageSource): Promise<string> {
  const names = Array.from({ length: source.length }, (_, index) => source.name(index));
  const hash = await sha256(new TextEncoder().encode(names.join('\n')));
  return `${source.length} pictures, ${hash.slice(0, 16)}`;
}

/**
 * The plan that options amount to.
 *
 * @throws {RangeError} If a number is out of its range or there is no picture.
 * @throws {TypeError} If both `epochs` and `steps` are given.
 */
export async function trainingPlan(options: TrainColorizerOptions): Promise<TrainingPlan> {
  const { source, preset = 'compact', seed, batchSize = 16, epochs, steps } = options;
  const { learningRate = 1e-3, beta = 1 } = options;
  assertPositiveInteger(ACTION, 'source.length', source.length);
  assertNonNegativeInteger(ACTION, 'seed', seed);
  assertPositiveInteger(ACTION, 'batchSize', batchSize);
  assertPositiveInteger(ACTION, 'epochs', epochs ?? 1);
  assertPositiveInteger(ACTION, 'steps', steps ?? 1);
  assertPositive(ACTION, 'learningRate', learningRate);
  assertNonNegative(ACTION, 'beta', beta);
  if (epochs !== undefined && steps !== undefined) {
    throw new TypeError(argumentMessage(ACTION, 'epochs', "be left out beside 'steps'", epochs));
  }
  const pictures = await fingerprint(source);
  return {
    preset,
    seed,
    batchSize,
    epochs: epochs ?? 20,
    steps: steps ?? null,
    learningRate,
    beta,
    pictures,
  };
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

function assertSamePlan(location: string, saved: TrainingPlan, plan: TrainingPlan): void {
  const names = Object.keys(plan) as (keyof TrainingPlan)[];
  const differences = names
    .filter((name) => saved[name] !== plan[name])
    .map((name) => `${name} was ${JSON.stringify(saved[name])} and is ${JSON.stringify(plan[name])}`);
  if (differences.length === 0) return;
  throw new TrainingError(
    `Cannot resume the run in "${location}" with other options: ${differences.join('; ')}`,
  );
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
  const saved = metadata as { plan: TrainingPlan; stage: TrainingStage; state: TrainingSnapshot['state'] };
  assertSamePlan(store.location, saved.plan, plan);
  if (saved.stage !== 'colorVae') assignWeights(colorVaeWeights(models), underPrefix(COLOR_VAE, tensors));
  return { stage: saved.stage, snapshot: { state: saved.state, tensors: underPrefix(RUN, tensors) } };
}
