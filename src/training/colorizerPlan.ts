import { sha256 } from '../checkpoint/sha256.js';
import type { ImageSource } from '../data/imageSource.js';
import {
  argumentMessage,
  assertBetween,
  assertNonNegative,
  assertNonNegativeInteger,
  assertPositive,
  assertPositiveInteger,
  TrainingError,
} from '../errors.js';
import type { ColorVaeLossOptions } from '../losses/colorVaeLoss.js';
import type { MixtureDensityLossOptions } from '../losses/mixtureDensityLoss.js';
import { type ColorizerConfigs, presetConfigs } from '../models/colorizerModels.js';
import type { DeviationConfig } from '../models/config.js';
import type { TrainColorizerOptions } from './colorizerOptions.js';

const ACTION = 'train a colorizer';
/** See `betaWarmup`, and docs/experiments.md for what a rise of beta gains. */
const MAP_WARMUP = 0.4;

/** The default loss of the mixture density network: see docs/experiments.md for those it was compared with. */
export const MIXTURE_LOSS: MixtureDensityLossOptions = { form: 'posterior' };

/** The losses of both networks, tensors by their hashes. */
interface PlannedLosses {
  readonly colorVae: Omit<ColorVaeLossOptions, 'beta' | 'components'> & {
    readonly components?: readonly string[];
  };
  readonly mixture: MixtureDensityLossOptions;
}

/** What decides the outcome of a run, as plain JSON: a run is resumed only with the same. */
export interface TrainingPlan {
  /** Preset of the networks, or SHA-256 of the configs that were given. */
  readonly networks: string;
  readonly seed: number;
  readonly batchSize: number;
  /** Not used where `steps` is not `null`. */
  readonly epochs: number;
  /** Those of the mixture density network. */
  readonly mixtureEpochs: number;
  readonly steps: number | null;
  readonly learningRate: number;
  readonly beta: number;
  readonly betaWarmup: number;
  /** Number of training pictures and SHA-256 of their names. */
  readonly pictures: string;
  /** The same of the pictures to measure by. */
  readonly validation: string;
  /** SHA-256 of the rarity weights. */
  readonly rarity: string;
  /** Form and factors of each loss; SHA-256 of tensors among them. */
  readonly losses: PlannedLosses;
}

async function shortHash(bytes: Uint8Array): Promise<string> {
  return (await sha256(bytes)).slice(0, 16);
}

async function hashOf(values: Float32Array): Promise<string> {
  return shortHash(new Uint8Array(values.slice().buffer));
}

async function fingerprint(source: ImageSource | undefined): Promise<string> {
  if (source === undefined || source.length === 0) return 'none';
  const names = Array.from({ length: source.length }, (_, index) => source.name(index));
  return `${source.length} pictures, ${await shortHash(new TextEncoder().encode(names.join('\n')))}`;
}

async function rarityOrigin(rarity: Float32Array | undefined): Promise<string> {
  return rarity === undefined ? 'none' : `given, ${await hashOf(rarity)}`;
}

async function lossesOrigin({
  colorVaeLoss: { components, ...colorVae } = {},
  mixtureLoss: mixture = MIXTURE_LOSS,
}: TrainColorizerOptions): Promise<PlannedLosses> {
  if (components === undefined) return { colorVae, mixture };
  const hashes = await Promise.all(
    [components.components, components.variances].map(async (tensor) =>
      hashOf(await tensor.data<'float32'>()),
    ),
  );
  return { colorVae: { ...colorVae, components: hashes }, mixture };
}

async function networksOrigin({ preset = 'compact', configs }: TrainColorizerOptions): Promise<string> {
  if (configs === undefined) return preset;
  return `given, ${await shortHash(new TextEncoder().encode(JSON.stringify(configs)))}`;
}

/** The networks that options ask for. */
function configsOf({ preset = 'compact', configs }: TrainColorizerOptions): ColorizerConfigs {
  return configs ?? presetConfigs(ACTION, preset);
}

/** Share of the steps in which beta rises. */
function defaultWarmup(options: TrainColorizerOptions): number {
  const { latentSide = 1 } = configsOf(options).colorVae;
  return latentSide > 1 ? MAP_WARMUP : 0;
}

