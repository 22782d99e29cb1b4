import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

import type { CheckpointReader } from '../checkpoint/checkpointStore.js';
import type { LoadCheckpointOptions } from '../checkpoint/loadCheckpoint.js';
import { channelsOf, type RasterImage } from '../data/image.js';
import { lightnessToGreyLevel } from '../data/networkColor.js';
import { watched } from '../deviceWatch.js';
import type { GaussianMixture } from '../distributions/gaussianMixture.js';
import { argumentMessage, assertPositiveInteger } from '../errors.js';
import {
  assertColorizerModels,
  type ColorizerModels,
  disposeColorizerModels,
  loadColorizerModels,
} from '../models/colorizerModels.js';
import { encodeGreyLevel } from '../models/colorVae.js';
import { predictMixture } from '../models/mixtureDensityNetwork.js';
import { chooseLatents, type ChooseLatentsOptions, latentOptions, type LatentMode } from './chooseLatents.js';
import { colorization, type Colorization, type LatentChoice, paintedPhoto } from './colorization.js';
import { decodeFields } from './decodeFields.js';
import { squareLightness } from './greyInput.js';

const ACTION = 'colorize';
const WORK = { action: ACTION, saving: 'use smaller networks, or a device with more memory' };

/** Pictures done and pictures in all, of a call of `colorize`. */
export interface ColorizeProgress {
  readonly done: number;
  readonly total: number;
}

export interface ColorizeOptions {
  /**
   * Results per photo; in mode `'modes'` at most the number of components.
   *
   * @defaultValue `5`
   */
  readonly count?: number;
  /**
   * `'modes'` gives the means of the most likely components; `'samples'` draws codes from the mixture.
   *
   * @defaultValue `'modes'`
   */
  readonly mode?: LatentMode;
  /**
   * Factor of the standard deviations in mode `'samples'`: 0 draws component means, 1 draws from the mixture as it is.
   *
   * @defaultValue `1`
   */
  readonly temperature?: number;
  /**
   * Non-negative integer, 0 included; equal seeds give equal results in mode `'samples'`.
   *
   * @defaultValue `0`
   */
  readonly seed?: number;
  /** Gives up between two photos; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told after each photo. */
  readonly onProgress?: (progress: ColorizeProgress) => void;
}

/** Colors photos in several ways. */
export interface Colorizer {
  readonly models: ColorizerModels;
  /** One photo in, its results out, the weightiest first; a list of photos in, a list of results for each out. */
  readonly colorize: {
    (photo: RasterImage, options?: ColorizeOptions): Promise<Colorization[]>;
    (photos: readonly RasterImage[], options?: ColorizeOptions): Promise<Colorization[][]>;
  };
  /** The colors of given latent codes, in their order. */
  readonly decode: (photo: RasterImage, latents: readonly Float32Array[]) => Promise<Colorization[]>;
  /** Frees the weights; the colorizer cannot be used afterwards. */
  readonly dispose: () => void;
}

export interface ColorizerOptions {
  /**
   * A network from lightness in 0..100, shape `[1, size, size, 1]`, to the features the mixture density network looks at;
   * needed where its `config.input.kind` is `'features'`. It belongs to the caller.
   */
  readonly features?: { readonly network: LayersModel; readonly imageSize: number };
}

/** The mixture of one photo. */
function mixtureOf(
  models: ColorizerModels,
  photo: RasterImage,
  { features }: ColorizerOptions,
): GaussianMixture {
  const { mixtureDensityNetwork: network } = models;
  const { input } = network.config;
  return tf.tidy<tf.NamedTensorMap & GaussianMixture>(() => {
    if (input.kind === 'greyLevel') {
      const greyLevel = lightnessToGreyLevel(squareLightness(photo, input.imageSize));
      return { ...predictMixture(network, greyLevel) };
    }
    const { network: featureNetwork, imageSize } = features!;
    const lightness = squareLightness(photo, imageSize);
    return { ...predictMixture(network, featureNetwork.apply(lightness) as tf.Tensor4D) };
  });
}

/** Decodes codes for one photo: the grey photo is encoded once, whatever the number of codes. */
async function decodeChoices(
  { colorVae: vae }: ColorizerModels,
  photo: RasterImage,
  choices: readonly LatentChoice[],
): Promise<Colorization[]> {
  const conditioning = tf.tidy(() =>
    encodeGreyLevel(vae, lightnessToGreyLevel(squareLightness(photo, vae.config.imageSize))),
  );
  try {
    const latents = choices.map(({ latent }) => latent);
    const colorFields = await decodeFields(vae, latents, conditioning);
    const painted = paintedPhoto(photo);
    return choices.map((choice, i) => colorization(painted, colorFields[i]!, choice));
  } finally {
    tf.dispose(conditioning);
  }
}

