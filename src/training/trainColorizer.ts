import { centerCropTransform, randomCropTransform } from '../data/cropTransform.js';
import { imageDataset, type ImageDataset } from '../data/imageDataset.js';
import {
  type ColorizerModels,
  colorizerModels,
  disposeColorizerModels,
  presetConfigs,
} from '../models/colorizerModels.js';
import { deriveSeed } from '../random.js';
import type { TrainingCallback } from './callbacks/callback.js';
import { saveSnapshots } from './callbacks/saveSnapshots.js';
import { STAGES, type TrainColorizerOptions, type TrainingStage } from './colorizerOptions.js';
import { MIXTURE_LOSS, type TrainingPlan, trainingPlan } from './colorizerPlan.js';
import { loadPlace, saveProgress, START, type TrainingPlace } from './colorizerProgress.js';
import { type ColorExamples, colorExamples } from './examples.js';
import type { TrainingOptions } from './options.js';
import type { TrainingSnapshot } from './snapshot.js';
import { constantSchedule, cosineSchedule, linearAnnealing, type Schedule } from './schedules/schedule.js';
import type { TrainingData } from './task.js';
import { train } from './train.js';
import { trainColorVae } from './trainColorVae.js';
import { colorMixtureTask } from './trainMixtureDensityNetwork.js';

/** What both stages share. */
interface Run {
  readonly options: TrainColorizerOptions;
  readonly plan: TrainingPlan;
  readonly models: ColorizerModels;
}

/** Training and validation examples, the same in both stages. */
interface StageData {
  readonly training: TrainingData<ColorExamples>;
  readonly validation: TrainingData<ColorExamples> | null;
}

function examplesOf(dataset: ImageDataset, { models, options }: Run): TrainingData<ColorExamples> {
  const { imageSize } = models.colorVae.config;
  const { rarity } = options;
  return colorExamples(dataset, rarity === undefined ? { imageSize } : { imageSize, rarity });
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
  const own = [...(callbacks?.(stage, models) ?? [])];
  if (store === undefined) return own;
  const save = async (snapshot: TrainingSnapshot) => saveProgress(store, models, { plan, stage, snapshot });
  return [...own, saveSnapshots(save, { everyMs })];
}

/** Options of `train` for one stage. */
function stageOptions(
  run: Run,
  place: TrainingPlace,
  stage: TrainingStage,
  { training, validation }: StageData,
): TrainingOptions<ColorExamples> & { readonly steps: number } {
  const { plan, options } = run;
  const epochs = stage === 'colorVae' ? plan.epochs : plan.mixtureEpochs;
  const steps = plan.steps ?? epochs * training.batchesPerEpoch;
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
    ...(options.workers && { workers: options.workers }),
    ...(snapshot && { resume: snapshot }),
  };
}

/** Beta, rising first where the plan says so. */
function betaSchedule({ beta, betaWarmup }: TrainingPlan, steps: number): Schedule {
  const rise = Math.round(betaWarmup * steps);
  return rise === 0 ? constantSchedule(beta) : linearAnnealing({ to: beta, steps: rise });
}

async function runStages(run: Run, place: TrainingPlace): Promise<void> {
  const { colorVae: vae, mixtureDensityNetwork: network } = run.models;
  const { colorVaeLoss = {}, mixtureLoss: loss = MIXTURE_LOSS } = run.options;
  const colors = { training: trainingExamples(run), validation: validationExamples(run) };
  if (place.stage === 'colorVae') {
    const options = stageOptions(run, place, 'colorVae', colors);
    const beta = betaSchedule(run.plan, options.steps);
    await trainColorVae(vae, colors.training, { ...options, beta, loss: colorVaeLoss });
  }
  const options = stageOptions(run, place, 'mixtureDensityNetwork', colors);
  await train(colorMixtureTask(network, vae, { loss }), colors.training, options);
}

/**
 * Trains both networks of a colorizer, one after the other: the color VAE, then, on its codes, the mixture density network.
 *
 * With a `store` the run can be stopped at any time, even killed, and goes on with `resume` where it was last saved; it then
 * ends with the weights it would have had without the stop.
 *
 * @returns The trained networks, to be disposed by the caller; see `colorizer` and `saveColorizerModels`.
 * @throws {RangeError} If a number is out of its range or there is no picture.
 * @throws {TypeError} If `preset` is unknown or needs features, epochs are given beside `steps`, or the loss of the nearest
 *   component would have to train deviations.
 * @throws {TrainingError} If a loss is not finite, no picture can be read, or the state to resume is of another run.
 * @throws {CheckpointError} If the state cannot be saved or read.
 * @throws The reason of `signal` once it is aborted.
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017.
 */
export async function trainColorizer(options: TrainColorizerOptions): Promise<ColorizerModels> {
  const plan = await trainingPlan(options);
  const { store, resume = false, preset = 'compact' } = options;
  const { configs = presetConfigs('train a colorizer', preset) } = options;
  const models = colorizerModels({ configs, seed: deriveSeed(plan.seed, 0) });
  try {
    const place = resume && store ? await loadPlace(store, plan, models) : START;
    await runStages({ options, plan, models }, place);
    return models;
  } catch (error) {
    disposeColorizerModels(models);
    throw error;
  }
}
