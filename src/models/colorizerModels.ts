import type { LayersModel } from '@tensorflow/tfjs-layers';

import type { CheckpointReader, CheckpointStore } from '../checkpoint/checkpointStore.js';
import { loadCheckpoint, type LoadCheckpointOptions } from '../checkpoint/loadCheckpoint.js';
import { type Checkpoint, saveCheckpoint, type SaveCheckpointOptions } from '../checkpoint/saveCheckpoint.js';
import { readTensors } from '../checkpoint/tensorData.js';
import { argumentMessage, assertNonNegativeInteger, CheckpointError } from '../errors.js';
import { deriveSeed } from '../random.js';
import { colorVae, type ColorVae } from './colorVae.js';
import type { ColorVaeConfig, MixtureDensityNetworkConfig } from './config.js';
import { countColorVaeKernelWeights, countMixtureKernelWeights } from './countKernelWeights.js';
import { mixtureDensityNetwork, type MixtureDensityNetwork } from './mixtureDensityNetwork.js';
import { assertPreset, COLOR_VAE_PRESETS, MIXTURE_PRESETS, type ModelPreset } from './presets.js';
import { assertColorVaeConfig, assertMixtureDensityNetworkConfig } from './validate.js';
import { assignWeights, namedWeights } from './weights.js';

/** Kind of the checkpoints that hold the models of a colorizer. */
export const COLORIZER_KIND = 'colorizer';
const ACTION = 'create colorizerModels';

/** The two networks of a colorizer. */
export interface ColorizerModels {
  readonly colorVae: ColorVae;
  /** Predicts latent codes of `colorVae` from grey photos. */
  readonly mixtureDensityNetwork: MixtureDensityNetwork;
}

/** What a colorizer's checkpoint says beside the weights; plain JSON. */
interface ColorizerMetadata {
  readonly colorVae: ColorVaeConfig;
  readonly mixtureDensityNetwork: MixtureDensityNetworkConfig;
  /** Whatever the one who trained it wrote down: data, settings, figures. */
  readonly notes: unknown;
}

/** A colorizer's models and the notes that were saved with them. */
export interface LoadedColorizerModels extends ColorizerModels {
  readonly notes: unknown;
}

/** The two networks of a colorizer, as plain JSON. */
export interface ColorizerConfigs {
  readonly colorVae: ColorVaeConfig;
  readonly mixtureDensityNetwork: MixtureDensityNetworkConfig;
}

export interface ColorizerModelsOptions {
  /**
   * Which of `COLOR_VAE_PRESETS` and `MIXTURE_PRESETS` to build; ignored where `configs` are given.
   *
   * @defaultValue `'compact'`
   */
  readonly preset?: ModelPreset;
  /** What to build, in full. */
  readonly configs?: ColorizerConfigs;
  /** Seed of the initial weights, a non-negative integer. */
  readonly seed: number;
}

export interface SaveColorizerModelsOptions extends SaveCheckpointOptions {
  /**
   * Plain JSON to keep with the weights: data, settings, figures.
   *
   * @defaultValue `null`
   */
  readonly notes?: unknown;
}

/** @throws {RangeError} If the two networks do not speak of the same codes. */
function assertSameCodes(action: string, configs: ColorizerConfigs): void {
  const { latentDim } = configs.colorVae;
  const predicted = configs.mixtureDensityNetwork.latentDim;
  if (predicted === latentDim) return;
  const rule = `be ${latentDim}, the latentDim of the color VAE`;
  throw new RangeError(argumentMessage(action, 'mixtureDensityNetwork.config.latentDim', rule, predicted));
}

/**
 * @throws {RangeError} If a number is out of range, or the two networks do not speak of the same codes.
 * @throws {TypeError} If a choice is none of those offered, or a part is missing.
 */
function assertConfigs(action: string, configs: ColorizerConfigs): void {
  assertColorVaeConfig(configs.colorVae);
  assertMixtureDensityNetworkConfig(configs.mixtureDensityNetwork);
  assertSameCodes(action, configs);
}

function configsOf(models: ColorizerModels): ColorizerConfigs {
  return {
    colorVae: models.colorVae.config,
    mixtureDensityNetwork: models.mixtureDensityNetwork.config,
  };
}

/** @throws {RangeError} If the two networks do not speak of the same codes. */
export function assertColorizerModels(action: string, models: ColorizerModels): void {
  assertSameCodes(action, configsOf(models));
}

/** The `tf.LayersModel`s of a colorizer, in the order of its weights. */
function layersModels({ colorVae: vae, mixtureDensityNetwork: network }: ColorizerModels): LayersModel[] {
  return [vae.encoder, vae.conditionalEncoder, vae.decoder, network.model];
}

