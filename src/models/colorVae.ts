import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

import { type DiagonalGaussian, reparameterize } from '../distributions/diagonalGaussian.js';
import { argumentMessage, assertNonNegativeInteger, assertShape } from '../errors.js';
import { deriveSeed, seedSequence } from '../random.js';
import { assertBackend } from './assertBackend.js';
import type { ColorVaeConfig } from './config.js';
import { buildDecoder } from './decoder.js';
import { buildConditionalEncoder, buildEncoder } from './encoders.js';
import { initializeWeights } from './initializeWeights.js';
import { latentNoise } from './latentNoise.js';
import type { CallOptions } from './layers/seededDropout.js';
import { assertPreset, COLOR_VAE_PRESETS, type ModelPreset } from './presets.js';
import { assertColorVaeConfig } from './validate.js';
import { namedWeights } from './weights.js';

const FORWARD_ACTION = 'run forwardColorVae';

/** Output layers start small: near grey, near unit posteriors. */
const GAINS = { encoder_means: 1, encoder_log_variances: 0.1, decoder_output_conv: 0.1 };

/** A conditional VAE of color fields given grey levels. Each part is an ordinary `tf.LayersModel`. */
export interface ColorVae {
  readonly config: ColorVaeConfig;
  /** From color fields `[batch, size, size, 2]` to means and log-variances, `[batch, latentDim]` each. */
  readonly encoder: LayersModel;
  /** From grey levels `[batch, size, size, 1]` to one feature map per level, deepest first. */
  readonly conditionalEncoder: LayersModel;
  /** From codes `[batch, latentDim]` and those feature maps to color fields `[batch, size, size, 2]` in (-1, 1). */
  readonly decoder: LayersModel;
  /** Frees the weights. */
  readonly dispose: () => void;
}

export interface ColorVaeOptions {
  /**
   * Which of `COLOR_VAE_PRESETS` to build; ignored where `config` is given.
   *
   * @defaultValue `'compact'`
   */
  readonly preset?: ModelPreset;
  /** What to build, in full. */
  readonly config?: ColorVaeConfig;
  /**
   * Seed of the initial weights, a non-negative integer. Without it all kernels are zero, which takes no time: for a model
   * whose weights are loaded next.
   */
  readonly seed?: number;
}

/**
 * Builds a color VAE.
 *
 * @returns Three models whose weights are freed by `dispose`.
 * @throws {RangeError} If a number of the configuration is out of range, or `seed` is not a non-negative integer.
 * @throws {TypeError} If a choice of the configuration is none of those offered.
 * @throws {BackendError} If no TensorFlow.js backend is registered.
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017, section 4.
 */
export function colorVae(options: ColorVaeOptions = {}): ColorVae {
  const { preset = 'compact', config = COLOR_VAE_PRESETS[preset], seed } = options;
  assertPreset('create colorVae', preset);
  assertColorVaeConfig(config);
  if (seed !== undefined) assertNonNegativeInteger('create colorVae', 'seed', seed);
  assertBackend('create colorVae');
  const encoder = buildEncoder(config);
  const conditionalEncoder = buildConditionalEncoder(config);
  const decoder = buildDecoder(config, conditionalEncoder.outputs);
  const models = [encoder, conditionalEncoder, decoder];
  if (seed !== undefined) {
    const { initialization } = config;
    const { trainable } = namedWeights(...models);
    initializeWeights(trainable, { initialization, seeds: seedSequence(seed), gains: GAINS });
  }
  return {
    config,
    encoder,
    conditionalEncoder,
    decoder,
    dispose: () => models.forEach((model) => model.dispose()),
  };
}

/**
 * The posterior over latent codes of color fields.
 *
 * @param colorField Shape `[batch, size, size, 2]`, in about -1..1.
 * @returns Means and log-variances, to be disposed by the caller.
 * @throws {ShapeError} If `colorField` does not fit the model.
 */
export function encodeColorField(
  vae: ColorVae,
  colorField: tf.Tensor4D,
  options: CallOptions = {},
): DiagonalGaussian {
  const { imageSize } = vae.config;
  assertShape('run encodeColorField', 'colorField', colorField, ['batch', imageSize, imageSize, 2]);
  return tf.tidy(() => {
    const [means, logVariances] = vae.encoder.apply(colorField, { ...options }) as tf.Tensor2D[];
    return { means: means!, logVariances: logVariances! };
  });
}

/**
 * What the decoder needs of grey photos: computed once per photo, used for any number of codes.
 *
 * @param greyLevel Shape `[batch, size, size, 1]`, in -1..1.
 * @returns One feature map per level, deepest first, to be disposed by the caller.
 * @throws {ShapeError} If `greyLevel` does not fit the model.
 */
