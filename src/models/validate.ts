import {
  argumentMessage,
  assertBetween,
  assertNonNegativeInteger,
  assertOneOf,
  assertPositive,
  assertPositiveInteger,
} from '../errors.js';
import type {
  BlockStyle,
  ColorVaeConfig,
  DeviationConfig,
  EncoderConfig,
  MixtureDensityNetworkConfig,
  NormalizationConfig,
} from './config.js';
import { assertDropoutRate } from './layers/seededDropout.js';
import { UPSAMPLE_METHODS } from './layers/upsample.js';

const VAE_ACTION = 'create colorVae';
const MIXTURE_ACTION = 'create mixtureDensityNetwork';

type List = readonly number[];

function assertLength(action: string, argument: string, list: List, length: number): void {
  if (list.length === length) return;
  throw new RangeError(
    argumentMessage(action, argument, `have ${length} elements, one per level`, [...list]),
  );
}

function assertPositiveIntegers(action: string, argument: string, list: List): void {
  list.forEach((value, i) => assertPositiveInteger(action, `${argument}[${i}]`, value));
}

function assertGroups(action: string, normalization: NormalizationConfig, filters: List): void {
  if (normalization.kind !== 'group') return;
  const { groups } = normalization;
  assertPositiveInteger(action, 'style.normalization.groups', groups);
  const indivisible = filters.find((count) => count % groups !== 0);
  if (indivisible === undefined) return;
  const rule = `divide every number of filters, ${indivisible} included`;
  throw new RangeError(argumentMessage(action, 'style.normalization.groups', rule, groups));
}

function assertStyle(action: string, { normalization, order, stridedPadding }: BlockStyle): void {
  assertOneOf(action, 'style.normalization.kind', normalization.kind, ['batch', 'group', 'none']);
  if (normalization.kind !== 'none') {
    assertPositive(action, 'style.normalization.epsilon', normalization.epsilon);
  }
  if (normalization.kind === 'batch') {
    assertBetween(action, 'style.normalization.momentum', normalization.momentum, [0, 1]);
  }
  assertOneOf(action, 'style.order', order, ['activationFirst', 'normalizationFirst']);
  assertOneOf(action, 'style.stridedPadding', stridedPadding, ['symmetric', 'same']);
}

function assertInitialization(action: string, initialization: string): void {
  assertOneOf(action, 'initialization', initialization, ['heNormal', 'uniformFanIn', 'smallNormal']);
}

function assertLevels(argument: string, config: EncoderConfig, levels: number): void {
  const { filters, kernelSizes, refinements } = config;
  assertLength(VAE_ACTION, `${argument}.filters`, filters, levels);
  assertLength(VAE_ACTION, `${argument}.kernelSizes`, kernelSizes, levels);
  assertLength(VAE_ACTION, `${argument}.refinements`, refinements, levels);
  assertPositiveIntegers(VAE_ACTION, `${argument}.filters`, filters);
  assertPositiveIntegers(VAE_ACTION, `${argument}.kernelSizes`, kernelSizes);
  refinements.forEach((count, i) =>
    assertNonNegativeInteger(VAE_ACTION, `${argument}.refinements[${i}]`, count),
  );
}

function assertImageSize(action: string, argument: string, imageSize: number, halvings: number): void {
  assertPositiveInteger(action, argument, imageSize);
  const unit = 2 ** halvings;
  if (imageSize % unit === 0) return;
  throw new RangeError(argumentMessage(action, argument, `be a multiple of ${unit}`, imageSize));
}

function assertDecoder({ decoder, conditionalEncoder, latentDim }: ColorVaeConfig): void {
  assertOneOf(VAE_ACTION, 'decoder.latentMerge', decoder.latentMerge, ['concat', 'multiply']);
  assertOneOf(VAE_ACTION, 'decoder.upsampling', decoder.upsampling, UPSAMPLE_METHODS);
  assertOneOf(VAE_ACTION, 'decoder.order', decoder.order, ['upsampleFirst', 'convolutionFirst']);
  assertPositiveInteger(VAE_ACTION, 'decoder.outputKernelSize', decoder.outputKernelSize);
  assertLevels('decoder', decoder, conditionalEncoder.filters.length);
  const deepest = conditionalEncoder.filters.at(-1)!;
  if (decoder.latentMerge === 'multiply' && deepest !== latentDim) {
    const rule = `equal the filters of the deepest level, ${deepest}, to be multiplied with them`;
    throw new RangeError(argumentMessage(VAE_ACTION, 'latentDim', rule, latentDim));
  }
}

