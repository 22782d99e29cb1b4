import * as tf from '@tensorflow/tfjs-core';

import { lightnessToGreyLevel } from '../data/networkColor.js';
import { resizeImage } from '../data/resize.js';
import {
  type DiagonalGaussian,
  gaussianLogProbability,
  reparameterize,
} from '../distributions/diagonalGaussian.js';
import { type GaussianMixture, mixtureLogProbability } from '../distributions/gaussianMixture.js';
import type { ColorizerOptions } from '../inference/encodePhoto.js';
import type { ColorizerModels } from '../models/colorizerModels.js';
import { encodeColorField, encodeGreyLevel } from '../models/colorVae.js';
import { predictMixture } from '../models/mixtureDensityNetwork.js';
import { deriveSeed, randomGenerator } from '../random.js';
import type { TestPhoto } from './testPhoto.js';

/** Element of the path of the seeds of the codes that are drawn for the likelihood. */
const LIKELIHOOD = 1;

/** What the networks say of a batch of photos, before any color is decoded. */
export interface EncodedBatch {
  readonly conditioning: readonly tf.Tensor4D[];
  readonly mixture: GaussianMixture;
  /** Codes of the true colors. */
  readonly posterior: DiagonalGaussian;
}

/** The values of photos one after the other, as a tensor of shape `[photos, size, size, channels]`. */
function stackPhotos(
  photos: readonly TestPhoto[],
  channels: number,
  valuesOf: (photo: TestPhoto) => Float32Array,
) {
  const { size } = photos[0]!;
  const values = new Float32Array(photos.length * size * size * channels);
  photos.forEach((photo, i) => values.set(valuesOf(photo), i * size * size * channels));
  return tf.tensor4d(values, [photos.length, size, size, channels]);
}

function predictMixtures(
  { mixtureDensityNetwork: network }: ColorizerModels,
  lightness: tf.Tensor4D,
  features: ColorizerOptions['features'],
): GaussianMixture {
  const { input } = network.config;
  const side = input.kind === 'greyLevel' ? input.imageSize : features!.imageSize;
  const seen =
    lightness.shape[1] === side ? lightness : resizeImage(lightness, { height: side, width: side });
  if (input.kind === 'greyLevel') return predictMixture(network, lightnessToGreyLevel(seen));
  return predictMixture(network, features!.network.apply(seen) as tf.Tensor4D);
}

/** Runs the encoders and the mixture density network on photos; the tensors belong to the caller. */
export function encodeBatch(
  models: ColorizerModels,
  photos: readonly TestPhoto[],
  features: ColorizerOptions['features'],
): EncodedBatch {
  const [logits, means, logStdDevs, codes, logVariances, ...conditioning] = tf.tidy(() => {
    const lightness = stackPhotos(photos, 1, (photo) => photo.lightness);
    const mixture = predictMixtures(models, lightness, features);
    const posterior = encodeColorField(
      models.colorVae,
      stackPhotos(photos, 2, (photo) => photo.colorField),
    );
    const conditioning = encodeGreyLevel(models.colorVae, lightnessToGreyLevel(lightness));
    return [
      mixture.logits,
      mixture.means,
      mixture.logStdDevs,
      posterior.means,
      posterior.logVariances,
      ...conditioning,
    ] as tf.Tensor[];
  });
  return {
    mixture: {
      logits: logits as tf.Tensor2D,
      means: means as tf.Tensor3D,
      logStdDevs: logStdDevs as tf.Tensor3D,
    },
    posterior: { means: codes as tf.Tensor2D, logVariances: logVariances as tf.Tensor2D },
    conditioning: conditioning as tf.Tensor4D[],
  };
}

/** What the networks say of one photo of a batch: views to be disposed by the caller. */
export function photoOf({ conditioning, mixture, posterior }: EncodedBatch, i: number): EncodedBatch {
  const row = <T extends tf.Tensor>(tensor: T): T => tf.slice(tensor, [i], [1]);
  return {
    conditioning: conditioning.map(row),
    mixture: {
      logits: row(mixture.logits),
      means: row(mixture.means),
      logStdDevs: row(mixture.logStdDevs),
    },
    posterior: { means: row(posterior.means), logVariances: row(posterior.logVariances) },
  };
}

export function disposeBatch({ conditioning, mixture, posterior }: EncodedBatch): void {
  tf.dispose([
    ...conditioning,
    mixture.logits,
    mixture.means,
    mixture.logStdDevs,
    posterior.means,
    posterior.logVariances,
  ]);
}

/** What the mixture says of the code of the true colors. */
export interface CodeFacts {
  /** Log-density of a code drawn for the true colors, under the mixture, in nats. */
  readonly logLikelihood: number;
  /** Log-density of the same code under the standard normal distribution, in nats. */
  readonly priorLogLikelihood: number;
  /** Weight of each component. */
  readonly weights: Float32Array;
  /** Index of the component whose mean is nearest to the mean code of the true colors. */
  readonly nearest: number;
}

function drawNoise(photos: readonly TestPhoto[], latentDim: number, seed: number): tf.Tensor2D {
  const noise = photos.flatMap(({ index }) => {
    const { normal } = randomGenerator(deriveSeed(seed, LIKELIHOOD, index));
    return Array.from({ length: latentDim }, normal);
  });
  return tf.tensor2d(noise, [photos.length, latentDim]);
}

/** Facts of each photo, from tensors of the whole batch. */
export async function codeFacts(
  { mixture, posterior }: EncodedBatch,
  photos: readonly TestPhoto[],
  seed: number,
): Promise<CodeFacts[]> {
  const tensors = tf.tidy(() => {
    const z = reparameterize(posterior, drawNoise(photos, posterior.means.shape[1], seed));
    const zeros = tf.zerosLike(z);
    const distances = tf.sum(tf.square(tf.sub(tf.expandDims(posterior.means, 1), mixture.means)), 2);
    return [
      mixtureLogProbability(z, mixture),
      gaussianLogProbability(z, { means: zeros, logVariances: zeros }),
      tf.softmax(mixture.logits),
      tf.argMin(distances, 1),
    ] as tf.Tensor[];
  });
  try {
    const [mixtures, priors, weights, nearest] = await Promise.all(
      tensors.map(async (tensor) => tensor.data()),
    );
    const components = mixture.logits.shape[1];
    return photos.map((_, i) => ({
      logLikelihood: mixtures![i]!,
      priorLogLikelihood: priors![i]!,
      weights: Float32Array.from(weights!.slice(i * components, (i + 1) * components)),
      nearest: nearest![i]!,
    }));
  } finally {
    tf.dispose(tensors);
  }
}
