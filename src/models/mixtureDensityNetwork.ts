import * as tf from '@tensorflow/tfjs-core';
import { input, layers, type LayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';

import type { GaussianMixture } from '../distributions/gaussianMixture.js';
import { assertNonNegativeInteger, assertShape } from '../errors.js';
import { seedSequence } from '../random.js';
import { assertBackend } from './assertBackend.js';
import { applyLayer, cellwise, convolutionUnit } from './blocks.js';
import { latentChannels, type MixtureDensityNetworkConfig, type MixtureInputConfig } from './config.js';
import { initializeWeights } from './initializeWeights.js';
import { ComponentMaps } from './layers/componentMaps.js';
import { BoundedLogStdDevs, FixedLogStdDevs } from './layers/logStdDevs.js';
import { type CallOptions, SeededDropout } from './layers/seededDropout.js';
import { assertPreset, MIXTURE_PRESETS, type ModelPreset } from './presets.js';
import { assertMixtureDensityNetworkConfig } from './validate.js';
import { namedWeights } from './weights.js';

/** Means start spread out, so that components differ; weights and deviations start nearly equal. */
const GAINS = { mixture_means: 1, mixture_logits: 0.1, mixture_log_std_devs: 0.1 };

/** A network from a grey photo, or features of it, to a Gaussian mixture over latent codes. */
export interface MixtureDensityNetwork {
  readonly config: MixtureDensityNetworkConfig;
  /**
   * From grey levels or features to logits `[batch, components]`, means `[batch, components, latentDim]` and log standard
   * deviations `[batch, components, latentDim]`, or `[batch, components, 1]` where they are fixed or isotropic.
   */
  readonly model: LayersModel;
  /** Frees the weights. */
  readonly dispose: () => void;
}

export interface MixtureDensityNetworkOptions {
  /**
   * Which of `MIXTURE_PRESETS` to build; ignored where `config` is given.
   *
   * @defaultValue `'compact'`
   */
  readonly preset?: ModelPreset;
  /** What to build, in full. */
  readonly config?: MixtureDensityNetworkConfig;
  /**
   * Seed of the initial weights, a non-negative integer. Without it all kernels are zero, which takes no time: for a model
   * whose weights are loaded next.
   */
  readonly seed?: number;
}

/** Shape of one example's input, `[height, width, channels]`. */
function inputShape(config: MixtureInputConfig): [number, number, number] {
  return config.kind === 'features' ? [...config.shape] : [config.imageSize, config.imageSize, 1];
}

/** Whether codes are maps, and so what is predicted of them. */
function predictsMaps({ latentSide = 1 }: MixtureDensityNetworkConfig): boolean {
  return latentSide > 1;
}

/** What the heads see: a map, or a vector of all that it holds. */
function trunkFeatures(x: SymbolicTensor, config: MixtureDensityNetworkConfig): SymbolicTensor {
  const { trunk, style } = config;
  const map = trunk.reduce(
    (map, convolution, i) => convolutionUnit({ name: `mixture_trunk${i + 1}`, ...convolution }, style)(map),
    x,
  );
  return predictsMaps(config) ? map : applyLayer(layers.flatten({ name: 'mixture_flatten' }), map);
}

/** A dense layer on a vector, or on each cell of a map. */
function dense(
  name: string,
  units: number,
  activation: 'linear' | 'relu' | 'tanh',
  x: SymbolicTensor,
): SymbolicTensor {
  if (x.shape.length === 4) return cellwise({ name, filters: units, activation })(x);
  return applyLayer(layers.dense({ name, units, activation, kernelInitializer: 'zeros' }), x);
}

/** Dropout before every dense layer: the hidden ones and, together, the heads. */
function hiddenFeatures(
  x: SymbolicTensor,
  { hidden, dropoutRate: rate }: MixtureDensityNetworkConfig,
): SymbolicTensor {
  const drop = (map: SymbolicTensor, index: number) =>
    applyLayer(new SeededDropout({ name: `mixture_dropout${index}`, rate, index }), map);
  const features = hidden.reduce((map, { units, activation }, i) => {
    return dense(`mixture_hidden${i + 1}`, units, activation, drop(map, i));
  }, x);
  return drop(features, hidden.length);
}

/** `[components, size]` numbers: in a vector or a cell, component `k` owns those from `k * size` on. */
function perComponent(
  features: SymbolicTensor,
  name: string,
  size: number,
  components: number,
): SymbolicTensor {
  const all = dense(name, components * size, 'linear', features);
  const divide =
    all.shape.length === 4
      ? new ComponentMaps({ name: `${name}_maps`, components })
      : layers.reshape({ name: `${name}_reshape`, targetShape: [components, size] });
  return applyLayer(divide, all);
}

function logStdDevs(
  features: { readonly cells: SymbolicTensor; readonly whole: SymbolicTensor },
  logits: SymbolicTensor,
  config: MixtureDensityNetworkConfig,
): SymbolicTensor {
  const { deviations, components } = config;
  const name = 'mixture_log_std_devs';
  if (deviations.kind === 'fixed') {
    return applyLayer(new FixedLogStdDevs({ name, stdDev: deviations.stdDev }), logits);
  }
  const { form, least, most } = deviations;
  const bounds = { least: Math.log(least), most: Math.log(most) };
  const predicted =
    form === 'diagonal'
      ? perComponent(features.cells, name, latentChannels(config), components)
      : perComponent(features.whole, name, 1, components);
  return applyLayer(new BoundedLogStdDevs({ name: `${name}_bounded`, ...bounds }), predicted);
}

function buildMixture(config: MixtureDensityNetworkConfig): LayersModel {
  const { components } = config;
  const inputs = input({ name: 'mixture_input', shape: inputShape(config.input) });
  const cells = hiddenFeatures(trunkFeatures(inputs, config), config);
  const average = layers.globalAveragePooling2d({ name: 'mixture_average' });
  const whole = predictsMaps(config) ? applyLayer(average, cells) : cells;
  const logits = dense('mixture_logits', components, 'linear', whole);
  const means = perComponent(cells, 'mixture_means', latentChannels(config), components);
  const outputs = [logits, means, logStdDevs({ cells, whole }, logits, config)];
  return model({ name: 'mixture_density_network', inputs, outputs });
}

/**
 * Builds a mixture density network.
 *
 * @returns A model whose weights are freed by `dispose`.
 * @throws {RangeError} If a number of the configuration is out of range, or `seed` is not a non-negative integer.
 * @throws {TypeError} If a choice of the configuration is none of those offered.
 * @throws {BackendError} If no TensorFlow.js backend is registered.
 * @see C. M. Bishop, Mixture Density Networks, NCRG/94/004, 1994.
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017, section 5.
 */
export function mixtureDensityNetwork(options: MixtureDensityNetworkOptions = {}): MixtureDensityNetwork {
  const { preset = 'compact', config = MIXTURE_PRESETS[preset], seed } = options;
  assertPreset('create mixtureDensityNetwork', preset);
  assertMixtureDensityNetworkConfig(config);
  if (seed !== undefined) assertNonNegativeInteger('create mixtureDensityNetwork', 'seed', seed);
  assertBackend('create mixtureDensityNetwork');
  const network = buildMixture(config);
  if (seed !== undefined) {
    const { initialization } = config;
    const { trainable } = namedWeights(network);
    initializeWeights(trainable, { initialization, seeds: seedSequence(seed), gains: GAINS });
  }
  return { config, model: network, dispose: () => void network.dispose() };
}

/**
 * The mixture over latent codes that the network predicts.
 *
 * @param features Grey levels `[batch, size, size, 1]` in -1..1, or feature maps `[batch, height, width, channels]`, as
 *   `config.input` says.
 * @returns Tensors to be disposed by the caller.
 * @throws {ShapeError} If `features` does not fit the network.
 */
export function predictMixture(
  network: MixtureDensityNetwork,
  features: tf.Tensor4D,
  options: CallOptions = {},
): GaussianMixture {
  const expected = ['batch', ...inputShape(network.config.input)];
  assertShape('run predictMixture', 'features', features, expected);
  return tf.tidy(() => {
    const outputs = network.model.apply(features, { ...options }) as [tf.Tensor2D, tf.Tensor3D, tf.Tensor3D];
    const [logits, means, logStdDevs] = outputs;
    return { logits, means, logStdDevs };
  });
}
