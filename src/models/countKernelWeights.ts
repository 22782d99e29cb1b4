import {
  type ColorVaeConfig,
  type EncoderConfig,
  latentChannels,
  type MixtureDensityNetworkConfig,
} from './config.js';

/** Side of the kernels of refinements, in pixels. */
const REFINEMENT_SIZE = 3;

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

function convolutionWeights(kernelSize: number, channels: number, filters: number): number {
  return kernelSize ** 2 * channels * filters;
}

/** Weights of levels whose first convolutions see `channels[i]` channels. */
function levelWeights(channels: readonly number[], config: EncoderConfig): number {
  const { filters, kernelSizes, refinements } = config;
  return sum(
    filters.map(
      (count, i) =>
        convolutionWeights(kernelSizes[i]!, channels[i]!, count) +
        refinements[i]! * convolutionWeights(REFINEMENT_SIZE, count, count),
    ),
  );
}

function encoderWeights(channels: number, config: EncoderConfig): number {
  return levelWeights([channels, ...config.filters], config);
}

/** Stage of the decoder, deepest first, that takes the code in. */
function codeStage({ imageSize, conditionalEncoder, latentSide = 1 }: ColorVaeConfig): number {
  const levels = conditionalEncoder.filters.length;
  return latentSide === 1 ? 0 : levels - Math.log2(imageSize / latentSide);
}

function decoderWeights(config: ColorVaeConfig): number {
  const { decoder, conditionalEncoder } = config;
  const skips = conditionalEncoder.filters.toReversed();
  const code = latentChannels(config);
  const channels = skips.map((skip, i) => (i === 0 ? skip : decoder.filters[i - 1]! + skip));
  // Where they are multiplied, features have as many channels as the code.
  if (decoder.latentMerge === 'concat') channels[codeStage(config)]! += code;
  const output = convolutionWeights(decoder.outputKernelSize, decoder.filters.at(-1)!, 2);
  return levelWeights(channels, decoder) + output;
}

/**
 * Number of weights in the kernels of a color VAE, without building it; biases and normalization come on top.
 *
 * @param config A valid one.
 */
export function countColorVaeKernelWeights(config: ColorVaeConfig): number {
  const { encoder, conditionalEncoder, imageSize, latentSide = 1 } = config;
  const side = latentSide === 1 ? imageSize / 2 ** encoder.filters.length : 1;
  const heads = 2 * side ** 2 * encoder.filters.at(-1)! * latentChannels(config);
  return encoderWeights(2, encoder) + heads + encoderWeights(1, conditionalEncoder) + decoderWeights(config);
}

/**
 * Number of weights in the kernels of a mixture density network, without building it; biases and normalization come on top.
 *
 * @param config A valid one.
 */
export function countMixtureKernelWeights(config: MixtureDensityNetworkConfig): number {
  const { input, trunk, hidden, components, latentSide = 1, deviations } = config;
  const dimensions = latentChannels(config);
  let [height, width, channels] =
    input.kind === 'features' ? input.shape : ([input.imageSize, input.imageSize, 1] as const);
  let count = 0;
  for (const { filters, kernelSize, strides } of trunk) {
    count += convolutionWeights(kernelSize, channels, filters);
    [height, width, channels] = [Math.ceil(height / strides), Math.ceil(width / strides), filters];
  }
  let features = (latentSide === 1 ? height * width : 1) * channels;
  for (const { units } of hidden) {
    count += features * units;
    features = units;
  }
  const learned = deviations.kind === 'learned';
  const deviationUnits = learned ? components * (deviations.form === 'diagonal' ? dimensions : 1) : 0;
  return count + features * (components + components * dimensions + deviationUnits);
}
