import * as tf from '@tensorflow/tfjs-core';

import {
  argumentMessage,
  assertNonNegativeInteger,
  assertOneOf,
  assertPositiveInteger,
  assertShape,
} from '../errors.js';
import { deriveSeed, shuffledIndices } from '../random.js';
import type { RasterImage } from './image.js';
import type { ImageSource } from './imageSource.js';
import { mapLimited } from './mapLimited.js';
import { prefetch } from './prefetch.js';
import { readableImages, type UnreadableImage, type UnreadablePolicy } from './readableImages.js';
import { resizeRaster } from './resizeRaster.js';

const ACTION = 'create imageDataset';

/** First element of the path of the seeds that are derived here. */
const ORDER = 0;
const EXAMPLE = 1;

/** Which example a picture becomes. */
export interface ExampleContext {
  /** For whatever is drawn at random: differs for every picture and epoch, and comes back when a run is resumed. */
  readonly seed: number;
  readonly epoch: number;
  /** Index of the picture in its source. */
  readonly index: number;
}

/**
 * Makes a training example of a picture: crop, resize, flip.
 *
 * A synchronous function of tensors; returns sRGB in [0, 1], shape `[size, size, 3]`, which the data set disposes.
 */
export type ImageTransform = (image: RasterImage, context: ExampleContext) => tf.Tensor3D;

// Not an interface: only a type alias is a `tf.TensorContainer`, fit for `tf.dispose`.
/** The pictures of one training step, to be disposed by whoever took them from the loop. */
export type ImageBatch = {
  /** sRGB in [0, 1], shape `[batch, size, size, 3]`. */
  readonly images: tf.Tensor4D;
  /** Where each picture is in the source. */
  readonly indices: Int32Array;
};

/** Batches whose order and content are a function of the options and the epoch alone. */
export interface ImageDataset {
  readonly batchesPerEpoch: number;
  /** Examples in a full batch. */
  readonly batchSize: number;
  /**
   * The batches of an epoch from number `first` on, which is where a resumed run goes on.
   *
   * Leaving the loop early leaves no tensor behind but the batches that were handed out.
   */
  readonly batches: (epoch: number, first?: number) => AsyncGenerator<ImageBatch, void, undefined>;
  /** The pictures that were passed over until now. */
  readonly unreadable: () => readonly UnreadableImage[];
}

export interface ImageDatasetOptions {
  readonly source: ImageSource;
  /** Side of the square examples, in pixels. */
  readonly size: number;
  readonly batchSize: number;
  /** Non-negative integer, 0 included: the order of the pictures and whatever `transform` draws. */
  readonly seed: number;
  /**
   * What becomes of a picture.
   *
   * @defaultValue the whole frame, resized to the square
   */
  readonly transform?: ImageTransform;
  /**
   * Whether each epoch has an order of its own; if not, all have the order of the source.
   *
   * @defaultValue `true`
   */
  readonly shuffle?: boolean;
  /**
   * Whether the pictures that do not fill a last batch are left out of the epoch.
   *
   * @defaultValue `false`
   */
  readonly dropRemainder?: boolean;
  /**
   * Batches made ahead of the one that is in use.
   *
   * @defaultValue `2`
   */
  readonly ahead?: number;
  /**
   * Pictures decoded at a time.
   *
   * @defaultValue `4`
   */
  readonly concurrency?: number;
  /**
   * What a picture that cannot be read does: end the epoch with its error, or let the next readable picture of the
   * epoch's order stand in for it, so that batches keep their size and number.
   *
   * @defaultValue `'throw'`
   */
  readonly onUnreadable?: UnreadablePolicy;
  /** Ends the loop over batches with the signal's reason. */
  readonly signal?: AbortSignal;
}

type Settings = Required<Omit<ImageDatasetOptions, 'signal'>>;

/** The whole picture, squeezed or stretched to a square. */
function wholeFrame(size: number): ImageTransform {
  return (image) => tf.squeeze<tf.Tensor3D>(resizeRaster(image, { height: size, width: size }), [0]);
}

