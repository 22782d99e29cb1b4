import * as tf from '@tensorflow/tfjs-core';

import { channelsOf, type RasterImage } from '../data/image.js';
import { watched } from '../deviceWatch.js';
import type { GaussianMixture } from '../distributions/gaussianMixture.js';
import { argumentMessage, assertNonNegative, assertPositiveInteger } from '../errors.js';
import type { ColorizerModels } from '../models/colorizerModels.js';
import { chooseFields } from './chooseFields.js';
import { type ChooseLatentsOptions, latentOptions } from './chooseLatents.js';
import { clipMixture } from './clipMixture.js';
import { colorization, type Colorization, type LatentChoice, paintedPhoto } from './colorization.js';
import type { Colorizer, ColorizeOptions } from './colorizer.js';
import { decodeFields } from './decodeFields.js';
import {
  assertFeatures,
  type ColorizerOptions,
  type GreyPhoto,
  mixtureOf,
  withGreyPhoto,
} from './encodePhoto.js';
import { squareLightness, withSquares } from './greyInput.js';
import { assertUpsampling, type Upsampling } from './paintPhoto.js';
import { fieldSmoother, type SmoothedFields } from './smoothFields.js';

const ACTION = 'colorize a sequence';
const NO_WISHES = { hints: [], palette: [], reference: null };
const WORK = { action: ACTION, saving: 'use smaller networks, or a device with more memory' };

export interface SequenceOptions
  extends
    Pick<ColorizeOptions, 'mode' | 'temperature' | 'seed' | 'leastDifference' | 'upsampling' | 'signal'>,
    ColorizerOptions {
  /**
   * Ways to color the clip, each of them through all frames.
   *
   * @defaultValue `1`
   */
  readonly count?: number;
  /**
   * Frames at the beginning from which the latent codes of the clip are chosen; they are held until then.
   *
   * @defaultValue `8`
   */
  readonly lookahead?: number;
  /**
   * Share of the colors that a place keeps from the frame before: 0 colors each frame by itself, still with the codes of the
   * clip; below 1.
   *
   * @defaultValue `0.8`
   */
  readonly smoothing?: number;
}

/** A frame in color. */
export interface SequenceFrame {
  /** Number of the frame, from 0. */
  readonly index: number;
  /** Whether a shot begins here: true of the first frame. */
  readonly cut: boolean;
  /** One result for each code of the clip, in the same order in all frames. */
  readonly results: readonly Colorization[];
}

interface SequenceSettings {
  readonly latents: ChooseLatentsOptions;
  readonly lookahead: number;
  readonly smoothing: number;
  readonly upsampling: Upsampling;
}

function sequenceSettings(options: SequenceOptions, components: number): SequenceSettings {
  const { count = 1, lookahead = 8, smoothing = 0.8, upsampling = 'edges' } = options;
  assertPositiveInteger(ACTION, 'lookahead', lookahead);
  assertNonNegative(ACTION, 'smoothing', smoothing);
  if (smoothing >= 1) throw new RangeError(argumentMessage(ACTION, 'smoothing', 'be below 1', smoothing));
  assertUpsampling(ACTION, upsampling);
  const latents = latentOptions(ACTION, { ...options, count }, components);
  return { latents, lookahead, smoothing, upsampling };
}

/** What is kept of a code of which the colors in one frame are known. */
function choiceOf({
  latent,
  weight,
  componentWeight,
  component,
  seed,
  nearDuplicates,
}: LatentChoice): LatentChoice {
  return { latent, weight, componentWeight, component, seed, nearDuplicates };
}

