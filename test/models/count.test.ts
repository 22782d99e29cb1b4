import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';

import { colorVae } from '../../src/models/colorVae.js';
import { countOperations, countParameters } from '../../src/models/count.js';
import { mixtureDensityNetwork } from '../../src/models/mixtureDensityNetwork.js';

/** A strided 3x3 convolution from 3 to 4 channels on 8x8 pixels, normalization, and a dense layer to 5 units. */
function smallModel() {
  const x = input({ shape: [8, 8, 3] });
  const convolved = layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' }).apply(x);
  const flat = layers.flatten().apply(layers.batchNormalization().apply(convolved));
  return model({ inputs: x, outputs: layers.dense({ units: 5 }).apply(flat) as SymbolicTensor });
}

describe('countParameters()', () => {
  it('counts kernels, biases, scales and shifts, and leaves running statistics out', () => {
    const network = smallModel();
    expect(countParameters(network)).toBe(9 * 3 * 4 + 4 + 2 * 4 + 64 * 5 + 5);
    network.dispose();
  });
});

describe('countOperations()', () => {
  it('counts two operations per multiplication with a weight', () => {
    const network = smallModel();
    expect(countOperations(network)).toBe(2 * (4 * 4 * 9 * 3 * 4 + 64 * 5));
    network.dispose();
  });
});

describe('presets', () => {
  it.each([
    ['compact', 4e6, 0.3e9],
    ['compactMap', 4e6, 0.3e9],
    ['tiny', 0.3e6, 20e6],
  ] as const)('%s keeps within its budget', (preset, parameters, operations) => {
    const { encoder, conditionalEncoder, decoder, dispose } = colorVae({ preset });
    const mixture = mixtureDensityNetwork({ preset });
    expect(countParameters(conditionalEncoder, decoder, mixture.model)).toBeLessThan(parameters);
    expect(countOperations(encoder, conditionalEncoder, decoder)).toBeLessThan(operations);
    dispose();
    mixture.dispose();
  });
});