export function encodeGreyLevel(
  vae: ColorVae,
  greyLevel: tf.Tensor4D,
  options: CallOptions = {},
): tf.Tensor4D[] {
  const { imageSize } = vae.config;
  assertShape('run encodeGreyLevel', 'greyLevel', greyLevel, ['batch', imageSize, imageSize, 1]);
  return tf.tidy(() => vae.conditionalEncoder.apply(greyLevel, { ...options }) as tf.Tensor4D[]);
}

/**
 * Color fields of latent codes, for one photo or for as many photos as codes.
 *
 * @param z Codes, shape `[batch, latentDim]`.
 * @param conditioning Result of `encodeGreyLevel`, of batch 1 (one photo, many codes) or of the batch of `z`.
 * @returns Shape `[batch, size, size, 2]`, in (-1, 1), to be disposed by the caller.
 * @throws {ShapeError} If `z` or a feature map does not fit the model.
 * @throws {RangeError} If `conditioning` does not have one feature map per level.
 */
export function decodeLatents(
  vae: ColorVae,
  z: tf.Tensor2D,
  conditioning: readonly tf.Tensor4D[],
  options: CallOptions = {},
): tf.Tensor4D {
  const action = 'run decodeLatents';
  assertShape(action, 'z', z, ['batch', vae.config.latentDim]);
  const maps = vae.conditionalEncoder.outputs;
  if (conditioning.length !== maps.length) {
    const rule = `hold ${maps.length} feature maps`;
    throw new RangeError(argumentMessage(action, 'conditioning', rule, conditioning.length));
  }
  conditioning.forEach((map, i) => {
    const batch = map.shape[0] === 1 ? 1 : z.shape[0];
    assertShape(action, `conditioning[${i}]`, map, [batch, ...(maps[i]!.shape.slice(1) as number[])]);
  });
  return tf.tidy(() => vae.decoder.apply([z, ...conditioning], { ...options }) as tf.Tensor4D);
}

/** A batch of examples as the networks see them. */
export interface ColorVaeInput {
  /** Shape `[batch, size, size, 1]`, in -1..1. */
  readonly greyLevel: tf.Tensor4D;
  /** Shape `[batch, size, size, 2]`, in about -1..1. */
  readonly colorField: tf.Tensor4D;
}

export interface ForwardOptions {
  /** Seed of the noise and of dropout, a non-negative integer. */
  readonly seed: number;
  /** Whether dropout drops and batch normalization uses and updates the statistics of the batch. */
  readonly training: boolean;
  /**
   * Place of the first example in the whole batch, where several workers share one: each draws what is its part of it.
   *
   * @defaultValue `0`
   */
  readonly firstExample?: number | undefined;
}

export interface ColorVaeOutput {
  /** Color fields decoded from `z`, shape `[batch, size, size, 2]`, in (-1, 1). */
  readonly reconstruction: tf.Tensor4D;
  /** `q(z | colorField)`. */
  readonly posterior: DiagonalGaussian;
  /** A draw of the posterior per example, shape `[batch, latentDim]`. */
  readonly z: tf.Tensor2D;
}

/**
 * One pass of the VAE: encode the color field, draw a code, decode it with the features of the grey level.
 *
 * `z = means + exp(logVariances / 2) * noise`, differentiable in all weights.
 *
 * @returns Tensors to be disposed by the caller.
 * @throws {ShapeError} If the input does not fit the model.
 * @throws {RangeError} If `seed` is not a non-negative integer.
 */
export function forwardColorVae(
  vae: ColorVae,
  { greyLevel, colorField }: ColorVaeInput,
  { seed, training, firstExample }: ForwardOptions,
): ColorVaeOutput {
  const { imageSize, latentDim, noise } = vae.config;
  assertShape(FORWARD_ACTION, 'colorField', colorField, ['batch', imageSize, imageSize, 2]);
  assertShape(FORWARD_ACTION, 'greyLevel', greyLevel, [colorField.shape[0], imageSize, imageSize, 1]);
  assertNonNegativeInteger(FORWARD_ACTION, 'seed', seed);
  const { reconstruction, z, means, logVariances } = tf.tidy(() => {
    const options = { training, seed: deriveSeed(seed, 1), firstExample };
    const posterior = encodeColorField(vae, colorField, options);
    const source = { seed: deriveSeed(seed, 0), firstRow: firstExample };
    const draws = latentNoise([colorField.shape[0], latentDim], noise, source);
    const z = reparameterize(posterior, draws);
    const reconstruction = decodeLatents(vae, z, encodeGreyLevel(vae, greyLevel, options), options);
    return { reconstruction, z, ...posterior };
  });
  return { reconstruction, z, posterior: { means, logVariances } };
}
