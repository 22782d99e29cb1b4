import * as tf from '@tensorflow/tfjs-core';

import type { CheckpointReader } from '../checkpoint/checkpointStore.js';
import type { LoadCheckpointOptions } from '../checkpoint/loadCheckpoint.js';
import { channelsOf, type RasterImage } from '../data/image.js';
import { watched } from '../deviceWatch.js';
import { argumentMessage, assertPositiveInteger } from '../errors.js';
import {
  assertColorizerModels,
  type ColorizerModels,
  disposeColorizerModels,
  loadColorizerModels,
} from '../models/colorizerModels.js';
import { type ChosenField, chooseFields, type EncodedPhoto, fieldsOf } from './chooseFields.js';
import { type ChooseLatentsOptions, latentOptions, type LatentMode } from './chooseLatents.js';
import { colorization, type Colorization, GIVEN, paintedPhoto, type PaintedPhoto } from './colorization.js';
import {
  assertFeatures,
  type ColorizerOptions,
  type GreyPhoto,
  photoMixture,
  withGreyPhoto,
} from './encodePhoto.js';
import type { ColorizerEngine } from './engine.js';
import { withSquares } from './greyInput.js';
import { assertUpsampling, type Upsampling } from './paintPhoto.js';
import { type PlacedWishes, prepareWishes } from './steering/prepareWishes.js';
import { asksForCodes, steerFields } from './steering/steerFields.js';
import { assertWishes, type ColorWishes } from './steering/wishes.js';

const ACTION = 'colorize';
const WORK = { action: ACTION, saving: 'use smaller networks, or a device with more memory' };

/** Pictures done and pictures in all, of a call of `colorize`. */
export interface ColorizeProgress {
  readonly done: number;
  readonly total: number;
  /** Share of the next photo that is done, above 0 and at most 1; told while codes for wishes are looked for. */
  readonly share?: number;
}

export interface ColorizeOptions extends ColorWishes {
  /**
   * Results per photo, in mode `'modes'` at most the number of components; fewer are returned where not so many differ by
   * `leastDifference`.
   *
   * @defaultValue `5`
   */
  readonly count?: number;
  /**
   * `'modes'` gives the means of the most likely components; `'samples'` draws codes from the mixture; `'distinct'` gives those
   * that differ most from each other, likely ones first, among all modes and many draws. With hints, a palette, a reference or
   * a lock, codes from all modes and many draws are moved towards these wishes, whatever the mode.
   *
   * @defaultValue `'modes'`
   */
  readonly mode?: LatentMode;
  /**
   * Factor of the standard deviations where codes are drawn: 0 draws component means, 1 draws from the mixture as it is.
   *
   * @defaultValue `1`
   */
  readonly temperature?: number;
  /**
   * Non-negative integer, 0 included; equal seeds give equal results where codes are drawn.
   *
   * @defaultValue `0`
   */
  readonly seed?: number;
  /**
   * Mean CIEDE2000 difference, at the size the networks work at, below which two results count as one: the likelier one, or the
   * one drawn first, stays, and the next takes the place of the other. 0 keeps all.
   *
   * @defaultValue `1`, about the smallest difference that is seen between patches side by side
   */
  readonly leastDifference?: number;
  /**
   * How the colors of results come to the size of the photo; see `paintPhoto`.
   *
   * @defaultValue `'edges'`
   */
  readonly upsampling?: Upsampling;
  /** Gives up between two photos, or two steps towards a wish; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told after each photo, and after each step towards a wish. */
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
  /** The colors of given latent codes, in their order; those of a result for wishes with the same wishes. */
  readonly decode: (
    photo: RasterImage,
    latents: readonly Float32Array[],
    wishes?: ColorWishes,
  ) => Promise<Colorization[]>;
  /** Frees the weights; the colorizer cannot be used afterwards. */
  readonly dispose: () => void;
}

type GreyPhotoBody = (grey: GreyPhoto) => Promise<Colorization[]>;

/** A result with what was wished for, and how near it comes. */
function wishedColorization(
  photo: PaintedPhoto,
  wishes: PlacedWishes,
  chosen: Omit<Parameters<typeof colorization>[1], 'wishErrors'>,
): Colorization {
  return colorization(photo, { ...chosen, wishErrors: wishes.errorsOf(chosen.colorField.values) });
}

/** The engine, for what it can do: codes are moved by gradients, and decoded again by what moved them. */
function engineFor(wishes: ColorWishes, { engine }: ColorizerOptions): ColorizerEngine | undefined {
  return asksForCodes(wishes) ? undefined : engine;
}

