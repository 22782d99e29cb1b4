import * as tf from '@tensorflow/tfjs-core';

import { type ColorVaeConfig, type MixtureDensityNetworkConfig } from '../../src/models/config.js';
import { colorVae } from '../../src/models/colorVae.js';
import type { ColorizerModels } from '../../src/models/colorizerModels.js';
import { mixtureDensityNetwork } from '../../src/models/mixtureDensityNetwork.js';
import { COLOR_VAE_PRESETS, MIXTURE_PRESETS } from '../../src/models/presets.js';
import { deriveSeed } from '../../src/random.js';

/** The tiny preset with sixteen times fewer pixels: software GPUs are slow. */
export const TINY_VAE: ColorVaeConfig = { ...COLOR_VAE_PRESETS.tiny, imageSize: 16 };
export const TINY_MIXTURE: MixtureDensityNetworkConfig = {
  ...MIXTURE_PRESETS.tiny,
  input: { kind: 'greyLevel', imageSize: 16 },
};

/** Smaller still, for runs of many steps: three levels from 8 x 8 pixels to one. */
export const SMALLEST_VAE: ColorVaeConfig = {
  ...TINY_VAE,
  imageSize: 8,
  encoder: { filters: [8, 16, 16], kernelSizes: [3, 3, 3], refinements: [0, 0, 0] },
  conditionalEncoder: { filters: [8, 16, 16], kernelSizes: [3, 3, 3], refinements: [0, 0, 0] },
  decoder: {
    ...TINY_VAE.decoder,
    filters: [16, 16, 8],
    kernelSizes: [3, 3, 3],
    refinements: [0, 0, 0],
  },
};
export const SMALLEST_MIXTURE: MixtureDensityNetworkConfig = {
  ...TINY_MIXTURE,
  input: { kind: 'greyLevel', imageSize: 8 },
  trunk: [8, 16, 16].map((filters) => ({ filters, kernelSize: 3, strides: 2 })),
};

/** Both networks with initial weights that differ from seed to seed. */
export function tinyModels(
  seed: number,
  {
    vae = TINY_VAE,
    mixture = TINY_MIXTURE,
  }: { vae?: ColorVaeConfig; mixture?: MixtureDensityNetworkConfig } = {},
): ColorizerModels {
  return {
    colorVae: colorVae({ config: vae, seed: deriveSeed(seed, 0) }),
    mixtureDensityNetwork: mixtureDensityNetwork({ config: mixture, seed: deriveSeed(seed, 1) }),
  };
}

/** The same, painting colors that differ from code to code, the stronger the factor: initial weights paint nearly grey. */
export function colorfulModels(
  seed: number,
  options: Parameters<typeof tinyModels>[1] = {},
  factor = 20,
): ColorizerModels {
  const models = tinyModels(seed, options);
  const layer = models.colorVae.decoder.getLayer('decoder_output_conv');
  const [kernel, ...rest] = layer.getWeights();
  const scaled = tf.mul(kernel!, factor);
  layer.setWeights([scaled, ...rest]);
  scaled.dispose();
  return models;
}
