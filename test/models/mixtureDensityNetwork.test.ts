import * as tf from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { afterEach, describe, expect, it } from 'vitest';

import type { MixtureDensityNetworkConfig } from '../../src/models/config.js';
import {
  type MixtureDensityNetwork,
  mixtureDensityNetwork,
  predictMixture,
} from '../../src/models/mixtureDensityNetwork.js';
import { MIXTURE_PRESETS } from '../../src/models/presets.js';
import { namedWeights } from '../../src/models/weights.js';
import { goldenInputs } from '../support/goldenWeights.js';
import { expectAllClose, expectAllFinite, expectTensorsKept } from '../support/numeric.js';

const { reference, referenceTf } = MIXTURE_PRESETS;
const tiny: MixtureDensityNetworkConfig = { ...MIXTURE_PRESETS.tiny, components: 4 };
const built: MixtureDensityNetwork[] = [];

function build(config: MixtureDensityNetworkConfig, seed?: number): MixtureDensityNetwork {
  const network = mixtureDensityNetwork(seed === undefined ? { config } : { config, seed });
  built.push(network);
  return network;
}

const greyLevel = (batch: number) => goldenInputs(batch, 64, 1).greyLevel;

afterEach(() => {
  for (const network of built.splice(0)) network.dispose();
});

describe('mixtureDensityNetwork()', () => {
  it('predicts one mixture per photo, with deviations per dimension', async () => {
    const { logits, means, logStdDevs } = predictMixture(build(tiny, 0), greyLevel(3));
    expect([logits.shape, means.shape, logStdDevs.shape]).toEqual([[3, 4], [3, 4, 16], [3, 4, 16]]); // prettier-ignore
    for (const tensor of [logits, means, logStdDevs]) await expectAllFinite(tensor);
  });

  it('starts with components that differ', async () => {
    const { means } = predictMixture(build(tiny, 0), greyLevel(1));
    const distances = await tf
      .norm(tf.sub(tf.slice(means, [0, 1], [1, 3]), tf.slice(means, [0, 0], [1, 3])), 2, 2)
      .data();
    expect(Math.min(...distances)).toBeGreaterThan(0.5);
  });

  it('predicts one deviation per component where asked to', () => {
    const deviations = { kind: 'learned', form: 'isotropic', least: 0.02, most: 3 } as const;
    const { logStdDevs } = predictMixture(build({ ...tiny, deviations }, 0), greyLevel(2));
    expect(logStdDevs.shape).toEqual([2, 4, 1]);
  });

  it('gives fixed deviations as they were configured', async () => {
    const deviations = { kind: 'fixed', stdDev: 0.1 } as const;
    const { logStdDevs } = predictMixture(build({ ...tiny, deviations }, 0), greyLevel(1));
    await expectAllClose(logStdDevs, new Array<number>(4).fill(Math.log(0.1)));
  });

  it('takes features from outside, convolutions without bias and hidden layers', () => {
    const config: MixtureDensityNetworkConfig = {
      ...referenceTf,
      input: { kind: 'features', shape: [7, 7, 3] },
      trunk: [{ filters: 4, kernelSize: 5, strides: 2 }],
      hidden: [{ units: 6, activation: 'tanh' }],
    };
    const network = build(config, 0);
    expect([...namedWeights(network.model).trainable.keys()].toSorted()).toEqual([
      'mixture_hidden1/bias',
      'mixture_hidden1/kernel',
      'mixture_logits/bias',
      'mixture_logits/kernel',
      'mixture_means/bias',
      'mixture_means/kernel',
      'mixture_trunk1_conv/kernel',
      'mixture_trunk1_norm/beta',
      'mixture_trunk1_norm/gamma',
    ]);
    expect(predictMixture(network, tf.zeros([2, 7, 7, 3])).means.shape).toEqual([2, 8, 64]);
  });

  it('pads odd maps as PyTorch does: 28, 14, 7, 4', () => {
    const network = build({ ...reference, input: { kind: 'features', shape: [28, 28, 1] } });
    expect(network.model.getLayer('mixture_trunk7_conv').outputShape).toEqual([null, 4, 4, 64]);
  });

  it('drops features in training only, by the seed of the call', async () => {
    const network = build({ ...tiny, dropoutRate: 0.5 }, 0);
    const logits = async (options: { training: boolean; seed: number }) =>
      predictMixture(network, greyLevel(1), options).logits.data();
    expect(await logits({ training: true, seed: 1 })).toEqual(await logits({ training: true, seed: 1 }));
    expect(await logits({ training: true, seed: 1 })).not.toEqual(await logits({ training: true, seed: 2 }));
    expect(await logits({ training: false, seed: 1 })).toEqual(await logits({ training: false, seed: 2 }));
  });

  it('puts a dropout of its own before every dense layer, one for all heads', () => {
    const { model } = build({ ...tiny, dropoutRate: 0.5 });
    const before = (name: string) => (model.getLayer(name).input as SymbolicTensor).sourceLayer.name;
    expect(before('mixture_hidden1')).toBe('mixture_dropout0');
    for (const head of ['mixture_logits', 'mixture_means', 'mixture_log_std_devs']) {
      expect(before(head)).toBe('mixture_dropout1');
    }
    const indexes = [0, 1].map((i) => model.getLayer(`mixture_dropout${i}`).getConfig()['index']);
    expect(indexes).toEqual([0, 1]);
  });

  it('keeps three tensors per prediction and none when disposed', () => {
    const network = build(tiny, 0);
    const input = greyLevel(1);
    expectTensorsKept(3, () => predictMixture(network, input));
    expectTensorsKept(3, () => predictMixture(network, input, { training: true, seed: 1 }));
    expectTensorsKept(0, () => mixtureDensityNetwork({ config: tiny, seed: 0 }).dispose());
  });

  it('names what does not fit', () => {
    const network = build(tiny);
    expect(() => predictMixture(network, tf.zeros([1, 32, 32, 1]))).toThrow(
      "Cannot run predictMixture as 'features' must have shape [batch, 64, 64, 1]: current shape is [1, 32, 32, 1]",
    );
    expect(() => mixtureDensityNetwork({ preset: 'huge' as 'tiny' })).toThrow(
      'Cannot create mixtureDensityNetwork as \'preset\' must be one of "reference", "referenceTf", "compact", "compactMap", "tiny": ' +
        'current value is "huge"',
    );
    expect(() => mixtureDensityNetwork({ config: tiny, seed: -1 })).toThrow(
      "Cannot create mixtureDensityNetwork as 'seed' must be a non-negative integer: current value is -1",
    );
  });
});
