import { input, layers, type LayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';

import { activate, applyLayer, type Block, convolution, normalization, refine } from './blocks.js';
import { type ColorVaeConfig, latentChannels } from './config.js';
import { Upsample } from './layers/upsample.js';

/** Stage `index` of the decoder, deepest first, and whether it doubles the map it is given. */
interface Stage {
  readonly index: number;
  readonly doubles: boolean;
}

/** Codes as a map of `side` by `side` cells: a code that is a vector is repeated in every cell. */
function codeMap(z: SymbolicTensor, side: number, config: ColorVaeConfig): SymbolicTensor {
  const cells = { name: 'decoder_reshape', targetShape: [side, side, latentChannels(config)] };
  const repeat = layers.repeatVector({ name: 'decoder_repeat', n: side * side });
  return applyLayer(layers.reshape(cells), (config.latentSide ?? 1) > 1 ? z : applyLayer(repeat, z));
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
 * Convolves `x` and the maps `others`, called by what they are, as if they were concatenated.
 *
 * The convolution of a concatenation is the sum of convolutions. Written so, the photo's part is computed once for any
 * number of codes: features of batch 1 are added to each code's map.
 */
function convolveAll(
  x: SymbolicTensor,
  others: Readonly<Record<string, SymbolicTensor>>,
  stage: Stage,
  config: ColorVaeConfig,
): SymbolicTensor {
  const { decoder, style } = config;
  const name = `decoder_up${stage.index}`;
  const convolved = Object.entries(others).map(([role, map]) =>
    convolution({
      name: `${name}_${role}`,
      filters: decoder.filters[stage.index]!,
      kernelSize: decoder.kernelSizes[stage.index]!,
      useBias: false,
      stridedPadding: style.stridedPadding,
    })(map),
  );
  return applyLayer(layers.add({ name: `${name}_add` }), [convolve(x, stage, config), ...convolved]);
}

function finish(x: SymbolicTensor, index: number, { decoder, style }: ColorVaeConfig): SymbolicTensor {
  const name = `decoder_up${index}`;
  const refined = refine(name, decoder.filters[index]!, decoder.refinements[index]!, style);
  return refined(activate(name, style)(x));
}

/** Whether the code enters at a map of that side. */
function takesCode(side: number, index: number, { latentSide = 1 }: ColorVaeConfig): boolean {
  return latentSide === 1 ? index === 0 : side === latentSide;
}

/** The deepest map: features of the grey photo, merged with the code if it enters here, and convolved. */
function deepestStage(z: SymbolicTensor, features: SymbolicTensor, config: ColorVaeConfig): SymbolicTensor {
  const stage = { index: 0, doubles: false };
  const side = features.shape[1]!;
  if (!takesCode(side, 0, config)) return convolve(features, stage, config);
  const code = codeMap(z, side, config);
  if (config.decoder.latentMerge === 'concat') return convolveAll(code, { skip: features }, stage, config);
  const product = applyLayer(layers.multiply({ name: 'decoder_up0_multiply' }), [code, features]);
  return convolve(product, stage, config);
}

/** What a stage of a larger map takes in beside the map before it: features of the grey photo and, if it enters here, the code. */
function inflow(z: SymbolicTensor, skip: SymbolicTensor, index: number, config: ColorVaeConfig) {
  const side = skip.shape[1]!;
  return takesCode(side, index, config) ? { skip, code: codeMap(z, side, config) } : { skip };
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
      const others = inflow(z, skip, index, config);
      return finish(convolveAll(map, others, { index, doubles: true }, config), index, config);
    },
    finish(deepestStage(z, features[0]!, config), 0, config),
  );
  return model({ name: 'decoder', inputs: [z, ...features], outputs: colorField(x, config) });
}
