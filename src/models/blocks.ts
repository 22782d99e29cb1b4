import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';

import type { BlockStyle, EncoderConfig } from './config.js';
import { GroupNormalization } from './layers/groupNormalization.js';

/** A differentiable map on NHWC maps; layers are named after the block, so that weights keep their names. */
export type Block = (x: SymbolicTensor) => SymbolicTensor;

export interface ConvolutionOptions {
  readonly name: string;
  readonly filters: number;
  readonly kernelSize: number;
  /** @defaultValue `1` */
  readonly strides?: 1 | 2;
  readonly useBias: boolean;
  /** See `BlockStyle`. */
  readonly stridedPadding: BlockStyle['stridedPadding'];
}

/** Applies `layer` to `x`. */
export function applyLayer(layer: layers.Layer, x: SymbolicTensor | SymbolicTensor[]): SymbolicTensor {
  return layer.apply(x) as SymbolicTensor;
}

/** Zeros `[before, after]` an axis of `size` pixels for a strided kernel that reaches as far over both ends. */
export function symmetricPadding(size: number, kernelSize: number, strides: number): [number, number] {
  const before = Math.floor((kernelSize - 1) / 2);
  const outputs = Math.floor((size + 2 * before - kernelSize) / strides) + 1;
  return [before, (outputs - 1) * strides + kernelSize - size - before];
}

/** A convolution without activation whose output is as large as its input, or half as large with stride 2. */
export function convolution(options: ConvolutionOptions): Block {
  const { name, filters, kernelSize, strides = 1, useBias, stridedPadding } = options;
  const padHere = strides > 1 && stridedPadding === 'symmetric';
  const convolve = layers.conv2d({
    name: `${name}_conv`,
    filters,
    kernelSize,
    strides,
    useBias,
    padding: padHere ? 'valid' : 'same',
    // Weights are drawn by `initializeWeights`.
    kernelInitializer: 'zeros',
  });
  if (!padHere) return (x) => applyLayer(convolve, x);
  return (x) => {
    const [vertical, horizontal] = [x.shape[1]!, x.shape[2]!].map((size) =>
      symmetricPadding(size, kernelSize, strides),
    );
    const pad = layers.zeroPadding2d({ name: `${name}_pad`, padding: [vertical!, horizontal!] });
    return applyLayer(convolve, applyLayer(pad, x));
  };
}

/** A dense layer that is applied to each cell of a map. */
export function cellwise(options: {
  readonly name: string;
  readonly filters: number;
  readonly activation: 'linear' | 'relu' | 'tanh';
}): Block {
  const layer = layers.conv2d({ ...options, kernelSize: 1, kernelInitializer: 'zeros' });
  return (x) => applyLayer(layer, x);
}

/** The normalization of `style`, or nothing. */
export function normalization(name: string, { normalization: config }: BlockStyle): Block {
  if (config.kind === 'none') return (x) => x;
  const args = { name: `${name}_norm`, epsilon: config.epsilon };
  const layer =
    config.kind === 'batch'
      ? layers.batchNormalization({ ...args, momentum: config.momentum })
      : new GroupNormalization({ ...args, groups: config.groups });
  return (x) => applyLayer(layer, x);
}

/** What follows a convolution: ReLU and normalization in the order of `style`. */
export function activate(name: string, style: BlockStyle): Block {
  const relu = layers.activation({ name: `${name}_relu`, activation: 'relu' });
  const normalize = normalization(name, style);
  return style.order === 'activationFirst'
    ? (x) => normalize(applyLayer(relu, x))
    : (x) => applyLayer(relu, normalize(x));
}

/** A convolution, ReLU and normalization in the order of `style`. */
export function convolutionUnit(
  options: Pick<ConvolutionOptions, 'name' | 'filters' | 'kernelSize' | 'strides'>,
  style: BlockStyle,
): Block {
  const convolve = convolution({ ...options, useBias: style.useBias, stridedPadding: style.stridedPadding });
  const finish = activate(options.name, style);
  return (x) => finish(convolve(x));
}

/** `count` 3x3 convolution units of `filters` filters, one after the other. */
export function refine(name: string, filters: number, count: number, style: BlockStyle): Block {
  const units = Array.from({ length: count }, (_, i) =>
    convolutionUnit({ name: `${name}_refine${i + 1}`, filters, kernelSize: 3 }, style),
  );
  return (x) => units.reduce((map, unit) => unit(map), x);
}

/** The features of each level of an encoder, shallowest first; level `i` is `2**i` times smaller than `x`. */
export function encoderLevels(
  x: SymbolicTensor,
  prefix: string,
  config: EncoderConfig,
  style: BlockStyle,
): SymbolicTensor[] {
  let map = x;
  return config.filters.map((filters, i) => {
    const name = `${prefix}_down${i + 1}`;
    const down = convolutionUnit({ name, filters, kernelSize: config.kernelSizes[i]!, strides: 2 }, style);
    map = refine(name, filters, config.refinements[i]!, style)(down(map));
    return map;
  });
}