/** The loss of the nearest component has no gradient for deviations: a run would fail only after its first stage. */
function assertReached(deviations: DeviationConfig, { form }: MixtureDensityLossOptions): void {
  if (form !== 'nearest' || deviations.kind === 'fixed') return;
  const rule = 'be "posterior" or "exact" where deviations are learned, or the configs have fixed ones';
  throw new TypeError(argumentMessage(ACTION, 'mixtureLoss.form', rule, form));
}

/** What is to be trained: in stage two, a network that looks at the very grey level that the color VAE is given. */
function assertTrainable(options: TrainColorizerOptions): void {
  const { preset = 'compact', configs } = options;
  const { colorVae, mixtureDensityNetwork } = configsOf(options);
  const { input, deviations } = mixtureDensityNetwork;
  assertReached(deviations, options.mixtureLoss ?? MIXTURE_LOSS);
  if (input.kind !== 'greyLevel') {
    const [argument, value] =
      configs === undefined ? ['preset', preset] : ['configs.mixtureDensityNetwork.input.kind', input.kind];
    const rule = 'let the mixture density network look at the grey photo itself, not at features of it';
    throw new TypeError(argumentMessage(ACTION, argument, rule, value));
  }
  if (input.imageSize === colorVae.imageSize) return;
  const rule = `be ${colorVae.imageSize}, the imageSize of the color VAE`;
  const argument = 'configs.mixtureDensityNetwork.input.imageSize';
  throw new RangeError(argumentMessage(ACTION, argument, rule, input.imageSize));
}

/** What would say twice how long a run is. */
function assertLeftOut(lengths: Readonly<Record<string, number | undefined>>): void {
  for (const [argument, value] of Object.entries(lengths)) {
    if (value === undefined) continue;
    throw new TypeError(argumentMessage(ACTION, argument, "be left out beside 'steps'", value));
  }
}

/**
 * The plan that options amount to.
 *
 * @throws {RangeError} If a number is out of its range or there is no picture.
 * @throws {TypeError} If `preset` is unknown or needs features, epochs are given beside `steps`, or the loss of the nearest
 *   component would have to train deviations.
 */
export async function trainingPlan(options: TrainColorizerOptions): Promise<TrainingPlan> {
  const { source, seed, batchSize = 16, epochs, mixtureEpochs, steps } = options;
  const { learningRate = 1e-3, beta = 1 } = options;
  assertTrainable(options);
  assertPositiveInteger(ACTION, 'source.length', source.length);
  assertNonNegativeInteger(ACTION, 'seed', seed);
  assertPositiveInteger(ACTION, 'batchSize', batchSize);
  assertPositiveInteger(ACTION, 'epochs', epochs ?? 1);
  assertPositiveInteger(ACTION, 'mixtureEpochs', mixtureEpochs ?? 1);
  assertPositiveInteger(ACTION, 'steps', steps ?? 1);
  assertPositive(ACTION, 'learningRate', learningRate);
  assertNonNegative(ACTION, 'beta', beta);
  const { betaWarmup = defaultWarmup(options) } = options;
  assertBetween(ACTION, 'betaWarmup', betaWarmup, [0, 1]);
  if (steps !== undefined) assertLeftOut({ epochs, mixtureEpochs });
  return {
    networks: await networksOrigin(options),
    seed,
    batchSize,
    epochs: epochs ?? 20,
    mixtureEpochs: mixtureEpochs ?? epochs ?? 20,
    steps: steps ?? null,
    learningRate,
    beta,
    betaWarmup,
    pictures: await fingerprint(source),
    validation: await fingerprint(options.validation),
    rarity: await rarityOrigin(options.rarity),
    losses: await lossesOrigin(options),
  };
}

/** @throws {TrainingError} If the run saved in `location` had another plan: every difference is listed. */
export function assertSamePlan(location: string, saved: TrainingPlan, plan: TrainingPlan): void {
  const names = Object.keys(plan) as (keyof TrainingPlan)[];
  const differences = names
    .map((name) => [name, JSON.stringify(saved[name]), JSON.stringify(plan[name])] as const)
    .filter(([, was, is]) => was !== is)
    .map(([name, was, is]) => `${name} was ${was} and is ${is}`);
  if (differences.length === 0) return;
  throw new TrainingError(
    `Cannot resume the run in "${location}" with other options: ${differences.join('; ')}`,
  );
}
