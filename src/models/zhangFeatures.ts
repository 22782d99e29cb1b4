import { input, layers, type LayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';

import { assertOneOf } from '../errors.js';
import { applyLayer } from './blocks.js';

/** A block of 3x3 convolutions, each followed by ReLU; all but the network's last block end with normalization. */
export interface FeatureBlock {
  readonly filters: number;
  readonly convolutions: number;
  /** Stride of the block's last convolution. */
  readonly strides: 1 | 2;
  readonly dilation: 1 | 2;
}

/** Blocks `conv1` to `conv7` of the published network. */
export const ZHANG_BLOCKS: readonly FeatureBlock[] = [
  { filters: 64, convolutions: 2, strides: 2, dilation: 1 },
  { filters: 128, convolutions: 2, strides: 2, dilation: 1 },
  { filters: 256, convolutions: 3, strides: 2, dilation: 1 },
  { filters: 512, convolutions: 3, strides: 1, dilation: 1 },
  { filters: 512, convolutions: 3, strides: 1, dilation: 2 },
  { filters: 512, convolutions: 3, strides: 1, dilation: 2 },
  { filters: 512, convolutions: 3, strides: 1, dilation: 1 },
];

/** Epsilon of the published network's batch normalization. */
export const FEATURE_EPSILON = 1e-5;

/** How each release of the published weights expects lightness: minus 50, and divided by 100 in the second. */
const INPUT_SCALES = { v1: 1, v2: 0.01 } as const;

export interface ZhangFeaturesOptions {
  /**
   * Release of the weights that will be loaded: the first (Caffe), which the method's authors used, or the second
   * (also distributed for PyTorch). A network trained on features of one does not work with the other.
   *
   * @defaultValue `'v1'`
   */
  readonly release?: 'v1' | 'v2';
  /**
   * The layer table.
   *
   * @defaultValue `ZHANG_BLOCKS`
   */
  readonly blocks?: readonly FeatureBlock[];
}

/** Convolutions 1, 2, ... of block `index`, named after the published layers, and the normalization `...norm` if asked for. */
function featureBlock(x: SymbolicTensor, index: number, block: FeatureBlock, normalize: boolean) {
  const { filters, convolutions, strides, dilation } = block;
  let map = x;
  for (let i = 1; i <= convolutions; i++) {
    const name = `conv${index}_${i}`;
    const stride = i === convolutions ? strides : 1;
    // Strided kernels reach one pixel over the first row and column only, as in Caffe and PyTorch.
    const padding: [[number, number], [number, number]] = [[1, 0], [1, 0]]; // prettier-ignore
    if (stride === 2) map = applyLayer(layers.zeroPadding2d({ name: `${name}_pad`, padding }), map);
    const convolution = layers.conv2d({
      name,
      filters,
      kernelSize: 3,
      strides: stride,
      dilationRate: dilation,
      padding: stride === 2 ? 'valid' : 'same',
      activation: 'relu',
      kernelInitializer: 'zeros',
    });
    map = applyLayer(convolution, map);
  }
  if (!normalize) return map;
  const name = `conv${index}_${convolutions}norm`;
  return applyLayer(
    layers.batchNormalization({ name, epsilon: FEATURE_EPSILON, center: false, scale: false }),
    map,
  );
}

/**
 * The published colorization network up to `conv7_3`, the grey features of the method's mixture density network.
 *
 * From lightness `[batch, height, width, 1]` in 0..100, sides multiples of 8, to `[batch, height / 8, width / 8, 512]`: the
 * output of the third convolution of block 7 after its ReLU and before its normalization. The weights start as zeros and are
 * to be filled through `namedWeights`: `conv1_1/kernel`, `conv1_1/bias`, ..., and the statistics `conv1_2norm/moving_mean`,
 * `conv1_2norm/moving_variance`. The network is for inference: its normalization cannot be trained.
 *
 * @throws {TypeError} If `release` is neither `"v1"` nor `"v2"`.
 * @see R. Zhang, P. Isola, A. A. Efros, Colorful Image Colorization, 2016.
 */
export function zhangFeatures(options: ZhangFeaturesOptions = {}): LayersModel {
  const { release = 'v1', blocks = ZHANG_BLOCKS } = options;
  assertOneOf('create zhangFeatures', 'release', release, ['v1', 'v2']);
  const scale = INPUT_SCALES[release];
  const lightness = input({ name: 'lightness', shape: [null, null, 1] });
  const rescale = layers.rescaling({ name: 'center_lightness', scale, offset: -50 * scale });
  const outputs = blocks.reduce(
    (map, block, i) => featureBlock(map, i + 1, block, i < blocks.length - 1),
    applyLayer(rescale, lightness),
  );
  return model({ name: 'zhang_features', inputs: lightness, outputs });
}
