import * as tf from '@tensorflow/tfjs-core';

import { COLOR_BINS } from '../data/colorBins.js';
import type { ImageBatch, ImageDataset } from '../data/imageDataset.js';
import { rgbToLab } from '../data/lab.js';
import { colorFieldToAb, greyLevelToLightness, labToNetwork } from '../data/networkColor.js';
import { pixelWeights } from '../data/rarityWeights.js';
import { resizeImage } from '../data/resize.js';
import { argumentMessage, assertPositiveInteger } from '../errors.js';
import { type ColorVae, encodeColorField } from '../models/colorVae.js';
import type { TrainingData } from './task.js';

// Type aliases, not interfaces: only those are a `tf.TensorContainer`.

/** A batch for a color VAE. */
export type ColorExamples = {
  /** `L / 50 - 1`, shape `[batch, size, size, 1]`. */
  readonly greyLevel: tf.Tensor4D;
  /** `ab / 128`, shape `[batch, size, size, 2]`. */
  readonly colorField: tf.Tensor4D;
  /** Rarity weight of each pixel, shape `[batch, size, size, 1]`; `undefined` where all pixels count the same. */
  readonly weights: tf.Tensor4D | undefined;
};

/** A batch for a mixture density network. */
export type MixtureExamples = {
  /** What the network looks at, shape `[batch, height, width, channels]`. */
  readonly features: tf.Tensor4D;
  /** Means of the codes to be predicted, shape `[batch, latentDim]`. */
  readonly means: tf.Tensor2D;
  /** Log-variances of the codes to be predicted, shape `[batch, latentDim]`. */
  readonly logVariances: tf.Tensor2D;
};

export interface ColorExamplesOptions {
  /** Side that the color VAE works at, in pixels. */
  readonly imageSize: number;
  /**
   * Weight of each color bin; see `rarityWeights`.
   *
   * @defaultValue all pixels count the same
   */
  readonly rarity?: Float32Array;
}

export interface MixtureExamplesOptions {
  /**
   * Features of lightness in 0..100, shape `[batch, size, size, 1]`; runs inside `tf.tidy`.
   *
   * @defaultValue the grey level itself
   */
  readonly featuresOf?: (lightness: tf.Tensor4D) => tf.Tensor4D;
}

/** Data whose batches are made of the batches of other data, which are disposed. */
function mapBatches<A extends tf.TensorContainer, B>(
  data: TrainingData<A>,
  convert: (batch: A) => B,
): TrainingData<B> {
  return {
    batchSize: data.batchSize,
    batchesPerEpoch: data.batchesPerEpoch,
    batches: async function* (epoch, first) {
      for await (const batch of data.batches(epoch, first)) {
        let converted: B;
        try {
          converted = convert(batch);
        } finally {
          tf.dispose(batch);
        }
        yield converted;
      }
    },
  };
}

/** @returns sRGB images at `size`, maybe the very tensor that was given. */
function atSize(images: tf.Tensor4D, size: number): tf.Tensor4D {
  return images.shape[1] === size && images.shape[2] === size
    ? images
    : resizeImage(images, { height: size, width: size });
}

/**
 * Pictures as a color VAE is trained on them: grey level, color field, rarity weights.
 *
 * @param dataset Its examples may be larger than `imageSize`.
 * @throws {RangeError} If `imageSize` is not a positive integer or `rarity` does not have a weight for each bin.
 */
export function colorExamples(
  dataset: ImageDataset,
  options: ColorExamplesOptions,
): TrainingData<ColorExamples> {
  const { imageSize, rarity } = options;
  const bins = COLOR_BINS.length;
  assertPositiveInteger('make colorExamples', 'imageSize', imageSize);
  if (rarity !== undefined && rarity.length !== bins) {
    const rule = `be ${bins}`;
    throw new RangeError(argumentMessage('make colorExamples', 'rarity.length', rule, rarity.length));
  }
  return mapBatches<ImageBatch, ColorExamples>(dataset, ({ images }) =>
    tf.tidy(() => {
      const { greyLevel, colorField } = labToNetwork(rgbToLab(atSize(images, imageSize)));
      const weights = rarity === undefined ? undefined : pixelWeights(colorFieldToAb(colorField), rarity);
      return { greyLevel, colorField, weights };
    }),
  );
}

/**
 * Color examples as a mixture density network is trained on them: features of the grey photo, and the distribution of codes
 * that the frozen encoder gives the true colors.
 */
export function mixtureExamples(
  vae: ColorVae,
  data: TrainingData<ColorExamples>,
  options: MixtureExamplesOptions = {},
): TrainingData<MixtureExamples> {
  const { featuresOf } = options;
  return mapBatches<ColorExamples, MixtureExamples>(data, ({ greyLevel, colorField }) =>
    tf.tidy(() => {
      const features =
        featuresOf === undefined ? tf.clone(greyLevel) : featuresOf(greyLevelToLightness(greyLevel));
      return { features, ...encodeColorField(vae, colorField) };
    }),
  );
}