/**
 * @throws {RangeError} If a number of `config` is out of range or the parts do not fit together.
 * @throws {TypeError} If a choice of `config` is none of those offered.
 */
export function assertColorVaeConfig(config: ColorVaeConfig): void {
  const { encoder, conditionalEncoder, decoder, style } = config;
  const levels = Math.max(encoder.filters.length, conditionalEncoder.filters.length);
  assertPositiveInteger(VAE_ACTION, 'encoder.filters.length', encoder.filters.length);
  assertPositiveInteger(VAE_ACTION, 'conditionalEncoder.filters.length', conditionalEncoder.filters.length);
  assertImageSize(VAE_ACTION, 'imageSize', config.imageSize, levels);
  assertPositiveInteger(VAE_ACTION, 'latentDim', config.latentDim);
  assertStyle(VAE_ACTION, style);
  assertLevels('encoder', encoder, encoder.filters.length);
  assertLevels('conditionalEncoder', conditionalEncoder, conditionalEncoder.filters.length);
  assertDecoder(config);
  assertGroups(VAE_ACTION, style.normalization, [
    ...encoder.filters,
    ...conditionalEncoder.filters,
    ...decoder.filters,
    ...(decoder.outputNormalization ? [2] : []),
  ]);
  assertDropoutRate(VAE_ACTION, 'dropoutRate', config.dropoutRate);
  assertOneOf(VAE_ACTION, 'noise', config.noise, ['normal', 'truncatedNormal']);
  assertInitialization(VAE_ACTION, config.initialization);
}

function assertDeviations(deviations: DeviationConfig): void {
  assertOneOf(MIXTURE_ACTION, 'deviations.kind', deviations.kind, ['fixed', 'learned']);
  if (deviations.kind === 'fixed') {
    assertPositive(MIXTURE_ACTION, 'deviations.stdDev', deviations.stdDev);
    return;
  }
  const { form, least, most } = deviations;
  assertOneOf(MIXTURE_ACTION, 'deviations.form', form, ['isotropic', 'diagonal']);
  assertPositive(MIXTURE_ACTION, 'deviations.least', least);
  if (most > least && Number.isFinite(most)) return;
  throw new RangeError(
    argumentMessage(MIXTURE_ACTION, 'deviations.most', `be a finite number above ${least}`, most),
  );
}

function assertInput({ input, trunk }: MixtureDensityNetworkConfig): void {
  assertOneOf(MIXTURE_ACTION, 'input.kind', input.kind, ['greyLevel', 'features']);
  if (input.kind === 'features') {
    assertPositiveIntegers(MIXTURE_ACTION, 'input.shape', input.shape);
    return;
  }
  const halvings = trunk.filter(({ strides }) => strides === 2).length;
  assertImageSize(MIXTURE_ACTION, 'input.imageSize', input.imageSize, halvings);
}

/**
 * @throws {RangeError} If a number of `config` is out of range or the parts do not fit together.
 * @throws {TypeError} If a choice of `config` is none of those offered.
 */
export function assertMixtureDensityNetworkConfig(config: MixtureDensityNetworkConfig): void {
  const { trunk, hidden, style } = config;
  const filters = trunk.map((convolution) => convolution.filters);
  trunk.forEach(({ filters, kernelSize }, i) => {
    assertPositiveInteger(MIXTURE_ACTION, `trunk[${i}].filters`, filters);
    assertPositiveInteger(MIXTURE_ACTION, `trunk[${i}].kernelSize`, kernelSize);
  });
  hidden.forEach(({ units }, i) => assertPositiveInteger(MIXTURE_ACTION, `hidden[${i}].units`, units));
  assertInput(config);
  assertPositiveInteger(MIXTURE_ACTION, 'latentDim', config.latentDim);
  assertPositiveInteger(MIXTURE_ACTION, 'components', config.components);
  assertStyle(MIXTURE_ACTION, style);
  assertGroups(MIXTURE_ACTION, style.normalization, filters);
  assertDeviations(config.deviations);
  assertDropoutRate(MIXTURE_ACTION, 'dropoutRate', config.dropoutRate);
  assertInitialization(MIXTURE_ACTION, config.initialization);
}
