import type { ColorVaeConfig, MixtureDensityNetworkConfig } from '../../src/models/config.js';
import { COLOR_VAE_PRESETS, MIXTURE_PRESETS } from '../../src/models/presets.js';

const STYLE = {
  ...COLOR_VAE_PRESETS.compact.style,
  normalization: { kind: 'group', groups: 2, epsilon: 1e-5 },
} as const;
/** Codes that are maps of 4 by 4 cells, which enter at the second map of the decoder; few filters. */
export const MAP_VAE: ColorVaeConfig = {
  ...COLOR_VAE_PRESETS.compact,
  imageSize: 32,
  latentDim: 48,
  latentSide: 4,
  style: STYLE,
  encoder: { filters: [4, 4, 6], kernelSizes: [3, 3, 3], refinements: [0, 0, 0] },
  conditionalEncoder: { filters: [4, 4, 6, 8], kernelSizes: [3, 3, 3, 3], refinements: [0, 0, 0, 0] },
  decoder: { ...COLOR_VAE_PRESETS.compact.decoder, filters: [8, 6, 4, 4], refinements: [0, 1, 0, 0] },
};
export const MAP_MIXTURE: MixtureDensityNetworkConfig = {
  ...MIXTURE_PRESETS.compact,
  input: { kind: 'greyLevel', imageSize: 32 },
  latentDim: 48,
  latentSide: 4,
  components: 2,
  style: STYLE,
  trunk: ([[4, 2], [6, 2], [8, 2], [8, 1]] as const).map(([filters, strides]) => ({ filters, kernelSize: 3, strides })), // prettier-ignore
  hidden: [{ units: 6, activation: 'relu' }],
};
