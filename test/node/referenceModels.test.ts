import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { colorVae, decodeLatents, encodeColorField, encodeGreyLevel } from '../../src/models/colorVae.js';
import { countParameters } from '../../src/models/count.js';
import { mixtureDensityNetwork, predictMixture } from '../../src/models/mixtureDensityNetwork.js';
import { zhangFeatures } from '../../src/models/zhangFeatures.js';
import goldenVae from '../golden/models/colorVaeReference.json' with { type: 'json' };
import goldenMixture from '../golden/models/mixtureReference.json' with { type: 'json' };
import { everyFifth, fillWithGoldenWeights, goldenInputs, goldenUniform } from '../support/goldenWeights.js';
import { expectAllClose } from '../support/numeric.js';

/** Float32 sums of up to 25,600 products, in another order than PyTorch's. */
const DEEP = { rtol: 1e-3, atol: 1e-4 };

describe('reference models at full size', () => {
  it('colorVae() equals PyTorch', async () => {
    const vae = colorVae({ preset: 'reference' });
    fillWithGoldenWeights(vae.encoder, vae.conditionalEncoder, vae.decoder);
    const { colorField, greyLevel, noise } = goldenInputs(1, 64, 64);
    const { means, logVariances } = encodeColorField(vae, colorField);
    await expectAllClose(means, goldenVae.means, DEEP);
    await expectAllClose(logVariances, goldenVae.logVariances, DEEP);
    const painted = decodeLatents(vae, noise, encodeGreyLevel(vae, greyLevel));
    await expectAllClose(await everyFifth(painted), goldenVae.colorField, DEEP);
    vae.dispose();
  });

  it('mixtureDensityNetwork() equals PyTorch', async () => {
    const network = mixtureDensityNetwork({ preset: 'reference' });
    fillWithGoldenWeights(network.model);
    const features = tf.tensor4d(goldenUniform(28 * 28 * 512, 5), [1, 28, 28, 512]);
    const { logits, means, logStdDevs } = predictMixture(network, features);
    await expectAllClose(logits, goldenMixture.logits, DEEP);
    await expectAllClose(means, goldenMixture.means, DEEP);
    await expectAllClose(logStdDevs, new Array<number>(8).fill(Math.log(0.1)));
    network.dispose();
  });
});

/** On the cpu backend zeros take no memory until they are read, so that even 118 million of them are built at once. */
describe('published parameter counts', () => {
  beforeAll(async () => tf.setBackend('cpu'));

  it.each([
    ['reference', 33_368_770],
    ['referenceTf', 46_085_958],
  ] as const)('colorVae() has those of %s', (preset, count) => {
    const { encoder, conditionalEncoder, decoder, dispose } = colorVae({ preset });
    expect(countParameters(encoder, conditionalEncoder, decoder)).toBe(count);
    dispose();
  });

  it.each([
    ['reference', 13_952_008],
    ['referenceTf', 117_851_336],
  ] as const)('mixtureDensityNetwork() has those of %s', (preset, count) => {
    const { model, dispose } = mixtureDensityNetwork({ preset });
    expect(countParameters(model)).toBe(count);
    dispose();
  });

  it('zhangFeatures() has those of its layer table', () => {
    const channels = [1, 64, 64, 128, 128, 256, 256, 256, ...new Array<number>(12).fill(512)];
    const perLayer = channels.slice(1).map((filters, i) => (9 * channels[i]! + 1) * filters);
    const network = zhangFeatures();
    expect(countParameters(network)).toBe(perLayer.reduce((sum, count) => sum + count, 0));
    network.dispose();
  });
});
