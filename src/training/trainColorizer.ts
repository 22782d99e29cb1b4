import type { CheckpointStore } from '../checkpoint/checkpointStore.js';
import { centerCropTransform, randomCropTransform } from '../data/cropTransform.js';
import { imageDataset, type ImageDataset, type ImageTransform } from '../data/imageDataset.js';
import type { ImageSource } from '../data/imageSource.js';
import {
  type ColorizerConfigs,
  type ColorizerModels,
  colorizerModels,
  disposeColorizerModels,
  presetConfigs,
} from '../models/colorizerModels.js';
import type { ModelPreset } from '../models/presets.js';
import { deriveSeed } from '../random.js';
import type { TrainingCallback } from './callbacks/callback.js';
import { saveSnapshots } from './callbacks/saveSnapshots.js';
import { type TrainingPlan, trainingPlan } from './colorizerPlan.js';
import {
  loadPlace,
  saveProgress,
  STAGES,
  START,
  type TrainingPlace,
  type TrainingStage,
} from './colorizerProgress.js';
import { type ColorExamples, colorExamples, mixtureExamples } from './examples.js';
import { measureRarity } from './measureRarity.js';
import type { TrainingOptions } from './options.js';
import type { TrainingSnapshot } from './snapshot.js';
import { cosineSchedule, type Schedule } from './schedules/schedule.js';
import type { TrainingData } from './task.js';
import { trainColorVae } from './trainColorVae.js';
import { trainMixtureDensityNetwork } from './trainMixtureDensityNetwork.js';

