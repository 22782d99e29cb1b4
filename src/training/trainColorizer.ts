import type { CheckpointStore } from '../checkpoint/checkpointStore.js';
import { hasCheckpoint } from '../checkpoint/loadCheckpoint.js';
import { imageDataset, type ImageDataset, type ImageTransform } from '../data/imageDataset.js';
import type { ImageSource } from '../data/imageSource.js';
import { argumentMessage, assertNonNegativeInteger, assertPositive, assertPositiveInteger } from '../errors.js';
import { type ColorizerModels, colorizerModels, disposeColorizerModels } from '../models/colorizerModels.js';
import type { ModelPreset } from '../models/presets.js';
import { deriveSeed } from '../random.js';
import type { TrainingCallback } from './callbacks/callback.js';
import { saveSnapshots } from './callbacks/saveSnapshots.js';
import { loadProgress, planOf, saveProgress, type TrainingPlan, type TrainingPlace } from './colorizerProgress.js';
import { type ColorExamples, colorExamples, mixtureExamples } from './examples.js';
import type { TrainingOptions } from './options.js';
import { cosineSchedule, type Schedule } from './schedules/schedule.js';
import type { TrainingData } from './task.js';
import type { TrainingResult } from './train.js';
import { trainColorVae } from './trainColorVae.js';
import { trainMixtureDensityNetwork } from './trainMixtureDensityNetwork.js';

const ACTION = 'train a colorizer';

/** The two networks, in the order in which they are trained. */
export type TrainingStage = 'colorVae' | 'mixtureDensityNetwork';