async function colorizePhoto(
  models: ColorizerModels,
  photo: RasterImage,
  settings: ChooseLatentsOptions,
  options: ColorizerOptions,
): Promise<Colorization[]> {
  const mixture = mixtureOf(models, photo, options);
  try {
    return await decodeChoices(models, photo, await chooseLatents(mixture, settings));
  } finally {
    tf.dispose([mixture.logits, mixture.means, mixture.logStdDevs]);
  }
}

function assertLatents(latents: readonly Float32Array[], latentDim: number): void {
  assertPositiveInteger('decode latents', 'latents.length', latents.length);
  latents.forEach((latent, i) => {
    if (latent.length !== latentDim) {
      const rule = `be ${latentDim}, the latentDim of the color VAE`;
      throw new RangeError(argumentMessage('decode latents', `latents[${i}].length`, rule, latent.length));
    }
    const bad = latent.findIndex((value) => !Number.isFinite(value));
    if (bad < 0) return;
    throw new RangeError(
      argumentMessage('decode latents', `latents[${i}][${bad}]`, 'be finite', latent[bad]),
    );
  });
}

/** @throws {TypeError} If the mixture density network looks at features and none are given. */
export function assertFeatures(
  action: string,
  { mixtureDensityNetwork: network }: ColorizerModels,
  { features }: ColorizerOptions,
): void {
  if (network.config.input.kind !== 'features' || features !== undefined) return;
  const rule = 'be given, as the mixture density network looks at features';
  throw new TypeError(argumentMessage(action, 'features', rule, features));
}

/**
 * A colorizer of trained networks.
 *
 * @param models Belong to the colorizer from now on: its `dispose` frees them.
 * @throws {RangeError} If the two networks do not speak of the same codes.
 * @throws {TypeError} If the mixture density network looks at features and none are given.
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017.
 * @example
 * ```ts
 * const [best] = await colorizer(models).colorize(photo, { count: 5 });
 * const png = await best!.toPng();
 * ```
 */
export function colorizer(models: ColorizerModels, options: ColorizerOptions = {}): Colorizer {
  assertColorizerModels('create colorizer', models);
  assertFeatures('create colorizer', models, options);
  const { components } = models.mixtureDensityNetwork.config;

  const colorizeAll = async (photos: readonly RasterImage[], request: ColorizeOptions) => {
    const settings = latentOptions(ACTION, request, components);
    for (const photo of photos) channelsOf(ACTION, photo);
    const results: Colorization[][] = [];
    for (const photo of photos) {
      request.signal?.throwIfAborted();
      results.push(await watched(WORK, () => colorizePhoto(models, photo, settings, options)));
      request.onProgress?.({ done: results.length, total: photos.length });
    }
    return results;
  };
  async function colorize(photo: RasterImage, request?: ColorizeOptions): Promise<Colorization[]>;
  async function colorize(
    photos: readonly RasterImage[],
    request?: ColorizeOptions,
  ): Promise<Colorization[][]>;
  async function colorize(input: RasterImage | readonly RasterImage[], request: ColorizeOptions = {}) {
    if ('data' in input) return (await colorizeAll([input], request))[0]!;
    return colorizeAll(input, request);
  }
  return {
    models,
    colorize,
    decode: async (photo, latents) => {
      channelsOf('decode latents', photo);
      assertLatents(latents, models.colorVae.config.latentDim);
      const given = { weight: null, component: null, seed: null };
      const choices = latents.map((latent) => ({ latent: latent.slice(), ...given }));
      return watched(WORK, () => decodeChoices(models, photo, choices));
    },
    dispose: () => disposeColorizerModels(models),
  };
}

/**
 * Loads a colorizer from a checkpoint: a folder, a URL, memory.
 *
 * @throws {CheckpointError} If there is none, or it is damaged or of another kind.
 * @throws {TypeError} If its mixture density network looks at features and none are given.
 */
export async function loadColorizer(
  store: CheckpointReader,
  options: Omit<LoadCheckpointOptions, 'kind'> & ColorizerOptions = {},
): Promise<Colorizer> {
  const { features, ...loading } = options;
  const { colorVae, mixtureDensityNetwork } = await loadColorizerModels(store, loading);
  const models = { colorVae, mixtureDensityNetwork };
  try {
    return colorizer(models, features === undefined ? {} : { features });
  } catch (error) {
    disposeColorizerModels(models);
    throw error;
  }
}
