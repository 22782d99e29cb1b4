import { input, layers, type LayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';

import { applyLayer, cellwise, encoderLevels } from './blocks.js';
import { type ColorVaeConfig, latentChannels } from './config.js';
import { SeededDropout } from './layers/seededDropout.js';

/** `latentDim` numbers of a vector of features. */
function vectorHead(name: string, { latentDim }: ColorVaeConfig, features: SymbolicTensor): SymbolicTensor {
  return applyLayer(layers.dense({ name, units: latentDim, kernelInitializer: 'zeros' }), features);
}

/** `latentDim` numbers of a map of features, cell by cell. */
function mapHead(name: string, config: ColorVaeConfig, features: SymbolicTensor): SymbolicTensor {
  const filters = latentChannels(config);
  const cells = cellwise({ name, filters, activation: 'linear' })(features);
  return applyLayer(layers.flatten({ name: `${name}_flatten` }), cells);
}

/**
 * The color encoder `q(z | colorField)`.
 *
 * @returns A model from color fields `[batch, imageSize, imageSize, 2]` to the means and log-variances of a Gaussian with
 *   independent dimensions, `[batch, latentDim]` each.
 */
export function buildEncoder(config: ColorVaeConfig): LayersModel {
  const { imageSize, latentSide = 1, style, dropoutRate } = config;
  const colorField = input({ name: 'encoder_color_field', shape: [imageSize, imageSize, 2] });
  const deepest = encoderLevels(colorField, 'encoder', config.encoder, style).at(-1)!;
  const found = latentSide === 1 ? applyLayer(layers.flatten({ name: 'encoder_flatten' }), deepest) : deepest;
  const dropout = new SeededDropout({ name: 'encoder_dropout', rate: dropoutRate, index: 0 });
  const features = applyLayer(dropout, found);
  const head = latentSide === 1 ? vectorHead : mapHead;
  const outputs = ['encoder_means', 'encoder_log_variances'].map((name) => head(name, config, features));
  return model({ name: 'encoder', inputs: colorField, outputs });
}

/**
 * The conditional encoder: what the decoder sees of the grey photo.
 *
 * @returns A model from grey levels `[batch, imageSize, imageSize, 1]` to one feature map per level, deepest first.
 */
export function buildConditionalEncoder(config: ColorVaeConfig): LayersModel {
  const { imageSize, style } = config;
  const greyLevel = input({ name: 'conditional_encoder_grey_level', shape: [imageSize, imageSize, 1] });
  const outputs = encoderLevels(
    greyLevel,
    'conditional_encoder',
    config.conditionalEncoder,
    style,
  ).toReversed();
  return model({ name: 'conditional_encoder', inputs: greyLevel, outputs });
}