/** The codes of a clip, from the mixtures of its first frames; each must look different in the first of them. */
async function chooseCodes(
  models: ColorizerModels,
  frames: readonly RasterImage[],
  latents: ChooseLatentsOptions,
  options: ColorizerOptions,
): Promise<LatentChoice[]> {
  const { colorVae: vae } = models;
  const mixture = tf.tidy<tf.NamedTensorMap & GaussianMixture>(() => ({
    ...clipMixture(
      frames.map((frame) => mixtureOf(models, { ofSize: (size) => squareLightness(frame, size) }, options)),
    ),
  }));
  try {
    const choose = async ({ conditioning, lightness }: GreyPhoto): Promise<LatentChoice[]> => {
      const encoded = { vae, mixture, conditioning, lightness: await lightness.data<'float32'>() };
      return (await chooseFields(encoded, latents)).map(choiceOf);
    };
    return await withSquares(frames[0]!, async (squares) => withGreyPhoto(vae, squares, choose));
  } finally {
    tf.dispose([mixture.logits, mixture.means, mixture.logStdDevs]);
  }
}

/** Colors one frame after the other with given codes. */
function framePainter(
  { colorVae: vae }: ColorizerModels,
  choices: readonly LatentChoice[],
  { smoothing, upsampling }: SequenceSettings,
) {
  const smooth = fieldSmoother(smoothing);
  const codes = choices.map(({ latent }) => latent);
  const paintFields = async ({ conditioning, lightness }: GreyPhoto): Promise<SmoothedFields> =>
    smooth(await lightness.data<'float32'>(), await decodeFields(vae, codes, conditioning));
  return async (frame: RasterImage, index: number): Promise<SequenceFrame> => {
    const { fields, cut } = await watched(WORK, async () =>
      withSquares(frame, async (squares) => withGreyPhoto(vae, squares, paintFields)),
    );
    const painted = paintedPhoto(frame, upsampling);
    const results = choices.map((choice, i) =>
      colorization(painted, { ...choice, wishErrors: NO_WISHES, colorField: fields[i]! }),
    );
    return { index, cut, results };
  };
}

/**
 * Colors the frames of a clip so that colors do not flicker: one latent code for the whole clip, chosen from the mixtures of its
 * first frames, and colors smoothed over time along what moves. Frames of different shots may follow each other: smoothing
 * begins anew at a cut, the code stays.
 *
 * @param frames In order; each is read once, and only the first `lookahead` are held.
 * @returns The frames in color, one by one, as they are asked for; nothing needs to be disposed.
 * @throws {RangeError} If a number is out of its range, or a frame has no width or height.
 * @throws {TypeError} If a frame's data do not fit its width and height, `mode` or `upsampling` is unknown, or the networks need
 *   features and none are given.
 *
 * @example
 * ```ts
 * import { colorizeSequence, loadColorizer } from 'polyhue';
 * import { folderSource, folderStore, startBackend, writeFileAtomic } from 'polyhue/node';
 *
 * await startBackend('auto');
 * const clip = await folderSource('frames');
 * async function* frames() {
 *   for (let i = 0; i < clip.length; i++) yield await clip.read(i);
 * }
 * const colorizer = await loadColorizer(folderStore('my-model'));
 * for await (const { index, results } of colorizeSequence(colorizer, frames()))
 *   await writeFileAtomic(`${index}.png`, await results[0]!.toPng());
 * ```
 */
export async function* colorizeSequence(
  { models }: Pick<Colorizer, 'models'>,
  frames: AsyncIterable<RasterImage> | Iterable<RasterImage>,
  options: SequenceOptions = {},
): AsyncGenerator<SequenceFrame, void, undefined> {
  const { components } = models.mixtureDensityNetwork.config;
  const settings = sequenceSettings(options, components);
  const { latents, lookahead } = settings;
  assertFeatures(ACTION, models, options);
  let waiting: RasterImage[] = [];
  let index = 0;
  let paint: ReturnType<typeof framePainter> | undefined;
  const begin = async () => {
    const choices = await watched(WORK, () => chooseCodes(models, waiting, latents, options));
    return framePainter(models, choices, settings);
  };
  for await (const frame of frames) {
    options.signal?.throwIfAborted();
    channelsOf(ACTION, frame);
    waiting.push(frame);
    if (paint === undefined && waiting.length < lookahead) continue;
    paint ??= await begin();
    const ready = waiting;
    waiting = [];
    for (const next of ready) yield await paint(next, index++);
  }
  if (waiting.length === 0) return;
  paint = await begin();
  for (const next of waiting) yield await paint(next, index++);
}