async function decodePhoto(
  { colorVae: vae }: ColorizerModels,
  photo: RasterImage,
  latents: readonly Float32Array[],
  { wishes, engine }: { readonly wishes: ColorWishes; readonly engine: ColorizerEngine | undefined },
): Promise<Colorization[]> {
  const decode: GreyPhotoBody = async ({ conditioning, lightness: square }) => {
    const lightness = await square.data<'float32'>();
    const placed = await prepareWishes(wishes, photo, { lightness, size: vae.config.imageSize });
    const painted = paintedPhoto(photo);
    const colorFields = await fieldsOf({ vae, conditioning, engine, lightness }, latents);
    return latents.map((latent, i) => {
      const colorField = { ...colorFields[i]!, values: placed.apply(colorFields[i]!.values) };
      return wishedColorization(painted, placed, { ...GIVEN, latent: latent.slice(), colorField });
    });
  };
  return withSquares(photo, async (squares) => withGreyPhoto(vae, squares, decode, engine));
}

/** What a call of `colorize` asks for each photo. */
interface PhotoRequest {
  readonly settings: ChooseLatentsOptions;
  readonly upsampling: Upsampling;
  readonly wishes: ColorWishes;
  readonly signal: AbortSignal | undefined;
  readonly onShare: (share: number) => void;
}

async function chooseWished(
  encoded: EncodedPhoto,
  placed: PlacedWishes,
  { settings, wishes, signal, onShare }: PhotoRequest,
): Promise<ChosenField[]> {
  if (asksForCodes(wishes)) return steerFields(encoded, placed, { ...settings, signal, onShare });
  const { apply, saturation } = placed;
  return chooseFields(saturation === 1 ? encoded : { ...encoded, finish: apply }, settings);
}

async function colorizePhoto(
  models: ColorizerModels,
  photo: RasterImage,
  request: PhotoRequest,
  options: ColorizerOptions,
): Promise<Colorization[]> {
  const { colorVae: vae } = models;
  const engine = engineFor(request.wishes, options);
  return withSquares(photo, async (squares) => {
    const mixture = await photoMixture(models, squares, options, engine);
    const choose: GreyPhotoBody = async ({ conditioning, lightness: square }) => {
      const lightness = await square.data<'float32'>();
      const placed = await prepareWishes(request.wishes, photo, { lightness, size: vae.config.imageSize });
      const chosen = await chooseWished({ vae, mixture, conditioning, engine, lightness }, placed, request);
      const painted = paintedPhoto(photo, request.upsampling);
      return chosen.map((one) => wishedColorization(painted, placed, one));
    };
    try {
      return await withGreyPhoto(vae, squares, choose, engine);
    } finally {
      tf.dispose([mixture.logits, mixture.means, mixture.logStdDevs]);
    }
  });
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
  const { imageSize, latentDim } = models.colorVae.config;

  const colorizeAll = async (photos: readonly RasterImage[], request: ColorizeOptions) => {
    const { upsampling = 'edges' } = request;
    assertUpsampling(ACTION, upsampling);
    const settings = latentOptions(ACTION, request, components);
    const { signal, onProgress } = request;
    for (const photo of photos) {
      channelsOf(ACTION, photo);
      assertWishes(ACTION, request, photo, imageSize);
    }
    const results: Colorization[][] = [];
    const [total, tell] = [
      photos.length,
      (share: number) => onProgress?.({ done: results.length, total, share }),
    ];
    for (const photo of photos) {
      signal?.throwIfAborted();
      const work = { settings, upsampling, wishes: request, signal, onShare: tell };
      results.push(await watched(WORK, () => colorizePhoto(models, photo, work, options)));
      onProgress?.({ done: results.length, total });
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
    decode: async (photo, latents, wishes = {}) => {
      channelsOf('decode latents', photo);
      assertLatents(latents, latentDim);
      assertWishes('decode latents', wishes, photo, imageSize);
      const engine = engineFor(wishes, options);
      return watched(WORK, () => decodePhoto(models, photo, latents, { wishes, engine }));
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
  const { features, engine, ...loading } = options;
  const { colorVae, mixtureDensityNetwork } = await loadColorizerModels(store, loading);
  const models = { colorVae, mixtureDensityNetwork };
  try {
    return colorizer(models, { ...(features && { features }), ...(engine && { engine }) });
  } catch (error) {
    disposeColorizerModels(models);
    throw error;
  }
}
