import type { ColorizerConfigs } from '../models/colorizerModels.js';
import type {
  BlockStyle,
  ColorVaeConfig,
  DecoderConfig,
  EncoderConfig,
  MixtureDensityNetworkConfig,
  MixtureInputConfig,
} from '../models/config.js';

/** Filters of every layer, and dimensions of a code: the least that both 2 groups and the mixing of channels need. */
const CHANNELS = 4;
const GROUPS = 2;
const COMPONENTS = 2;
/** Side of the smallest map, in pixels. */
const SMALLEST = 2;

function smallStyle(style: BlockStyle): BlockStyle {
  const { normalization } = style;
  if (normalization.kind !== 'group') return style;
  return { ...style, normalization: { ...normalization, groups: Math.min(normalization.groups, GROUPS) } };
}

function smallLevels<T extends EncoderConfig | DecoderConfig>(levels: T): T {
  return {
    ...levels,
    filters: levels.filters.map(() => CHANNELS),
    refinements: levels.refinements.map((count) => Math.min(count, 1)),
  };
}

/** A code of few numbers: a map of `side` by `side` cells where it is a map. */
function smallLatent({ latentSide = 1 }: { readonly latentSide?: number }, side: number) {
  return latentSide === 1 ? { latentDim: CHANNELS } : { latentDim: CHANNELS * side ** 2, latentSide: side };
}

function smallVae(config: ColorVaeConfig): ColorVaeConfig {
  const levels = Math.max(config.encoder.filters.length, config.conditionalEncoder.filters.length);
  return {
    ...config,
    imageSize: Math.min(config.imageSize, SMALLEST * 2 ** levels),
    ...smallLatent(config, SMALLEST * 2 ** (levels - config.encoder.filters.length)),
    style: smallStyle(config.style),
    encoder: smallLevels(config.encoder),
    conditionalEncoder: smallLevels(config.conditionalEncoder),
    decoder: smallLevels(config.decoder),
  };
}

function smallInput(input: MixtureInputConfig, size: number): MixtureInputConfig {
  return input.kind === 'features'
    ? { ...input, shape: [size, size, CHANNELS] }
    : { ...input, imageSize: Math.min(input.imageSize, size) };
}

/** @param side That of the trunk's last map. */
function smallMixture(config: MixtureDensityNetworkConfig, side: number): MixtureDensityNetworkConfig {
  const halvings = config.trunk.filter(({ strides }) => strides === 2).length;
  return {
    ...config,
    input: smallInput(config.input, side * 2 ** halvings),
    ...smallLatent(config, side),
    components: COMPONENTS,
    style: smallStyle(config.style),
    trunk: config.trunk.map((convolution) => ({ ...convolution, filters: CHANNELS })),
    hidden: config.hidden.map((layer) => ({ ...layer, units: CHANNELS })),
  };
}

/** Configs of the same layers with few channels and pixels: they need the same kernels, at next to no cost. */
export function shrinkConfigs({ colorVae, mixtureDensityNetwork }: ColorizerConfigs): ColorizerConfigs {
  const vae = smallVae(colorVae);
  const { latentSide: side = SMALLEST } = vae;
  return { colorVae: vae, mixtureDensityNetwork: smallMixture(mixtureDensityNetwork, side) };
}
