import type { TensorData } from '../checkpoint/tensorData.js';

/** The mixture of one photo, off the backend: the parts of a `GaussianMixture` for a batch of 1. */
export interface EngineMixture {
  /** Shape `[1, components]`. */
  readonly logits: TensorData;
  /** Shape `[1, components, latentDim]`. */
  readonly means: TensorData;
  /** Shape `[1, components, latentDim or 1]`. */
  readonly logStdDevs: TensorData;
}

/**
 * What computes the networks of a colorizer in place of TensorFlow.js, such as `onnxEngine` of `polyhue/node`.
 *
 * Lightness is L of CIE Lab in 0..100, row by row, of the photo squeezed into the square that a network looks at.
 */
export interface ColorizerEngine {
  /** The mixture of one photo; `lightness` is at the size of the mixture density network's input, or of the features'. */
  readonly mixture: (lightness: Float32Array) => Promise<EngineMixture>;
  /**
   * The color fields of codes for one photo, each `ab / 128` of shape `[size, size, 2]`, in the order of the codes.
   *
   * `lightness` is at the size of the color VAE.
   */
  readonly colorFields: (
    lightness: Float32Array,
    latents: readonly Float32Array[],
  ) => Promise<readonly TensorData[]>;
}
