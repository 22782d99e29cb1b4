import { assertOneOf } from '../errors.js';
import type { BlockStyle, ColorVaeConfig, EncoderConfig, MixtureDensityNetworkConfig } from './config.js';
import {
  REFERENCE_COLOR_VAE,
  REFERENCE_ENCODER,
  REFERENCE_MIXTURE,
  trunk,
  ZHANG_INPUT,
} from './referencePreset.js';

export const MODEL_PRESETS = ['reference', 'referenceTf', 'compact', 'compactMap', 'tiny'] as const;

/** Names of the configurations that come with the library. */
export type ModelPreset = (typeof MODEL_PRESETS)[number];

/** @throws {TypeError} If `preset` is none of `MODEL_PRESETS`. */
export function assertPreset(action: string, preset: string): void {
  assertOneOf(action, 'preset', preset, MODEL_PRESETS);
}

const REFERENCE_TF_STYLE: BlockStyle = {
  normalization: { kind: 'batch', epsilon: 1e-4, momentum: 0.99 },
  order: 'activationFirst',
  stridedPadding: 'same',
  useBias: true,
};

const COMPACT_STYLE: BlockStyle = {
  normalization: { kind: 'group', groups: 8, epsilon: 1e-5 },
  order: 'normalizationFirst',
  stridedPadding: 'symmetric',
  useBias: true,
};

const TINY_STYLE: BlockStyle = {
  ...COMPACT_STYLE,
  normalization: { kind: 'group', groups: 4, epsilon: 1e-5 },
};

const REFERENCE_TF_ENCODER: EncoderConfig = { ...REFERENCE_ENCODER, kernelSizes: [5, 5, 5, 4] };

const COMPACT_VAE: ColorVaeConfig = {
  kind: 'colorVae',
  imageSize: 64,
  latentDim: 64,
  style: COMPACT_STYLE,
  encoder: { filters: [32, 64, 128, 256], kernelSizes: [3, 3, 3, 3], refinements: [0, 0, 0, 0] },
  conditionalEncoder: { filters: [32, 64, 128, 256], kernelSizes: [3, 3, 3, 3], refinements: [0, 0, 0, 0] },
  decoder: {
    latentMerge: 'concat',
    filters: [256, 128, 64, 32],
    kernelSizes: [3, 3, 3, 3],
    refinements: [0, 1, 1, 0],
    upsampling: 'nearest',
    order: 'convolutionFirst',
    outputKernelSize: 3,
    outputNormalization: false,
  },
  dropoutRate: 0,
  noise: 'normal',
  initialization: 'heNormal',
};

// Bundlers leave these out where they are not used, because of the mark of a call without effects.

/**
 * Color VAEs.
 *
 * - `reference`: layer for layer the authors' PyTorch port, 33,368,770 trainable parameters.
 * - `referenceTf`: layer for layer the authors' TensorFlow network with skips, 46,085,958 trainable parameters.
 * - `compact`: the default, made to be trained on a laptop.
 * - `compactMap`: the same with codes that are maps of 8 by 8 cells, for photos of anything: colors are told place by place.
 * - `tiny`: for tests and tutorials.
 *
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017.
 */
export const COLOR_VAE_PRESETS: Readonly<Record<ModelPreset, ColorVaeConfig>> = /* @__PURE__ */ (() => ({
  reference: REFERENCE_COLOR_VAE,
  referenceTf: {
    kind: 'colorVae',
    imageSize: 64,
    latentDim: 64,
    style: REFERENCE_TF_STYLE,
    encoder: REFERENCE_TF_ENCODER,
    conditionalEncoder: { ...REFERENCE_TF_ENCODER, filters: [128, 256, 512, 64] },
    decoder: {
      latentMerge: 'multiply',
      filters: [1024, 512, 256, 128],
      kernelSizes: [4, 5, 5, 5],
      refinements: [0, 0, 0, 0],
      upsampling: 'bilinearLegacy',
      order: 'upsampleFirst',
      outputKernelSize: 5,
      outputNormalization: true,
    },
    dropoutRate: 0.3,
    noise: 'truncatedNormal',
    initialization: 'smallNormal',
  },
  compact: COMPACT_VAE,
  compactMap: {
    ...COMPACT_VAE,
    latentDim: 256,
    latentSide: 8,
    encoder: { filters: [32, 64, 128], kernelSizes: [3, 3, 3], refinements: [0, 0, 0] },
  },
  tiny: {
    ...COMPACT_VAE,
    latentDim: 16,
    style: TINY_STYLE,
    encoder: { ...COMPACT_VAE.encoder, filters: [8, 16, 32, 64] },
    conditionalEncoder: { ...COMPACT_VAE.conditionalEncoder, filters: [8, 16, 32, 64] },
    decoder: { ...COMPACT_VAE.decoder, filters: [64, 32, 16, 8], refinements: [0, 0, 0, 0] },
  },
}))();

const COMPACT_MIXTURE: MixtureDensityNetworkConfig = {
  kind: 'mixtureDensityNetwork',
  input: { kind: 'greyLevel', imageSize: 64 },
  latentDim: 64,
  components: 5,
  style: COMPACT_STYLE,
  trunk: /* @__PURE__ */ trunk(3, [[32, 2], [64, 2], [64, 1], [128, 2], [128, 1], [256, 2]]), // prettier-ignore
  hidden: [{ units: 256, activation: 'relu' }],
  deviations: { kind: 'learned', form: 'diagonal', least: 0.02, most: 3 },
  dropoutRate: 0.2,
  initialization: 'heNormal',
};

/**
 * Mixture density networks, each for the color VAE of the same name.
 *
 * - `reference`: the authors' PyTorch port, 13,952,008 trainable parameters; looks at `zhangFeatures`.
 * - `referenceTf`: the authors' TensorFlow network, 117,851,336 trainable parameters; looks at `zhangFeatures`.
 * - `compact`, `compactMap`, `tiny`: look at the grey level itself.
 */
export const MIXTURE_PRESETS: Readonly<Record<ModelPreset, MixtureDensityNetworkConfig>> =
  /* @__PURE__ */ (() => ({
    reference: REFERENCE_MIXTURE,
    referenceTf: {
      kind: 'mixtureDensityNetwork',
      input: ZHANG_INPUT,
      latentDim: 64,
      components: 8,
      style: { ...REFERENCE_TF_STYLE, useBias: false },
      trunk: trunk(5, [[384, 1], [320, 1], [288, 1], [256, 2], [128, 1]]), // prettier-ignore
      hidden: [{ units: 4096, activation: 'tanh' }],
      deviations: { kind: 'fixed', stdDev: 0.1 },
      dropoutRate: 0.25,
      initialization: 'smallNormal',
    },
    compact: COMPACT_MIXTURE,
    compactMap: {
      ...COMPACT_MIXTURE,
      latentDim: 256,
      latentSide: 8,
      trunk: trunk(3, [[32, 2], [64, 2], [64, 1], [128, 2], [192, 1], [192, 1], [192, 1]]), // prettier-ignore
      hidden: [{ units: 192, activation: 'relu' }],
      dropoutRate: 0.1,
    },
    tiny: {
      ...COMPACT_MIXTURE,
      latentDim: 16,
      components: 8,
      style: TINY_STYLE,
      trunk: trunk(3, [[8, 2], [16, 2], [32, 2], [64, 2]]), // prettier-ignore
      hidden: [{ units: 32, activation: 'relu' }],
      dropoutRate: 0,
    },
  }))();
