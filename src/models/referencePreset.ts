import type {
  BlockStyle,
  ColorVaeConfig,
  EncoderConfig,
  MixtureDensityNetworkConfig,
  TrunkConvolutionConfig,
} from './config.js';

const REFERENCE_STYLE: BlockStyle = {
  normalization: { kind: 'batch', epsilon: 1e-5, momentum: 0.9 },
  order: 'activationFirst',
  stridedPadding: 'symmetric',
  useBias: true,
};

/** Encoder of the authors' networks. */
export const REFERENCE_ENCODER: EncoderConfig = {
  filters: [128, 256, 512, 1024],
  kernelSizes: [5, 5, 5, 3],
  refinements: [0, 0, 0, 0],
};

/** The preset `reference` of the color VAEs, apart from the others, which `polyhue/interchange` does without. */
export const REFERENCE_COLOR_VAE: ColorVaeConfig = {
  kind: 'colorVae',
  imageSize: 64,
  latentDim: 64,
  style: REFERENCE_STYLE,
  encoder: REFERENCE_ENCODER,
  conditionalEncoder: REFERENCE_ENCODER,
  decoder: {
    latentMerge: 'concat',
    filters: [512, 256, 128, 64],
    kernelSizes: [3, 5, 5, 5],
    refinements: [0, 0, 0, 0],
    upsampling: 'bilinearHalfPixel',
    order: 'upsampleFirst',
    outputKernelSize: 5,
    outputNormalization: false,
  },
  dropoutRate: 0.7,
  noise: 'normal',
  initialization: 'uniformFanIn',
};

/** Kernels of one size, one per `[filters, strides]`. */
export function trunk(
  kernelSize: number,
  table: readonly (readonly [number, 1 | 2])[],
): TrunkConvolutionConfig[] {
  return table.map(([filters, strides]) => ({ filters, kernelSize, strides }));
}

/** Feature maps of `zhangFeatures`. */
export const ZHANG_INPUT = { kind: 'features', shape: [28, 28, 512] } as const;

/** The preset `reference` of the mixture density networks. */
export const REFERENCE_MIXTURE: MixtureDensityNetworkConfig = {
  kind: 'mixtureDensityNetwork',
  input: ZHANG_INPUT,
  latentDim: 64,
  components: 8,
  style: REFERENCE_STYLE,
  trunk: trunk(5, [[384, 1], [320, 1], [288, 1], [256, 2], [128, 1], [96, 2], [64, 2]]), // prettier-ignore
  hidden: [],
  deviations: { kind: 'fixed', stdDev: 0.1 },
  dropoutRate: 0.7,
  initialization: 'uniformFanIn',
};
