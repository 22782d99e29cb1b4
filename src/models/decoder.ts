import { input, layers, type LayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';

import { activate, applyLayer, type Block, convolution, normalization, refine } from './blocks.js';
import type { ColorVaeConfig } from './config.js';
import { Upsample } from './layers/upsample.js';

/** Stage `index` of the decoder, deepest first, and whether it doubles the map it is given. */
interface Stage {
  readonly index: number;
  readonly doubles: boolean;
}

/** `z` at every pixel of a map of `side` by `side` pixels. */
function replicate(z: SymbolicTensor, side: number): SymbolicTensor {
  const repeated = applyLayer(layers.repeatVector({ name: 'decoder_repeat', n: side * side }), z);
  const targetShape = [side, side, z.shape[1]!];
  return applyLayer(layers.reshape({ name: 'decoder_reshape', targetShape }), repeated);
}

function upsampling(name: string, { decoder }: ColorVaeConfig): Block {
  const layer = new Upsample({ name: `${name}_upsample`, method: decoder.upsampling });
  return (x) => applyLayer(layer, x);
}

/** The stage's convolution of `x`, on the doubled map or, cheaper, before doubling. */
function convolve(x: SymbolicTensor, { index, doubles }: Stage, config: ColorVaeConfig): SymbolicTensor {
  const { decoder, style } = config;
  const name = `decoder_up${index}`;
  const block = convolution({
    name,
    filters: decoder.filters[index]!,
    kernelSize: decoder.kernelSizes[index]!,
    useBias: style.useBias,
    stridedPadding: style.stridedPadding,
  });
  if (!doubles) return block(x);
  const double = upsampling(name, config);
  return decoder.order === 'upsampleFirst' ? block(double(x)) : double(block(x));
}

/**
 * Convolves `x` and `features` as if they were concatenated.
 *
 * The convolution of a concatenation is the sum of two convolutions. Written so, the photo's part is computed once for any
 * number of codes: features of batch 1 are added to each code's map.
 */
function convolveBoth(
  x: SymbolicTensor,
  features: SymbolicTensor,
  stage: Stage,
  config: ColorVaeConfig,
): SymbolicTensor {
  const { decoder, style } = config;
  const name = `decoder_up${stage.index}`;
  const convolveFeatures = convolution({
    name: `${name}_skip`,
    filters: decoder.filters[stage.index]!,
    kernelSize: decoder.kernelSizes[stage.index]!,
    useBias: false,
    stridedPadding: style.stridedPadding,
  });
  const add = layers.add({ name: `${name}_add` });
  return applyLayer(add, [convolve(x, stage, config), convolveFeatures(features)]);
}

function finish(x: SymbolicTensor, index: number, { decoder, style }: ColorVaeConfig): SymbolicTensor {
  const name = `decoder_up${index}`;
  const refined = refine(name, decoder.filters[index]!, decoder.refinements[index]!, style);
  return refined(activate(name, style)(x));
}

/** The deepest map: code and features of the grey photo merged and convolved. */
function deepestStage(z: SymbolicTensor, features: SymbolicTensor, config: ColorVaeConfig): SymbolicTensor {
  const stage = { index: 0, doubles: false };
  const codes = replicate(z, features.shape[1]!);
  if (config.decoder.latentMerge === 'concat') return convolveBoth(codes, features, stage, config);
  const product = applyLayer(layers.multiply({ name: 'decoder_up0_multiply' }), [codes, features]);
  return convolve(product, stage, config);
}

/** The color field: two channels in (-1, 1) at full size. */
function colorField(x: SymbolicTensor, config: ColorVaeConfig): SymbolicTensor {
  const { decoder, style } = config;
  const paint = convolution({
    name: 'decoder_output',
    filters: 2,
    kernelSize: decoder.outputKernelSize,
    useBias: true,
    stridedPadding: style.stridedPadding,
  });
  const normalize: Block = decoder.outputNormalization
    ? normalization('decoder_output', style)
    : (map) => map;
  const squash = layers.activation({ name: 'decoder_output_tanh', activation: 'tanh' });
  return applyLayer(squash, normalize(paint(upsampling('decoder_output', config)(x))));
}

/**
 * The decoder `p(colorField | z, greyLevel)`.
 *
 * @param conditioning Outputs of the conditional encoder, deepest first.
 * @returns A model from codes `[batch, latentDim]` and the conditioning maps, of the same batch or of batch 1, to color
 *   fields `[batch, imageSize, imageSize, 2]` in (-1, 1).
 */
export function buildDecoder(config: ColorVaeConfig, conditioning: readonly SymbolicTensor[]): LayersModel {
  const z = input({ name: 'decoder_z', shape: [config.latentDim] });
  const features = conditioning.map(({ shape }, i) =>
    input({ name: `decoder_features${i}`, shape: shape.slice(1) }),
  );
  const x = features.slice(1).reduce(
    (map, skip, i) => {
      const index = i + 1;
      return finish(convolveBoth(map, skip, { index, doubles: true }, config), index, config);
    },
    finish(deepestStage(z, features[0]!, config), 0, config),
  );
  return model({ name: 'decoder', inputs: [z, ...features], outputs: colorField(x, config) });
}
