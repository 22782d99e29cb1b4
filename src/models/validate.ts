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

/** Far more than any use has: what a file says must not cost gigabytes or hours. */
const MAX_IMAGE_SIZE = 4096;
const MAX_LAYERS = 64;

type List = readonly number[];
type Kind = 'object' | 'list' | 'boolean';

function isKind(value: unknown, kind: Kind): boolean {
  if (kind === 'boolean') return typeof value === 'boolean';
  return kind === 'list' ? Array.isArray(value) : typeof value === 'object' && value !== null;
}

/** @throws {TypeError} If a part of `value`, called `path` in messages, is missing or of another kind: files hold anything. */
function assertParts<T>(
  action: string,
  path: string,
  value: T,
  kinds: { readonly [K in keyof T]?: Kind },
): void {
  for (const [name, kind] of Object.entries(kinds) as [keyof T & string, Kind][]) {
    if (isKind(value[name], kind)) continue;
    const rule = `be ${kind === 'object' ? 'an' : 'a'} ${kind}`;
    throw new TypeError(argumentMessage(action, `${path}${name}`, rule, value[name]));
  }
}

function assertAtMost(action: string, argument: string, value: number, most: number): void {
  if (value <= most) return;
  throw new RangeError(argumentMessage(action, argument, `be at most ${most}`, value));
}

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

function assertStyle(action: string, style: BlockStyle): void {
  const { normalization, order, stridedPadding } = style;
  assertParts(action, 'style.', style, { normalization: 'object', useBias: 'boolean' });
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
  assertParts(VAE_ACTION, `${argument}.`, config, {
    filters: 'list',
    kernelSizes: 'list',
    refinements: 'list',
  });
  assertLength(VAE_ACTION, `${argument}.filters`, filters, levels);
  assertLength(VAE_ACTION, `${argument}.kernelSizes`, kernelSizes, levels);
  assertLength(VAE_ACTION, `${argument}.refinements`, refinements, levels);
  assertPositiveIntegers(VAE_ACTION, `${argument}.filters`, filters);
  assertPositiveIntegers(VAE_ACTION, `${argument}.kernelSizes`, kernelSizes);
  refinements.forEach((count, i) => {
    assertNonNegativeInteger(VAE_ACTION, `${argument}.refinements[${i}]`, count);
    assertAtMost(VAE_ACTION, `${argument}.refinements[${i}]`, count, MAX_LAYERS);
  });
}

function assertImageSize(action: string, argument: string, imageSize: number, halvings: number): void {
  assertPositiveInteger(action, argument, imageSize);
  assertAtMost(action, argument, imageSize, MAX_IMAGE_SIZE);
  const unit = 2 ** halvings;
  if (imageSize % unit === 0) return;
  throw new RangeError(argumentMessage(action, argument, `be a multiple of ${unit}`, imageSize));
}

function assertDecoder({ decoder, conditionalEncoder, latentDim }: ColorVaeConfig): void {
  assertParts(VAE_ACTION, 'decoder.', decoder, { outputNormalization: 'boolean' });
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

/** @throws {RangeError} If `latentDim` numbers cannot be laid out as a map of `latentSide` by `latentSide` cells. */
function assertLatent(action: string, latentDim: number, latentSide: number): void {
  assertPositiveInteger(action, 'latentDim', latentDim);
  assertPositiveInteger(action, 'latentSide', latentSide);
  const cells = latentSide ** 2;
  if (latentDim % cells === 0) return;
  const rule = `be a multiple of ${cells}, the cells of its map`;
  throw new RangeError(argumentMessage(action, 'latentDim', rule, latentDim));
}

/** @throws {RangeError} If `latentSide` is none of the sides of maps that `reason` tells of. */
function assertSide(action: string, latentSide: number, sides: List, reason: string): void {
  if (latentSide === 1 || sides.includes(latentSide)) return;
  const rule = `be 1 or ${sides.join(' or ')}, ${reason}`;
  throw new RangeError(argumentMessage(action, 'latentSide', rule, latentSide));
}

function assertLatentMap(config: ColorVaeConfig): void {
  const { imageSize, latentDim, latentSide = 1, encoder, conditionalEncoder, decoder } = config;
  assertLatent(VAE_ACTION, latentDim, latentSide);
  const last = imageSize / 2 ** encoder.filters.length;
  assertSide(VAE_ACTION, latentSide, [last], "the side of the encoder's last map");
  const maps = conditionalEncoder.filters.map((_, i) => imageSize / 2 ** (i + 1));
  assertSide(VAE_ACTION, latentSide, maps, 'the side of a map of the conditional encoder');
  if (latentSide === 1 || decoder.latentMerge === 'concat') return;
  const rule = 'be "concat" where codes are maps';
  throw new TypeError(argumentMessage(VAE_ACTION, 'decoder.latentMerge', rule, decoder.latentMerge));
}

/**
 * @throws {RangeError} If a number of `config` is out of range or the parts do not fit together.
 * @throws {TypeError} If a choice of `config` is none of those offered, or a part is missing or of the wrong kind.
 */
export function assertColorVaeConfig(config: ColorVaeConfig): void {
  assertParts(VAE_ACTION, '', { config }, { config: 'object' });
  const { encoder, conditionalEncoder, decoder, style } = config;
  assertOneOf(VAE_ACTION, 'kind', config.kind, ['colorVae']);
  assertParts(VAE_ACTION, '', config, {
    style: 'object',
    encoder: 'object',
    conditionalEncoder: 'object',
    decoder: 'object',
  });
  for (const [name, part] of Object.entries({ encoder, conditionalEncoder }))
    assertParts(VAE_ACTION, `${name}.`, part, { filters: 'list' });
  const levels = Math.max(encoder.filters.length, conditionalEncoder.filters.length);
  assertPositiveInteger(VAE_ACTION, 'encoder.filters.length', encoder.filters.length);
  assertPositiveInteger(VAE_ACTION, 'conditionalEncoder.filters.length', conditionalEncoder.filters.length);
  assertImageSize(VAE_ACTION, 'imageSize', config.imageSize, levels);
  assertLatentMap(config);
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
    assertParts(MIXTURE_ACTION, 'input.', input, { shape: 'list' });
    if (input.shape.length !== 3) {
      const rule = 'be [height, width, channels]';
      throw new RangeError(argumentMessage(MIXTURE_ACTION, 'input.shape', rule, [...input.shape]));
    }
    assertPositiveIntegers(MIXTURE_ACTION, 'input.shape', input.shape);
    return;
  }
  const halvings = trunk.filter(({ strides }) => strides === 2).length;
  assertImageSize(MIXTURE_ACTION, 'input.imageSize', input.imageSize, halvings);
}

