import type { ImageSource } from '../data/imageSource.js';
import { ImageError } from '../errors.js';
import type { ColorizerOptions } from '../inference/encodePhoto.js';
import type { ColorizerModels } from '../models/colorizerModels.js';
import { scaleColors } from '../models/scaleColors.js';
import { disposeBatch, encodeBatch, photoOf } from './encodedBatch.js';
import { checkedRequest, type EvaluationRequest } from './options.js';
import { paintModel } from './paintSystems.js';
import { inBatches, type TestPhoto, usablePhotos } from './testPhoto.js';

/** Photos that the encoders see at a time. */
const BATCH_SIZE = 16;
/** One pixel of this many is looked at: no divisor of a row. */
const STRIDE = 5;
/** Bounds of the factor: what a model paints that has learned next to nothing is noise. */
const [LEAST, MOST] = [0.5, 3];
/** Halvings of the interval between them: to a thousandth. */
const HALVINGS = 12;

export interface CalibrateChromaOptions extends ColorizerOptions {
  /**
   * Results per photo, at most the number of components.
   *
   * @defaultValue `5`, or all components where they are fewer
   */
  readonly count?: number;
  /**
   * Photos to go by, spread evenly over the source.
   *
   * @defaultValue `256`
   */
  readonly limit?: number;
  /** Gives up between two photos; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Colors of some pixels, `a` and `b` in turn, over 128. */
interface Colors {
  readonly photos: number[];
  readonly results: number[];
}

function addPixels(to: number[], field: ArrayLike<number>): void {
  for (let i = 0; i + 1 < field.length; i += 2 * STRIDE) to.push(field[i]!, field[i + 1]!);
}

async function paintBatch(
  models: ColorizerModels,
  photos: readonly TestPhoto[],
  { request, colors }: { readonly request: EvaluationRequest; readonly colors: Colors },
): Promise<void> {
  const batch = encodeBatch(models, photos, request.features);
  const parts = photos.map((_, i) => photoOf(batch, i));
  try {
    for (const [i, photo] of photos.entries()) {
      request.signal?.throwIfAborted();
      const task = { vae: models.colorVae, photo, encoded: parts[i]!, latents: request.latents };
      const { fields } = await paintModel(task);
      addPixels(colors.photos, photo.colorField);
      fields.forEach((field) => addPixels(colors.results, field));
    }
  } finally {
    parts.forEach(disposeBatch);
    disposeBatch(batch);
  }
}

/** `sqrt(mean(a**2 + b**2))` over 128. */
function chromaOf(colors: readonly number[]): number {
  return Math.sqrt((2 * colors.reduce((sum, value) => sum + value ** 2, 0)) / colors.length);
}

/** What tanh makes of `factor` times what it made `value` of; where float32 is at its end, the value itself. */
function strengthened(value: number, factor: number): number {
  return Math.abs(value) < 1 ? Math.tanh(factor * Math.atanh(value)) : value;
}

/** The factor that gives results the chroma of the photos, as far as it is allowed. */
function chromaFactor({ photos, results }: Colors): number {
  const wanted = chromaOf(photos);
  let [low, high]: [number, number] = [LEAST, MOST];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (chromaOf(results.map((value) => strengthened(value, middle))) < wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Makes the results of a colorizer as colorful as photos are: a mean of colors that could be is duller than each of them. Multiplies what the decoder's
 * last tanh is given, in place, by the factor that gives the `count` most likely results the chroma of the photos, as its root mean
 * square; hue and lightness stay. All that is decoded changes with it.
 *
 * @param models Belong to the caller; the decoder's last layer is changed.
 * @param source Photos in color, such as those that the models were trained on.
 * @returns The factor, 0.5 to 3.
 * @throws {RangeError} If the source is empty, a number is out of its range, or `count` exceeds the components.
 * @throws {TypeError} If the mixture density network looks at features and none are given.
 * @throws {ImageError} If no photo can be used: it can be read and is not grey.
 * @throws The reason of `signal` once it is aborted; the models are as they were.
 * @see R. Zhang et al., Colorful Image Colorization, 2016, section 2.3: means of likely colors are dull.
 */
export async function calibrateChroma(
  models: ColorizerModels,
  source: ImageSource,
  options: CalibrateChromaOptions = {},
): Promise<number> {
  const { limit = 256, count = Math.min(5, models.mixtureDensityNetwork.config.components) } = options;
  const request = checkedRequest('calibrate chroma', models, source, { ...options, limit, count });
  const colors: Colors = { photos: [], results: [] };
  const photos = usablePhotos(source, {
    indices: request.indices,
    size: models.colorVae.config.imageSize,
    signal: request.signal,
    onPhoto: () => {},
  });
  for await (const batch of inBatches(photos, BATCH_SIZE))
    await paintBatch(models, batch, { request, colors });
  if (colors.photos.length === 0) throw new ImageError('Cannot calibrate chroma as no photo can be used');
  const factor = chromaFactor(colors);
  scaleColors(models.colorVae, factor);
  return factor;
}
