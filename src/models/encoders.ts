import { input, layers, type LayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';

import { applyLayer, encoderLevels } from './blocks.js';
import type { ColorVaeConfig } from './config.js';
import { SeededDropout } from './layers/seededDropout.js';

function head(name: string, units: number, features: SymbolicTensor): SymbolicTensor {
  return applyLayer(layers.dense({ name, units, kernelInitializer: 'zeros' }), features);
}

/**
 * The color encoder `q(z | colorField)`.
 *
 * @returns A model from color fields `[batch, imageSize, imageSize, 2]` to the means and log-variances of a Gaussian with
 *   independent dimensions, `[batch, latentDim]` each.
 */
export function buildEncoder(config: ColorVaeConfig): LayersModel {
  const { imageSize, latentDim, style, dropoutRate } = config;
  const colorField = input({ name: 'encoder_color_field', shape: [imageSize, imageSize, 2] });
  const deepest = encoderLevels(colorField, 'encoder', config.encoder, style).at(-1)!;
  const flat = applyLayer(layers.flatten({ name: 'encoder_flatten' }), deepest);
  const features = applyLayer(
    new SeededDropout({ name: 'encoder_dropout', rate: dropoutRate, index: 0 }),
    flat,
  );
  const outputs = [
    head('encoder_means', latentDim, features),
    head('encoder_log_variances', latentDim, features),
  ];
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