function assertTrunk({ trunk }: MixtureDensityNetworkConfig): void {
  assertAtMost(MIXTURE_ACTION, 'trunk.length', trunk.length, MAX_LAYERS);
  trunk.forEach((convolution, i) => {
    assertPositiveInteger(MIXTURE_ACTION, `trunk[${i}].filters`, convolution.filters);
    assertPositiveInteger(MIXTURE_ACTION, `trunk[${i}].kernelSize`, convolution.kernelSize);
    if (convolution.strides === 1 || convolution.strides === 2) return;
    throw new RangeError(
      argumentMessage(MIXTURE_ACTION, `trunk[${i}].strides`, 'be 1 or 2', convolution.strides),
    );
  });
}

function assertHidden({ hidden }: MixtureDensityNetworkConfig): void {
  assertAtMost(MIXTURE_ACTION, 'hidden.length', hidden.length, MAX_LAYERS);
  hidden.forEach(({ units, activation }, i) => {
    assertPositiveInteger(MIXTURE_ACTION, `hidden[${i}].units`, units);
    assertOneOf(MIXTURE_ACTION, `hidden[${i}].activation`, activation, ['relu', 'tanh']);
  });
}

function assertMixtureLatent(config: MixtureDensityNetworkConfig): void {
  const { input, trunk, latentDim, latentSide = 1 } = config;
  assertLatent(MIXTURE_ACTION, latentDim, latentSide);
  const [height, width] = input.kind === 'features' ? input.shape : [input.imageSize, input.imageSize];
  const side = (size: number) => trunk.reduce((left, { strides }) => Math.ceil(left / strides), size);
  const reason = "the side of the trunk's last map";
  for (const size of [height, width]) assertSide(MIXTURE_ACTION, latentSide, [side(size)], reason);
}

/**
 * @throws {RangeError} If a number of `config` is out of range or the parts do not fit together.
 * @throws {TypeError} If a choice of `config` is none of those offered, or a part is missing or of the wrong kind.
 */
export function assertMixtureDensityNetworkConfig(config: MixtureDensityNetworkConfig): void {
  assertParts(MIXTURE_ACTION, '', { config }, { config: 'object' });
  const { trunk, style } = config;
  assertOneOf(MIXTURE_ACTION, 'kind', config.kind, ['mixtureDensityNetwork']);
  assertParts(MIXTURE_ACTION, '', config, {
    input: 'object',
    style: 'object',
    trunk: 'list',
    hidden: 'list',
    deviations: 'object',
  });
  assertTrunk(config);
  assertHidden(config);
  assertInput(config);
  assertMixtureLatent(config);
  assertPositiveInteger(MIXTURE_ACTION, 'components', config.components);
  assertStyle(MIXTURE_ACTION, style);
  assertGroups(
    MIXTURE_ACTION,
    style.normalization,
    trunk.map(({ filters }) => filters),
  );
  assertDeviations(config.deviations);
  assertDropoutRate(MIXTURE_ACTION, 'dropoutRate', config.dropoutRate);
  assertInitialization(MIXTURE_ACTION, config.initialization);
}
