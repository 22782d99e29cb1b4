import { describe, expect, it } from 'vitest';

import type { ColorVaeConfig, MixtureDensityNetworkConfig } from '../../src/models/config.js';
import { COLOR_VAE_PRESETS, MIXTURE_PRESETS } from '../../src/models/presets.js';
import { assertColorVaeConfig, assertMixtureDensityNetworkConfig } from '../../src/models/validate.js';

const { tiny: vae, referenceTf } = COLOR_VAE_PRESETS;
const { tiny: mixture } = MIXTURE_PRESETS;
const { style, encoder, decoder } = vae;

describe('assertColorVaeConfig()', () => {
  it('accepts every preset', () => {
    for (const config of Object.values(COLOR_VAE_PRESETS))
      expect(() => assertColorVaeConfig(config)).not.toThrow();
  });

  it.each<[string, unknown]>([
    ["'imageSize' must be a multiple of 16: current value is 40", { imageSize: 40 }],
    ["'imageSize' must be a positive integer: current value is 0", { imageSize: 0 }],
    ["'latentDim' must be a positive integer: current value is 1.5", { latentDim: 1.5 }],
    ["'latentSide' must be a positive integer: current value is 0", { latentSide: 0 }],
    ["'latentDim' must be a multiple of 9, the cells of its map: current value is 16", { latentSide: 3 }],
    [
      "'latentSide' must be 1 or 4, the side of the encoder's last map: current value is 2",
      { latentSide: 2 },
    ],
    [
      "'latentSide' must be 1 or 32 or 16 or 8 or 4, the side of a map of the conditional encoder: current value is 2",
      {
        latentSide: 2,
        encoder: { filters: [8, 8, 8, 8, 8], kernelSizes: [3, 3, 3, 3, 3], refinements: [0, 0, 0, 0, 0] },
      },
    ],
    [
      '\'decoder.latentMerge\' must be "concat" where codes are maps: current value is "multiply"',
      { latentSide: 4, decoder: { ...decoder, latentMerge: 'multiply' } },
    ],
    [
      "'encoder.filters.length' must be a positive integer: current value is 0",
      { encoder: { ...encoder, filters: [] } },
    ],
    [
      "'encoder.kernelSizes' must have 4 elements, one per level: current value is [3, 3]",
      { encoder: { ...encoder, kernelSizes: [3, 3] } },
    ],
    [
      "'encoder.refinements[1]' must be a non-negative integer: current value is -1",
      { encoder: { ...encoder, refinements: [0, -1, 0, 0] } },
    ],
    [
      "'decoder.filters' must have 4 elements, one per level: current value is [64]",
      { decoder: { ...decoder, filters: [64] } },
    ],
    [
      '\'decoder.order\' must be one of "upsampleFirst", "convolutionFirst": current value is "both"',
      { decoder: { ...decoder, order: 'both' } },
    ],
    [
      "'latentDim' must equal the filters of the deepest level, 64, to be multiplied with them: current value is 16",
      { decoder: { ...decoder, latentMerge: 'multiply' } },
    ],
    [
      "'style.normalization.groups' must divide every number of filters, 8 included: current value is 3",
      { style: { ...style, normalization: { kind: 'group', groups: 3, epsilon: 1e-5 } } },
    ],
    [
      "'style.normalization.epsilon' must be a positive finite number: current value is 0",
      { style: { ...style, normalization: { kind: 'batch', momentum: 0.9, epsilon: 0 } } },
    ],
    [
      "'style.normalization.momentum' must be from 0 to 1: current value is 2",
      { style: { ...style, normalization: { kind: 'batch', momentum: 2, epsilon: 1e-5 } } },
    ],
    ["'dropoutRate' must be at least 0 and below 1: current value is 1", { dropoutRate: 1 }],
    [
      '\'noise\' must be one of "normal", "truncatedNormal": current value is "uniform"',
      { noise: 'uniform' },
    ],
    [
      '\'initialization\' must be one of "heNormal", "uniformFanIn", "smallNormal": current value is "zeros"',
      { initialization: 'zeros' },
    ],
  ])('says that %s', (message, change) => {
    const config = { ...vae, ...(change as object) } as ColorVaeConfig;
    expect(() => assertColorVaeConfig(config)).toThrow(`Cannot create colorVae as ${message}`);
  });

  it('accepts a multiplied code where the sizes agree', () => {
    expect(referenceTf.decoder.latentMerge).toBe('multiply');
    expect(() => assertColorVaeConfig({ ...referenceTf, latentDim: 32 })).toThrow(RangeError);
  });
});

describe('assertMixtureDensityNetworkConfig()', () => {
  it('accepts every preset', () => {
    for (const config of Object.values(MIXTURE_PRESETS)) {
      expect(() => assertMixtureDensityNetworkConfig(config)).not.toThrow();
    }
  });

  it.each<[string, unknown]>([
    [
      "'input.imageSize' must be a multiple of 16: current value is 72",
      { input: { kind: 'greyLevel', imageSize: 72 } },
    ],
    [
      "'input.shape[2]' must be a positive integer: current value is 0",
      { input: { kind: 'features', shape: [7, 7, 0] } },
    ],
    ["'latentDim' must be a multiple of 9, the cells of its map: current value is 16", { latentSide: 3 }],
    ["'latentSide' must be 1 or 4, the side of the trunk's last map: current value is 2", { latentSide: 2 }],
    [
      "'latentSide' must be 1 or 2, the side of the trunk's last map: current value is 4",
      { latentSide: 4, input: { kind: 'features', shape: [64, 32, 1] } },
    ],
    ["'components' must be a positive integer: current value is 0", { components: 0 }],
    [
      "'trunk[0].filters' must be a positive integer: current value is 0",
      { trunk: [{ filters: 0, kernelSize: 3, strides: 2 }] },
    ],
    [
      "'hidden[0].units' must be a positive integer: current value is -3",
      { hidden: [{ units: -3, activation: 'relu' }] },
    ],
    [
      "'deviations.stdDev' must be a positive finite number: current value is 0",
      { deviations: { kind: 'fixed', stdDev: 0 } },
    ],
    [
      "'deviations.most' must be a finite number above 2: current value is 1",
      { deviations: { kind: 'learned', form: 'diagonal', least: 2, most: 1 } },
    ],
    [
      '\'deviations.form\' must be one of "isotropic", "diagonal": current value is "full"',
      { deviations: { kind: 'learned', form: 'full', least: 1, most: 2 } },
    ],
    ["'dropoutRate' must be at least 0 and below 1: current value is -0.5", { dropoutRate: -0.5 }],
  ])('says that %s', (message, change) => {
    const config = { ...mixture, ...(change as object) } as MixtureDensityNetworkConfig;
    expect(() => assertMixtureDensityNetworkConfig(config)).toThrow(
      `Cannot create mixtureDensityNetwork as ${message}`,
    );
  });
});