export interface TrainColorizerOptions {
  /** Pictures to learn from. */
  readonly source: ImageSource;
  /**
   * Pictures to measure by after each epoch; each stage ends with the weights that did best on them.
   *
   * @defaultValue none: each stage ends with its last weights, averaged
   */
  readonly validation?: ImageSource;
  /** Makes a square example of a training picture; see `randomCropTransform`. */
  readonly transform: ImageTransform;
  /** Makes a square example of a validation picture; needed with `validation`. */
  readonly validationTransform?: ImageTransform;
  /** Source of all randomness: a non-negative integer, 0 included. */
  readonly seed: number;
  /**
   * Size of the networks.
   *
   * @defaultValue `'compact'`
   */
  readonly preset?: ModelPreset;
  /**
   * Times that each stage sees each picture; not together with `steps`.
   *
   * @defaultValue `20`
   */
  readonly epochs?: number;
  /** Updates of the weights in each stage, instead of epochs. */
  readonly steps?: number;
  /**
   * Pictures per update.
   *
   * @defaultValue `16`
   */
  readonly batchSize?: number;
  /**
   * Highest learning rate; it rises to it, then falls to almost nothing.
   *
   * @defaultValue `0.001`
   */
  readonly learningRate?: number;
  /**
   * Units of reconstruction that a nat of divergence costs: low for colors that come back exactly, high for codes that are
   * easy to predict.
   *
   * @defaultValue `1`
   */
  readonly beta?: number;
  /** Weight of each color bin; see `rarityWeights`. */
  readonly rarity?: Float32Array;
  /**
   * Keeps the state of the run, so that it can go on after a stop.
   *
   * @defaultValue none
   */
  readonly store?: CheckpointStore;
  /**
   * Goes on from the state in `store`, if there is one.
   *
   * @defaultValue `false`
   */
  readonly resume?: boolean;
  /**
   * Time from one saved state to the next, in milliseconds.
   *
   * @defaultValue `60_000`
   */
  readonly saveEveryMs?: number;
  /** Callbacks for each stage. */
  readonly callbacks?: (stage: TrainingStage) => readonly TrainingCallback[];
  /** Ends the run between two steps, after saving its state; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Trained networks and how each stage went. */
export interface TrainedColorizer {
  /** To be disposed by the caller; see `colorizer`. */
  readonly models: ColorizerModels;
  readonly results: Readonly<Record<TrainingStage, TrainingResult>>;
}

/** What both stages share. */
interface Run {
  readonly options: TrainColorizerOptions;
  readonly models: ColorizerModels;
  readonly plan: TrainingPlan;
  readonly data: TrainingData<ColorExamples>;
  readonly validation: TrainingData<ColorExamples> | null;
}

function dataOf(
  dataset: ImageDataset,
  { models, options }: Pick<Run, 'models' | 'options'>,
): TrainingData<ColorExamples> {
  const { imageSize } = models.colorVae.config;
  const { rarity } = options;
  return colorExamples(dataset, rarity === undefined ? { imageSize } : { imageSize, rarity });
}

function trainingData(options: TrainColorizerOptions, plan: TrainingPlan, models: ColorizerModels) {
  const { source, transform } = options;
  const { imageSize: size } = models.colorVae.config;
  const batchSize = Math.min(plan.batchSize, source.length);
  const seed = deriveSeed(plan.seed, 1);
  const dataset = imageDataset({ source, transform, size, batchSize, seed, dropRemainder: true, onUnreadable: 'skip' });
  return dataOf(dataset, { models, options });
}

function validationData(options: TrainColorizerOptions, plan: TrainingPlan, models: ColorizerModels) {
  const { validation: source, validationTransform: transform } = options;
  if (source === undefined || source.length === 0) return null;
  if (transform === undefined) {
    throw new TypeError(argumentMessage(ACTION, 'validationTransform', "be given with 'validation'", transform));
  }
  const { imageSize: size } = models.colorVae.config;
  const { batchSize } = plan;
  const dataset = imageDataset({ source, transform, size, batchSize, seed: 0, shuffle: false, onUnreadable: 'skip' });
  return dataOf(dataset, { models, options });
}

/** Warms up over the first twentieth of the run, then falls to a hundredth of the peak. */
function learningRate(peak: number, steps: number): Schedule {
  return cosineSchedule({ peak, floor: peak / 100, steps, warmupSteps: Math.floor(steps / 20) });
}

/** Options of `train` for one stage. */
function stageOptions<Batch>(
  run: Run,
  stage: TrainingStage,
  place: TrainingPlace,
  data: { training: TrainingData<Batch>; validation: TrainingData<Batch> | null },
): TrainingOptions<Batch> {
  const { options, plan, models } = run;
  const { store, saveEveryMs = 60_000, callbacks, signal } = options;
  const { batchesPerEpoch } = data.training;
  const steps = plan.steps ?? plan.epochs! * batchesPerEpoch;
  const save = store && saveSnapshots(async (snapshot) => saveProgress(store, { plan, stage, snapshot }, models), { everyMs: saveEveryMs });
  const resume = place.stage === stage ? place.snapshot : null;
  return {
    seed: deriveSeed(plan.seed, 2, stage === 'colorVae' ? 0 : 1),
    steps,
    learningRate: learningRate(plan.learningRate, steps),
    average: { decay: 0.999 },
    callbacks: [...(callbacks?.(stage) ?? []), ...(save ? [save] : [])],
    ...(data.validation ? { validation: { data: data.validation, everySteps: Math.min(batchesPerEpoch, steps) }, keepBest: true } : {}),
    ...(signal ? { signal } : {}),
    ...(resume ? { resume } : {}),
  };
}

async function runStages(run: Run, place: TrainingPlace): Promise<TrainedColorizer> {
  const { models, data, validation, plan } = run;
  const { colorVae: vae, mixtureDensityNetwork: network } = models;
  const colors = { training: data, validation };
  const colorVae =
    place.stage === 'colorVae'
      ? await trainColorVae(vae, data, { ...stageOptions(run, 'colorVae', place, colors), beta: plan.beta })
      : place.colorVaeResult;
  const mixtures = {
    training: mixtureExamples(vae, data),
    validation: validation && mixtureExamples(vae, validation),
  };
  const options = stageOptions(run, 'mixtureDensityNetwork', place, mixtures);
  const mixtureDensityNetwork = await trainMixtureDensityNetwork(network, mixtures.training, options);
  return { models, results: { colorVae, mixtureDensityNetwork } };
}
