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

function smallVae(config: ColorVaeConfig): ColorVaeConfig {
  const levels = Math.max(config.encoder.filters.length, config.conditionalEncoder.filters.length);
  return {
    ...config,
    imageSize: Math.min(config.imageSize, SMALLEST * 2 ** levels),
    latentDim: CHANNELS,
    style: smallStyle(config.style),
    encoder: smallLevels(config.encoder),
    conditionalEncoder: smallLevels(config.conditionalEncoder),
    decoder: smallLevels(config.decoder),
  };
}

function smallInput(input: MixtureInputConfig, halvings: number): MixtureInputConfig {
  const size = SMALLEST * 2 ** halvings;
  return input.kind === 'features'
    ? { ...input, shape: [size, size, CHANNELS] }
    : { ...input, imageSize: Math.min(input.imageSize, size) };
}

function smallMixture(config: MixtureDensityNetworkConfig): MixtureDensityNetworkConfig {
  const halvings = config.trunk.filter(({ strides }) => strides === 2).length;
  return {
    ...config,
    input: smallInput(config.input, halvings),
    latentDim: CHANNELS,
    components: COMPONENTS,
    style: smallStyle(config.style),
    trunk: config.trunk.map((convolution) => ({ ...convolution, filters: CHANNELS })),
    hidden: config.hidden.map((layer) => ({ ...layer, units: CHANNELS })),
  };
}

/** Configs of the same layers with few channels and pixels: they need the same kernels, at next to no cost. */
export function shrinkConfigs({ colorVae, mixtureDensityNetwork }: ColorizerConfigs): ColorizerConfigs {
  return {
    colorVae: smallVae(colorVae),
    mixtureDensityNetwork: smallMixture(mixtureDensityNetwork),
  };
}
