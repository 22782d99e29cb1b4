import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

import type { RasterImage } from '../data/image.js';
import { lightnessToGreyLevel } from '../data/networkColor.js';
import type { GaussianMixture } from '../distributions/gaussianMixture.js';
import { argumentMessage } from '../errors.js';
import type { ColorizerModels } from '../models/colorizerModels.js';
import { type ColorVae, encodeGreyLevel } from '../models/colorVae.js';
import { predictMixture } from '../models/mixtureDensityNetwork.js';
import { squareLightness } from './greyInput.js';

export interface ColorizerOptions {
  /**
   * A network from lightness in 0..100, shape `[1, size, size, 1]`, to the features the mixture density network looks at;
   * needed where its `config.input.kind` is `'features'`. It belongs to the caller.
   */
  readonly features?: { readonly network: LayersModel; readonly imageSize: number };
}

/** The mixture of one photo, a batch of 1, to be disposed by the caller. */
export function mixtureOf(
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

/** Calls `body` with what the networks need of a photo: it is encoded once, whatever the number of codes. */
export async function withGreyPhoto<T>(
  vae: ColorVae,
  photo: RasterImage,
  body: (grey: { conditioning: readonly tf.Tensor4D[]; lightness: tf.Tensor4D }) => Promise<T>,
): Promise<T> {
  const [lightness, ...conditioning] = tf.tidy(() => {
    const lightness = squareLightness(photo, vae.config.imageSize);
    return [lightness, ...encodeGreyLevel(vae, lightnessToGreyLevel(lightness))];
  }) as [tf.Tensor4D, ...tf.Tensor4D[]];
  try {
    return await body({ conditioning, lightness });
  } finally {
    tf.dispose([lightness, ...conditioning]);
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
