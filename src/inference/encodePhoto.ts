import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

import { tensorFrom } from '../checkpoint/tensorData.js';
import { lightnessToGreyLevel } from '../data/networkColor.js';
import type { GaussianMixture } from '../distributions/gaussianMixture.js';
import { argumentMessage } from '../errors.js';
import type { ColorizerModels } from '../models/colorizerModels.js';
import { type ColorVae, encodeGreyLevel } from '../models/colorVae.js';
import { predictMixture } from '../models/mixtureDensityNetwork.js';
import type { ColorizerEngine } from './engine.js';
import type { PhotoSquares } from './greyInput.js';

export interface ColorizerOptions {
  /**
   * A network from lightness in 0..100, shape `[1, size, size, 1]`, to the features the mixture density network looks at;
   * needed where its `config.input.kind` is `'features'`. It belongs to the caller.
   */
  readonly features?: { readonly network: LayersModel; readonly imageSize: number };
  /**
   * What computes the networks in place of TensorFlow.js, such as `onnxEngine` of `polyhue/node`; it belongs to the caller. Codes that are
   * moved towards hints, a palette, a reference or a lock need gradients, and the frames of a clip are smoothed on the backend: these
   * stay with TensorFlow.js.
   */
  readonly engine?: ColorizerEngine;
}

/** The mixture of one photo, a batch of 1, to be disposed by the caller. */
export function mixtureOf(
  models: ColorizerModels,
  squares: Pick<PhotoSquares, 'ofSize'>,
  { features }: ColorizerOptions,
): GaussianMixture {
  const { mixtureDensityNetwork: network } = models;
  const { input } = network.config;
  return tf.tidy<tf.NamedTensorMap & GaussianMixture>(() => {
    if (input.kind === 'greyLevel') {
      const greyLevel = lightnessToGreyLevel(squares.ofSize(input.imageSize));
      return { ...predictMixture(network, greyLevel) };
    }
    const { network: featureNetwork, imageSize } = features!;
    const lightness = squares.ofSize(imageSize);
    return { ...predictMixture(network, featureNetwork.apply(lightness) as tf.Tensor4D) };
  });
}

/** The same, by the engine if there is one. */
export async function photoMixture(
  models: ColorizerModels,
  squares: PhotoSquares,
  options: ColorizerOptions,
  engine: ColorizerEngine | undefined,
): Promise<GaussianMixture> {
  if (engine === undefined) return mixtureOf(models, squares, options);
  const { input } = models.mixtureDensityNetwork.config;
  const square = squares.ofSize((input.kind === 'greyLevel' ? input : options.features!).imageSize);
  const { logits, means, logStdDevs } = await engine.mixture(await square.data<'float32'>());
  return {
    logits: tensorFrom(logits) as tf.Tensor2D,
    means: tensorFrom(means) as tf.Tensor3D,
    logStdDevs: tensorFrom(logStdDevs) as tf.Tensor3D,
  };
}

/** What the networks need of a photo. */
export interface GreyPhoto {
  readonly conditioning: readonly tf.Tensor4D[];
  readonly lightness: tf.Tensor4D;
}

/**
 * Calls `body` with what the networks need of a photo: it is encoded once, whatever the number of codes.
 *
 * @param engine Where one is given, it encodes the photo itself, and `conditioning` is empty.
 */
export async function withGreyPhoto<T>(
  vae: ColorVae,
  squares: PhotoSquares,
  body: (grey: GreyPhoto) => Promise<T>,
  engine?: ColorizerEngine,
): Promise<T> {
  const lightness = squares.ofSize(vae.config.imageSize);
  const conditioning =
    engine === undefined ? tf.tidy(() => [...encodeGreyLevel(vae, lightnessToGreyLevel(lightness))]) : [];
  try {
    return await body({ conditioning, lightness });
  } finally {
    tf.dispose(conditioning);
  }
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
