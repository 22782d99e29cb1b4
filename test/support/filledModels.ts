import { colorVae } from '../../src/models/colorVae.js';
import type { ColorizerConfigs, ColorizerModels } from '../../src/models/colorizerModels.js';
import { mixtureDensityNetwork } from '../../src/models/mixtureDensityNetwork.js';
import { COLOR_VAE_PRESETS, MIXTURE_PRESETS, type ModelPreset } from '../../src/models/presets.js';
import { fillWithGoldenWeights } from './goldenWeights.js';

const SIZE = 32;

/** A preset with few filters, which looks at features of 9 x 9 x 5. */
export function narrowConfigs(preset: 'reference' | 'referenceTf'): ColorizerConfigs {
  const { [preset]: vae } = COLOR_VAE_PRESETS;
  const { [preset]: network } = MIXTURE_PRESETS;
  const filters = (vae.decoder.latentMerge === 'multiply' ? [4, 3, 5, 6] : [4, 3, 5, 7]) as readonly number[];
  return {
    colorVae: {
      ...vae,
      imageSize: SIZE,
      latentDim: 6,
      encoder: { ...vae.encoder, filters },
      conditionalEncoder: { ...vae.conditionalEncoder, filters },
      decoder: { ...vae.decoder, filters: [6, 5, 4, 3] },
    },
    mixtureDensityNetwork: {
      ...network,
      input: { kind: 'features', shape: [9, 9, 5] },
      latentDim: 6,
      components: 3,
      trunk: network.trunk.map((layer) => ({ ...layer, filters: 4 })),
      hidden: network.hidden.map((layer) => ({ ...layer, units: 7 })),
    },
  };
}

/** Networks whose weights make a mistake in any of them show. */
export function filledModels({
  colorVae: vae,
  mixtureDensityNetwork: network,
}: ColorizerConfigs): ColorizerModels {
  const models = {
    colorVae: colorVae({ config: vae }),
    mixtureDensityNetwork: mixtureDensityNetwork({ config: network }),
  };
  const { encoder, conditionalEncoder, decoder } = models.colorVae;
  fillWithGoldenWeights(encoder, conditionalEncoder, decoder, models.mixtureDensityNetwork.model);
  return models;
}

/** The configurations of a preset. */
export const presetConfigs = (preset: ModelPreset): ColorizerConfigs => ({
  colorVae: COLOR_VAE_PRESETS[preset],
  mixtureDensityNetwork: MIXTURE_PRESETS[preset],
});