/** @throws {TypeError} If `preset` is unknown. */
export function presetConfigs(action: string, preset: ModelPreset): ColorizerConfigs {
  assertPreset(action, preset);
  return { colorVae: COLOR_VAE_PRESETS[preset], mixtureDensityNetwork: MIXTURE_PRESETS[preset] };
}

/**
 * Builds both networks with initial weights.
 *
 * @throws {TypeError} If `preset` is unknown, or a choice of a config is none of those offered.
 * @throws {RangeError} If `seed` is not a non-negative integer, a number of a config is out of range, or the two networks do
 *   not speak of the same codes.
 */
export function colorizerModels(options: ColorizerModelsOptions): ColorizerModels {
  const { preset = 'compact', configs = presetConfigs(ACTION, preset), seed } = options;
  assertNonNegativeInteger(ACTION, 'seed', seed);
  assertConfigs(ACTION, configs);
  return {
    colorVae: colorVae({ config: configs.colorVae, seed: deriveSeed(seed, 0) }),
    mixtureDensityNetwork: mixtureDensityNetwork({
      config: configs.mixtureDensityNetwork,
      seed: deriveSeed(seed, 1),
    }),
  };
}

/** Frees the weights of both networks. */
export function disposeColorizerModels(models: ColorizerModels): void {
  models.colorVae.dispose();
  models.mixtureDensityNetwork.dispose();
}

/**
 * Writes both networks, configs and weights, as a checkpoint.
 *
 * @throws {CheckpointError} If the store cannot write or a weight is not finite.
 * @throws {TypeError} If `notes` is not plain JSON.
 */
export async function saveColorizerModels(
  store: CheckpointStore,
  models: ColorizerModels,
  options: SaveColorizerModelsOptions = {},
): Promise<void> {
  assertColorizerModels('save a colorizer', models);
  const { notes = null, ...storage } = options;
  const { trainable, statistics } = namedWeights(...layersModels(models));
  const tensors = await readTensors(new Map([...trainable, ...statistics]));
  await saveCheckpoint(store, colorizerCheckpoint(configsOf(models), tensors, notes), storage);
}

/** The checkpoint of a colorizer whose weights are at hand; `tensors` have the names of `namedWeights`. */
export function colorizerCheckpoint(
  configs: ColorizerConfigs,
  tensors: Checkpoint['tensors'],
  notes: unknown,
): Checkpoint {
  const metadata: ColorizerMetadata = { ...configs, notes };
  return { kind: COLORIZER_KIND, metadata, tensors };
}

/**
 * The configs in the metadata of a checkpoint, which may say anything.
 *
 * @param stored Number of values in the checkpoint: what needs more is refused before its memory is taken.
 */
function checkedConfigs(metadata: unknown, stored: number): ColorizerConfigs {
  const configs = (metadata ?? {}) as ColorizerConfigs;
  assertConfigs('build the models', configs);
  const { colorVae: vae, mixtureDensityNetwork: network } = configs;
  const needed = countColorVaeKernelWeights(vae) + countMixtureKernelWeights(network);
  if (needed > stored) throw new RangeError(`they need ${needed} weights or more and there are ${stored}`);
  return configs;
}

/** Builds what a checkpoint describes, all weights zero. */
function buildModels(location: string, { metadata, tensors }: Checkpoint): ColorizerModels {
  try {
    const stored = [...tensors.values()].reduce((sum, { values }) => sum + values.length, 0);
    const configs = checkedConfigs(metadata, stored);
    return {
      colorVae: colorVae({ config: configs.colorVae }),
      mixtureDensityNetwork: mixtureDensityNetwork({ config: configs.mixtureDensityNetwork }),
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CheckpointError(
      `Cannot load the colorizer "${location}" as its configs are not valid: ${reason}`,
      { cause },
    );
  }
}

/**
 * Reads both networks from a checkpoint that `saveColorizerModels` wrote.
 *
 * @returns The models, to be disposed by the caller.
 * @throws {CheckpointError} If there is none, or it is damaged, of another kind, or its weights do not fit its configs.
 */
export async function loadColorizerModels(
  store: CheckpointReader,
  options: Omit<LoadCheckpointOptions, 'kind'> = {},
): Promise<LoadedColorizerModels> {
  const checkpoint = await loadCheckpoint(store, { ...options, kind: COLORIZER_KIND });
  const models = buildModels(store.location, checkpoint);
  try {
    assignWeights(namedWeights(...layersModels(models)), checkpoint.tensors);
  } catch (cause) {
    disposeColorizerModels(models);
    throw new CheckpointError(
      `Cannot load the colorizer "${store.location}" as its weights do not fit its configs: ${(cause as Error).message}`,
      { cause },
    );
  }
  return { ...models, notes: (checkpoint.metadata as ColorizerMetadata).notes };
}
