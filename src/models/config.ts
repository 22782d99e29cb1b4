import type { UpsampleMethod } from './layers/upsample.js';

/** Normalization after a convolution. */
export type NormalizationConfig =
  | {
      /** Over the batch, with running statistics for inference. */
      readonly kind: 'batch';
      readonly epsilon: number;
      /** Share of the old running statistics that an update keeps; `1 - momentum` in PyTorch's terms. */
      readonly momentum: number;
    }
  | {
      /** Over groups of channels within an example; no running statistics. */
      readonly kind: 'group';
      readonly epsilon: number;
      readonly groups: number;
    }
  | { readonly kind: 'none' };

/** What every convolution of a model has in common. */
export interface BlockStyle {
  readonly normalization: NormalizationConfig;
  /** `'activationFirst'`: convolution, ReLU, normalization; `'normalizationFirst'`: convolution, normalization, ReLU. */
  readonly order: 'activationFirst' | 'normalizationFirst';
  /**
   * Zeros around a map before a convolution with stride 2: `'symmetric'` puts `floor((kernelSize - 1) / 2)` before (PyTorch),
   * `'same'` puts the smaller half before (TensorFlow).
   */
  readonly stridedPadding: 'symmetric' | 'same';
  /** Whether convolutions add a bias. */
  readonly useBias: boolean;
}

/**
 * How initial weights are drawn.
 *
 * - `'heNormal'`: normal, standard deviation `sqrt(2 / fanIn)`; output layers smaller; biases 0.
 * - `'uniformFanIn'`: kernels and biases uniform within `1 / sqrt(fanIn)` of 0 (PyTorch's default).
 * - `'smallNormal'`: kernels normal, standard deviation 0.001, biases 0.001 (the TensorFlow reference).
 */
export type Initialization = 'heNormal' | 'uniformFanIn' | 'smallNormal';

/** A stack of levels, each half as high and wide as the one before. */
export interface EncoderConfig {
  /** Filters of each level, shallowest first. */
  readonly filters: readonly number[];
  /** Side of each level's strided kernel, in pixels. */
  readonly kernelSizes: readonly number[];
  /** Number of further 3x3 convolutions on each level. */
  readonly refinements: readonly number[];
}

export interface DecoderConfig {
  /** How a code and the deepest features of the grey photo meet: side by side, or multiplied element by element. */
  readonly latentMerge: 'concat' | 'multiply';
  /** Filters of each stage, deepest first; as many as the conditional encoder has levels. */
  readonly filters: readonly number[];
  /** Side of each stage's kernel, in pixels. */
  readonly kernelSizes: readonly number[];
  /** Number of further 3x3 convolutions on each stage. */
  readonly refinements: readonly number[];
  readonly upsampling: UpsampleMethod;
  /** `'upsampleFirst'`: upsample, then convolve; `'convolutionFirst'` convolves the small map, at a quarter of the cost. */
  readonly order: 'upsampleFirst' | 'convolutionFirst';
  /** Side of the kernel that makes the color field, in pixels. */
  readonly outputKernelSize: number;
  /** Whether the normalization of `style` precedes the final tanh. */
  readonly outputNormalization: boolean;
}

/** A color VAE, as plain JSON: what a checkpoint stores and `colorVae` builds. */
export interface ColorVaeConfig {
  readonly kind: 'colorVae';
  /** Height and width of grey levels and color fields, in pixels: a multiple of 2 to the number of levels. */
  readonly imageSize: number;
  /** Numbers in a latent code. */
  readonly latentDim: number;
  /**
   * Side of the map that a code is, in cells: `latentDim / latentSide**2` numbers per cell, cells row by row. It is the side of
   * the encoder's last map and of a map of the conditional encoder, where the decoder takes the code in. With 1, a code is one
   * vector for the whole photo.
   *
   * @defaultValue `1`
   */
  readonly latentSide?: number;
  readonly style: BlockStyle;
  readonly encoder: EncoderConfig;
  readonly conditionalEncoder: EncoderConfig;
  readonly decoder: DecoderConfig;
  /** Probability that an element of the encoder's features is dropped in training. */
  readonly dropoutRate: number;
  /** Noise of the reparameterization; truncated: draws beyond two standard deviations are drawn again. */
  readonly noise: 'normal' | 'truncatedNormal';
  readonly initialization: Initialization;
}

/** Numbers of a code in each cell of its map. */
export function latentChannels({
  latentDim,
  latentSide = 1,
}: Pick<ColorVaeConfig, 'latentDim' | 'latentSide'>): number {
  return latentDim / latentSide ** 2;
}

/** What a mixture density network looks at. */
export type MixtureInputConfig =
  | {
      /** Grey levels `[batch, imageSize, imageSize, 1]`: the network learns its own features. */
      readonly kind: 'greyLevel';
      readonly imageSize: number;
    }
  | {
      /** Feature maps computed elsewhere, such as `zhangFeatures`. */
      readonly kind: 'features';
      /** `[height, width, channels]`. */
      readonly shape: readonly [number, number, number];
    };

/** One convolution of the trunk of a mixture density network. */
export interface TrunkConvolutionConfig {
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides: 1 | 2;
}

/** Standard deviations of the components of a mixture. */
export type DeviationConfig =
  | { readonly kind: 'fixed'; readonly stdDev: number }
  | {
      readonly kind: 'learned';
      /** One deviation per component, or one per component and dimension. */
      readonly form: 'isotropic' | 'diagonal';
      /** Bounds of a standard deviation, kept smoothly. */
      readonly least: number;
      readonly most: number;
    };

/** A mixture density network, as plain JSON: what a checkpoint stores and `mixtureDensityNetwork` builds. */
export interface MixtureDensityNetworkConfig {
  readonly kind: 'mixtureDensityNetwork';
  readonly input: MixtureInputConfig;
  /** Numbers in a latent code. */
  readonly latentDim: number;
  /**
   * Side of the map that a code is; see `ColorVaeConfig`. With more than 1 it is the side of the trunk's last map: every cell of the
   * means and deviations comes from that cell of the trunk by the same weights, and only the components' weights see the whole.
   *
   * @defaultValue `1`
   */
  readonly latentSide?: number;
  readonly components: number;
  readonly style: BlockStyle;
  readonly trunk: readonly TrunkConvolutionConfig[];
  /** Width and activation of each dense layer between the trunk and the mixture, applied to each cell where `latentSide` is not 1. */
  readonly hidden: readonly { readonly units: number; readonly activation: 'relu' | 'tanh' }[];
  readonly deviations: DeviationConfig;
  /** Probability that an element of the input of a dense layer is dropped in training. */
  readonly dropoutRate: number;
  readonly initialization: Initialization;
}