export interface TrainColorizerOptions {
  /** Pictures to learn from. */
  readonly source: ImageSource;
  /**
   * Pictures to measure by after each epoch; each stage ends with the weights that did best on them.
   *
   * @defaultValue none: each stage ends with its last weights, averaged
   */
  readonly validation?: ImageSource;
  /**
   * Makes a square example of a training picture, as large as the networks of the preset want it.
   *
   * @defaultValue `randomCropTransform`: a random square, mirrored at random
   */
  readonly transform?: ImageTransform;
  /**
   * Makes a square example of a validation picture.
   *
   * @defaultValue `centerCropTransform`: the square in the middle
   */
  readonly validationTransform?: ImageTransform;
  /** Source of all randomness: a non-negative integer, 0 included. */
  readonly seed: number;
  /**
   * Size of the networks. `'reference'` and `'referenceTf'` are refused: their mixture density networks look at features
   * that somebody else trained; train them with `trainColorVae` and `trainMixtureDensityNetwork`.
   *
   * @defaultValue `'compact'`
   */
  readonly preset?: ModelPreset;
  /**
   * The networks in full, instead of a preset. Both look at grey levels of the same size.
   *
   * @defaultValue those of `preset`
   */
  readonly configs?: ColorizerConfigs;
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
  /**
   * Weight of each color bin; see `rarityWeights`. `null` makes all pixels count the same.
   *
   * @defaultValue smoothed weights by the colors of `source`; see `measureRarity`
   */
  readonly rarity?: Float32Array | null;
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

/** What both stages share. */
interface Run {
  readonly options: TrainColorizerOptions;
  readonly plan: TrainingPlan;
  readonly models: ColorizerModels;
  /** Weight of each color bin; `null` where all pixels count the same. */
  readonly rarity: Float32Array | null;
}

/** Training and validation examples of one stage. */
interface StageData<Batch> {
  readonly training: TrainingData<Batch>;
  readonly validation: TrainingData<Batch> | null;
}

function examplesOf(dataset: ImageDataset, { models, rarity }: Run): TrainingData<ColorExamples> {
  const { imageSize } = models.colorVae.config;
  return colorExamples(dataset, rarity === null ? { imageSize } : { imageSize, rarity });
}

function trainingExamples(run: Run): TrainingData<ColorExamples> {
  const { options, plan, models } = run;
  const { imageSize: size } = models.colorVae.config;
  const { source, transform = randomCropTransform({ size }) } = options;
  const batchSize = Math.min(plan.batchSize, source.length);
  const seed = deriveSeed(plan.seed, 1);
  const order = { seed, dropRemainder: true };
  return examplesOf(
    imageDataset({ source, transform, size, batchSize, ...order, onUnreadable: 'skip' }),
    run,
  );
}

function validationExamples(run: Run): TrainingData<ColorExamples> | null {
  const { options, plan, models } = run;
  const { imageSize: size } = models.colorVae.config;
  const { validation: source, validationTransform: transform = centerCropTransform({ size }) } = options;
  if (source === undefined || source.length === 0) return null;
  const { batchSize } = plan;
  const order = { seed: 0, shuffle: false };
  return examplesOf(
    imageDataset({ source, transform, size, batchSize, ...order, onUnreadable: 'skip' }),
    run,
  );
}

/** Rises over the first twentieth of a stage, then falls to a hundredth of the peak. */
function learningRate(peak: number, steps: number): Schedule {
  return cosineSchedule({ peak, floor: peak / 100, steps, warmupSteps: Math.floor(steps / 20) });
}

function stageCallbacks({ options, plan, models }: Run, stage: TrainingStage): TrainingCallback[] {
  const { store, saveEveryMs: everyMs = 60_000, callbacks } = options;
  const own = [...(callbacks?.(stage) ?? [])];
  if (store === undefined) return own;
  const save = async (snapshot: TrainingSnapshot) => saveProgress(store, models, { plan, stage, snapshot });
  return [...own, saveSnapshots(save, { everyMs })];
}

/** Options of `train` for one stage. */
function stageOptions<Batch>(
  run: Run,
  place: TrainingPlace,
  stage: TrainingStage,
  { training, validation }: StageData<Batch>,
): TrainingOptions<Batch> {
  const { plan, options } = run;
  const steps = plan.steps ?? plan.epochs * training.batchesPerEpoch;
  const everySteps = Math.min(training.batchesPerEpoch, steps);
  const snapshot = place.stage === stage ? place.snapshot : null;
  return {
    seed: deriveSeed(plan.seed, 2, STAGES.indexOf(stage)),
    steps,
    learningRate: learningRate(plan.learningRate, steps),
    average: { decay: 0.999 },
    callbacks: stageCallbacks(run, stage),
    ...(validation && { validation: { data: validation, everySteps }, keepBest: true }),
    ...(options.signal && { signal: options.signal }),
    ...(snapshot && { resume: snapshot }),
  };
}

async function runStages(run: Run, place: TrainingPlace): Promise<void> {
  const { colorVae: vae, mixtureDensityNetwork: network } = run.models;
  const colors = { training: trainingExamples(run), validation: validationExamples(run) };
  if (place.stage === 'colorVae') {
    const options = stageOptions(run, place, 'colorVae', colors);
    await trainColorVae(vae, colors.training, { ...options, beta: run.plan.beta });
  }
  const mixtures = {
    training: mixtureExamples(vae, colors.training),
    validation: colors.validation && mixtureExamples(vae, colors.validation),
  };
  const options = stageOptions(run, place, 'mixtureDensityNetwork', mixtures);
  await trainMixtureDensityNetwork(network, mixtures.training, options);
}

/**
 * Trains both networks of a colorizer, one after the other: the color VAE, then, on its codes, the mixture density network.
 *
 * With a `store` the run can be stopped at any time, even killed, and goes on with `resume` where it was last saved; it then
 * ends with the weights it would have had without the stop.
 *
 * @returns The trained networks, to be disposed by the caller; see `colorizer` and `saveColorizerModels`.
 * @throws {RangeError} If a number is out of its range or there is no picture.
 * @throws {TypeError} If `preset` is unknown or needs features, or both `epochs` and `steps` are given.
 * @throws {TrainingError} If a loss is not finite, no picture can be read, or the state to resume is of another run.
 * @throws {CheckpointError} If the state cannot be saved or read.
 * @throws The reason of `signal` once it is aborted.
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017.
 */
export async function trainColorizer(options: TrainColorizerOptions): Promise<ColorizerModels> {
  const plan = await trainingPlan(options);
  const { source, store, resume = false, signal, preset = 'compact' } = options;
  const { configs = presetConfigs('train a colorizer', preset) } = options;
  const models = colorizerModels({ configs, seed: deriveSeed(plan.seed, 0) });
  try {
    const place = resume && store ? await loadPlace(store, plan, models) : START;
    const { imageSize: size } = models.colorVae.config;
    const { rarity = await measureRarity(source, { size, signal }) } = options;
    await runStages({ options, plan, models, rarity }, place);
    return models;
  } catch (error) {
    disposeColorizerModels(models);
    throw error;
  }
}
