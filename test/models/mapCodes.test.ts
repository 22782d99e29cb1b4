import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';

import {
  type ColorVae,
  colorVae,
  decodeLatents,
  encodeColorField,
  encodeGreyLevel,
} from '../../src/models/colorVae.js';
import type { ColorVaeConfig } from '../../src/models/config.js';
import { mixtureDensityNetwork, predictMixture } from '../../src/models/mixtureDensityNetwork.js';
import golden from '../golden/models/mapCodesSmall.json' with { type: 'json' };
import { everyFifth, fillWithGoldenWeights, goldenInputs } from '../support/goldenWeights.js';
import { MAP_MIXTURE, MAP_VAE } from '../support/mapModels.js';
import { expectAllClose, expectTensorsKept, type Tolerance } from '../support/numeric.js';

/** Float32 sums over whole maps, in another order than PyTorch's. */
const DEEP: Tolerance = { rtol: 1e-3, atol: 1e-4 };

const built: { readonly dispose: () => void }[] = [];

function kept<T extends { readonly dispose: () => void }>(model: T): T {
  built.push(model);
  return model;
}

function filledVae(config: ColorVaeConfig): ColorVae {
  const vae = kept(colorVae({ config }));
  fillWithGoldenWeights(vae.encoder, vae.conditionalEncoder, vae.decoder);
  return vae;
}

afterEach(() => {
  for (const model of built.splice(0)) model.dispose();
});

describe('colorVae() with codes that are maps', () => {
  it('equals PyTorch', async () => {
    const vae = filledVae(MAP_VAE);
    const { colorField, greyLevel, noise } = goldenInputs(2, 32, 48);
    const { means, logVariances } = encodeColorField(vae, colorField);
    await expectAllClose(means, golden.means, DEEP);
    await expectAllClose(logVariances, golden.logVariances, DEEP);
    const painted = decodeLatents(vae, noise, encodeGreyLevel(vae, greyLevel));
    await expectAllClose(await everyFifth(painted), golden.colorField, DEEP);
  });

  it('decodes many codes with the features of one photo', async () => {
    const vae = filledVae(MAP_VAE);
    const { greyLevel, noise } = goldenInputs(2, 32, 48);
    const conditioning = encodeGreyLevel(vae, tf.slice(greyLevel, 0, 1));
    const both = decodeLatents(vae, noise, conditioning);
    const second = decodeLatents(vae, tf.slice(noise, 1, 1), conditioning);
    await expectAllClose(tf.slice(both, 1, 1), await second.data(), { atol: 1e-5 });
  });

  it('takes the code in at the deepest map too', async () => {
    const config = { ...MAP_VAE, latentSide: 2, encoder: MAP_VAE.conditionalEncoder };
    const vae = filledVae(config);
    const { colorField, greyLevel, noise } = goldenInputs(2, 32, 48);
    expect(encodeColorField(vae, colorField).means.shape).toEqual([2, 48]);
    const conditioning = encodeGreyLevel(vae, tf.slice(greyLevel, 0, 1));
    const [first, second] = tf.unstack(decodeLatents(vae, noise, conditioning));
    expect((await tf.max(tf.abs(tf.sub(first!, second!))).data())[0]).toBeGreaterThan(0.01);
  });

  it('keeps the results and nothing else', () => {
    const vae = filledVae(MAP_VAE);
    const { colorField } = goldenInputs(2, 32, 48);
    expectTensorsKept(2, () => encodeColorField(vae, colorField));
  });
});

describe('mixtureDensityNetwork() with codes that are maps', () => {
  it('equals PyTorch', async () => {
    const network = kept(mixtureDensityNetwork({ config: MAP_MIXTURE }));
    fillWithGoldenWeights(network.model);
    const { logits, means, logStdDevs } = predictMixture(network, goldenInputs(2, 32, 48).greyLevel);
    await expectAllClose(logits, golden.mixture.logits, DEEP);
    expect(means.shape).toEqual([2, 2, 48]);
    await expectAllClose(means, golden.mixture.means, DEEP);
    await expectAllClose(logStdDevs, golden.mixture.logStdDevs, DEEP);
  });

  it('gives one deviation per component where asked to', () => {
    const deviations = { kind: 'learned', form: 'isotropic', least: 0.02, most: 3 } as const;
    const network = kept(mixtureDensityNetwork({ config: { ...MAP_MIXTURE, deviations }, seed: 0 }));
    expect(predictMixture(network, tf.zeros([3, 32, 32, 1])).logStdDevs.shape).toEqual([3, 2, 1]);
  });
});