function checkedSettings(options: ImageDatasetOptions): Settings {
  const { source, size, batchSize, seed, shuffle = true, dropRemainder = false } = options;
  const { transform = wholeFrame(size), ahead = 2, concurrency = 4, onUnreadable = 'throw' } = options;
  assertPositiveInteger(ACTION, 'source.length', source.length);
  assertPositiveInteger(ACTION, 'size', size);
  assertPositiveInteger(ACTION, 'batchSize', batchSize);
  assertNonNegativeInteger(ACTION, 'seed', seed);
  assertNonNegativeInteger(ACTION, 'ahead', ahead);
  assertPositiveInteger(ACTION, 'concurrency', concurrency);
  assertOneOf(ACTION, 'onUnreadable', onUnreadable, ['throw', 'skip']);
  if (dropRemainder && batchSize > source.length) {
    const rule = `be at most ${source.length}, the number of pictures, when the remainder is dropped`;
    throw new RangeError(argumentMessage(ACTION, 'batchSize', rule, batchSize));
  }
  return {
    source,
    size,
    batchSize,
    seed,
    transform,
    shuffle,
    dropRemainder,
    ahead,
    concurrency,
    onUnreadable,
  };
}

interface Example {
  readonly index: number;
  readonly pixels: tf.Tensor3D;
}

/** Joins examples to a batch and disposes them. */
function toBatch(examples: readonly Example[]): ImageBatch {
  const pixels = examples.map((example) => example.pixels);
  try {
    const images = tf.stack(pixels) as tf.Tensor4D;
    return { images, indices: Int32Array.from(examples, ({ index }) => index) };
  } finally {
    tf.dispose(pixels);
  }
}

/** Makes one batch: `order` is the epoch's, `batch` its number in the epoch. */
function batchLoader(settings: Settings, read: ReturnType<typeof readableImages>['read']) {
  const { source, size, batchSize, seed, transform, concurrency } = settings;

  const toPixels = (image: RasterImage, context: ExampleContext): tf.Tensor3D =>
    tf.tidy(() => {
      const pixels = transform(image, context);
      assertShape('make a batch', 'transform(image)', pixels, [size, size, 3]);
      return pixels;
    });
  return async (epoch: number, order: Uint32Array, batch: number, signal: AbortSignal) => {
    const start = batch * batchSize;
    const makeExample = async (i: number): Promise<Example> => {
      const { index, image } = await read(order, start + i, signal);
      signal.throwIfAborted();
      const context = { seed: deriveSeed(seed, EXAMPLE, epoch, index), epoch, index };
      return { index, pixels: toPixels(image, context) };
    };
    const count = Math.min(batchSize, source.length - start);
    const dispose = ({ pixels }: Example): void => pixels.dispose();
    return toBatch(await mapLimited(count, makeExample, { limit: concurrency, dispose }));
  };
}

/**
 * Batches of pictures for training: shuffled by seed, decoded ahead of time, exact to resume.
 *
 * The order of an epoch depends on `seed` and the epoch's number only, and so does the seed that `transform` is given for a
 * picture. A run that stopped before batch `b` of epoch `e` therefore goes on with `batches(e, b)`.
 *
 * @throws {RangeError} If the source is empty, a number is out of its range, or no batch would be left.
 * @throws {TypeError} If `onUnreadable` is neither `"throw"` nor `"skip"`.
 *
 * @example
 * ```ts
 * import { imageDataset, splitSource } from 'polyhue';
 * import { openImages } from 'polyhue/node';
 *
 * const { training } = splitSource(await openImages('photos'), { fraction: 0.05, seed: 0 });
 * const data = imageDataset({ source: training, size: 64, batchSize: 32, seed: 0 });
 * for await (const { images, indices } of data.batches(0)) {
 *   console.log(images.shape, training.name(indices[0]!));
 *   images.dispose();
 * }
 * ```
 */
export function imageDataset(options: ImageDatasetOptions): ImageDataset {
  const settings = checkedSettings(options);
  const { source, batchSize, seed, shuffle, dropRemainder, ahead, onUnreadable } = settings;
  const batchesPerEpoch = (dropRemainder ? Math.floor : Math.ceil)(source.length / batchSize);
  const { read, unreadable } = readableImages(source, onUnreadable);
  const loadBatch = batchLoader(settings, read);

  const orderOf = (epoch: number): Uint32Array =>
    shuffle
      ? shuffledIndices(source.length, deriveSeed(seed, ORDER, epoch))
      : Uint32Array.from({ length: source.length }, (_, index) => index);

  const batches = (epoch: number, first = 0) => {
    assertNonNegativeInteger('read batches', 'epoch', epoch);
    assertNonNegativeInteger('read batches', 'first', first);
    const order = orderOf(epoch);
    return prefetch<ImageBatch>(first, batchesPerEpoch, {
      produce: async (batch, signal) => loadBatch(epoch, order, batch, signal),
      dispose: ({ images }) => images.dispose(),
      ahead,
      signal: options.signal,
    });
  };
  return { batchesPerEpoch, batchSize, batches, unreadable };
}
