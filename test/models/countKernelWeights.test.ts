import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';

import { colorVae } from '../../src/models/colorVae.js';
import {
  countColorVaeKernelWeights,
  countMixtureKernelWeights,
} from '../../src/models/countKernelWeights.js';
import { mixtureDensityNetwork } from '../../src/models/mixtureDensityNetwork.js';
import { COLOR_VAE_PRESETS, MIXTURE_PRESETS } from '../../src/models/presets.js';
import { namedWeights } from '../../src/models/weights.js';
import { MAP_MIXTURE, MAP_VAE } from '../support/mapModels.js';

/** Weights of the kernels that were really made. */
function kernelWeights(...models: readonly LayersModel[]): number {
  const { trainable } = namedWeights(...models);
  const kernels = [...trainable].filter(([name]) => name.endsWith('/kernel'));
  return kernels.reduce((sum, [, { size }]) => sum + size, 0);
}

const { reference, referenceTf, compact, compactMap, tiny } = COLOR_VAE_PRESETS;
/** The TensorFlow reference with few filters: it multiplies codes and features. */
const multiplied = {
  ...referenceTf,
  latentDim: 3,
  encoder: { ...referenceTf.encoder, filters: [2, 3, 4, 5] },
  conditionalEncoder: { ...referenceTf.conditionalEncoder, filters: [2, 3, 4, 3] },
  decoder: { ...referenceTf.decoder, filters: [6, 5, 4, 3] },
};
const mapAtDeepest = { ...MAP_VAE, latentSide: 2, encoder: MAP_VAE.conditionalEncoder };
const refined = { ...tiny, encoder: { ...tiny.encoder, refinements: [1, 0, 2, 0] }, imageSize: 32 };

describe('countColorVaeKernelWeights()', () => {
  it.each(Object.entries({ compact, compactMap, mapAtDeepest, tiny, multiplied, refined }))(
    'counts what is built: %s',
    (_, config) => {
      const vae = colorVae({ config });
      const { encoder, conditionalEncoder, decoder, dispose } = vae;
      expect(countColorVaeKernelWeights(config)).toBe(kernelWeights(encoder, conditionalEncoder, decoder));
      dispose();
    },
  );

  it('comes close to the published count of the reference, whose biases and normalization it leaves out', () => {
    const count = countColorVaeKernelWeights(reference);
    expect(count).toBeLessThan(33_368_770);
    expect(count / 33_368_770).toBeGreaterThan(0.99);
  });
});

describe('countMixtureKernelWeights()', () => {
  const small = { ...MIXTURE_PRESETS.tiny, deviations: MIXTURE_PRESETS.reference.deviations };
  const oneDeviation = {
    ...small,
    deviations: { kind: 'learned', form: 'isotropic', least: 0.1, most: 1 },
  } as const;
  const features = {
    ...MIXTURE_PRESETS.reference,
    input: { kind: 'features', shape: [7, 5, 6] },
    trunk: MIXTURE_PRESETS.reference.trunk.map((convolution) => ({ ...convolution, filters: 4 })),
  } as const;
  const { compact, compactMap, tiny } = MIXTURE_PRESETS;
  const mapIsotropic = { ...MAP_MIXTURE, deviations: oneDeviation.deviations };

  it.each(Object.entries({ compact, compactMap, mapIsotropic, tiny, small, oneDeviation, features }))(
    'counts what is built: %s',
    (_, config) => {
      const network = mixtureDensityNetwork({ config });
      expect(countMixtureKernelWeights(config)).toBe(kernelWeights(network.model));
      network.dispose();
    },
  );
});
