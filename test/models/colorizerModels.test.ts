import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';

import { memoryStore, type MemoryStore } from '../../src/checkpoint/memoryStore.js';
import { saveCheckpoint } from '../../src/checkpoint/saveCheckpoint.js';
import { readTensors, type TensorData } from '../../src/checkpoint/tensorData.js';
import { CheckpointError } from '../../src/errors.js';
import {
  type ColorizerModels,
  colorizerModels,
  disposeColorizerModels,
  loadColorizerModels,
  saveColorizerModels,
} from '../../src/models/colorizerModels.js';
import { COLOR_VAE_PRESETS, MIXTURE_PRESETS } from '../../src/models/presets.js';
import { namedWeights } from '../../src/models/weights.js';
import { expectAllClose, expectTensorsKept, expectTensorsKeptAsync } from '../support/numeric.js';
import { MAP_MIXTURE, MAP_VAE } from '../support/mapModels.js';
import { TINY_MIXTURE, TINY_VAE, tinyModels } from '../support/tinyModels.js';

const BATCH_NORMALIZED = { ...TINY_VAE, style: COLOR_VAE_PRESETS.reference.style };

const built: ColorizerModels[] = [];

function kept<T extends ColorizerModels>(models: T): T {
  built.push(models);
  return models;
}

/** Every weight and running statistic by name. */
async function weightsOf({ colorVae: vae, mixtureDensityNetwork: network }: ColorizerModels) {
  const { trainable, statistics } = namedWeights(
    vae.encoder,
    vae.conditionalEncoder,
    vae.decoder,
    network.model,
  );
  return readTensors(new Map([...trainable, ...statistics]));
}

afterEach(() => {
  for (const models of built.splice(0)) disposeColorizerModels(models);
});

describe('colorizerModels()', () => {
  it('builds both networks of a preset with weights that follow from the seed', async () => {
    const [first, again, other] = [1, 1, 2].map((seed) => kept(colorizerModels({ preset: 'tiny', seed })));
    expect(first!.colorVae.config).toBe(COLOR_VAE_PRESETS.tiny);
    expect(first!.mixtureDensityNetwork.config).toBe(MIXTURE_PRESETS.tiny);
    expect(await weightsOf(again!)).toEqual(await weightsOf(first!));
    expect(await weightsOf(other!)).not.toEqual(await weightsOf(first!));
  });

  it('is freed whole by disposeColorizerModels()', () => {
    expectTensorsKept(0, () => disposeColorizerModels(colorizerModels({ preset: 'tiny', seed: 0 })));
  });

  it('says when there is no such preset', () => {
    expect(() => colorizerModels({ preset: 'huge' as 'tiny', seed: 0 })).toThrow(TypeError);
  });
});

describe('saveColorizerModels() and loadColorizerModels()', () => {
  it.each([
    ['vectors', { vae: BATCH_NORMALIZED, mixture: TINY_MIXTURE }],
    ['maps', { vae: MAP_VAE, mixture: MAP_MIXTURE }],
  ])(
    'bring back configs, notes and, bit for bit, all weights and statistics where codes are %s',
    async (_, configs) => {
      const models = kept(tinyModels(4, configs));
      const { statistics } = namedWeights(models.colorVae.encoder);
      for (const variable of statistics.values()) variable.assign(tf.add(variable, 0.3));
      const store = memoryStore();
      const notes = { data: 'eight pictures', losses: [3, 1.5] };
      await saveColorizerModels(store, models, { notes });
      const loaded = kept(await loadColorizerModels(store));
      expect(await weightsOf(loaded)).toEqual(await weightsOf(models));
      expect(loaded.colorVae.config).toEqual(configs.vae);
      expect(loaded.mixtureDensityNetwork.config).toEqual(configs.mixture);
      expect(loaded.notes).toEqual(notes);
    },
  );

  it('round weights to half precision with storage "float16", in half the bytes', async () => {
    const models = kept(tinyModels(0));
    const [whole, half] = [memoryStore(), memoryStore()];
    await saveColorizerModels(whole, models);
    await saveColorizerModels(half, models, { storage: 'float16' });
    const loaded = await weightsOf(kept(await loadColorizerModels(half)));
    for (const [name, { values }] of await weightsOf(models))
      await expectAllClose(loaded.get(name)!.values, values, { rtol: 2 ** -11, atol: 2 ** -24 });
    const bytes = ({ files }: MemoryStore) =>
      [...files()].reduce((sum, [name, { length }]) => sum + (name === 'polyhue.json' ? 0 : length), 0);
    expect(bytes(half) / bytes(whole)).toBeCloseTo(0.5, 2);
  });

  it('keep the variables of the loaded models and nothing else', async () => {
    const models = kept(tinyModels(0));
    const variables = (await weightsOf(models)).size;
    const store = memoryStore();
    await expectTensorsKeptAsync(0, async () => saveColorizerModels(store, models));
    await expectTensorsKeptAsync(variables, async () => void kept(await loadColorizerModels(store)));
    expect((await loadColorizerModels(store).then(kept)).notes).toBeNull();
  });

  it('refuse networks that do not speak of the same codes', async () => {
    const models = kept(tinyModels(0, { mixture: { ...TINY_MIXTURE, latentDim: 5 } }));
    const store = memoryStore();
    await expect(saveColorizerModels(store, models)).rejects.toThrow(
      new RangeError(
        "Cannot save a colorizer as 'mixtureDensityNetwork.config.latentDim' must be 16, " +
          'the latentDim of the color VAE: current value is 5',
      ),
    );
    expect(store.files().size).toBe(0);
  });
});

/** A checkpoint of tiny models, changed by `change`. */
async function damagedStore(
  change: (metadata: Record<string, unknown>, tensors: Map<string, TensorData>) => unknown,
  kind = 'colorizer',
): Promise<MemoryStore> {
  const models = tinyModels(0);
  const tensors = await weightsOf(models);
  const { colorVae, mixtureDensityNetwork } = models;
  const metadata = {
    colorVae: colorVae.config,
    mixtureDensityNetwork: mixtureDensityNetwork.config,
    notes: null,
  };
  disposeColorizerModels(models);
  const changed = change(metadata, tensors) ?? metadata;
  const store = memoryStore();
  await saveCheckpoint(store, { kind, metadata: changed, tensors });
  return store;
}

async function expectRefused(store: MemoryStore, message: string | RegExp): Promise<void> {
  await expectTensorsKeptAsync(0, async () => {
    const loading = loadColorizerModels(store);
    await expect(loading).rejects.toThrow(CheckpointError);
    await expect(loading).rejects.toThrow(message);
  });
}

const bad = 'Cannot load the colorizer "memory" as its configs are not valid: ';

describe('loadColorizerModels() of a checkpoint that cannot be trusted', () => {
  it('refuses another kind, and no checkpoint at all', async () => {
    await expectRefused(
      await damagedStore(() => undefined, 'colorizer-training'),
      'Cannot load the checkpoint "memory" as it is of the kind "colorizer-training": "colorizer" is needed',
    );
    await expectRefused(memoryStore(), 'it has no polyhue.json');
  });

  it('lists all weights that are missing, unknown, of another shape or type, and keeps none', async () => {
    const store = await damagedStore((_, tensors) => {
      const bias = tensors.get('mixture_logits/bias')!;
      tensors.delete('mixture_logits/bias');
      tensors.set('mixture_logits/offset', bias);
      tensors.set('encoder_means/bias', { shape: [4, 4], values: new Float32Array(16) });
      tensors.set('encoder_down1_conv/bias', { shape: [8], values: new Int32Array(8) });
    });
    await expectRefused(
      store,
      'Cannot load the colorizer "memory" as its weights do not fit its configs: ' +
        '"encoder_down1_conv/bias" is int32 [8], not [8]; "encoder_means/bias" is [4, 4], not [16]; ' +
        '"mixture_logits/bias" is missing, not [8]; "mixture_logits/offset" is [8], not expected',
    );
  });

  const vae = TINY_VAE;
  const mixture = TINY_MIXTURE;
  it.each<[string, string, unknown]>([
    ['no configs', "Cannot create colorVae as 'config' must be an object: current value is undefined", {}],
    [
      'metadata that are no object',
      "Cannot create colorVae as 'config' must be an object: current value is undefined",
      5,
    ],
    [
      'one config only',
      "Cannot create mixtureDensityNetwork as 'config' must be an object: current value is undefined",
      { colorVae: vae },
    ],
    [
      'configs that changed places',
      'Cannot create colorVae as \'kind\' must be one of "colorVae": current value is "mixtureDensityNetwork"',
      { colorVae: mixture, mixtureDensityNetwork: vae },
    ],
    [
      'a missing part',
      "Cannot create colorVae as 'encoder' must be an object: current value is null",
      { colorVae: { ...vae, encoder: null }, mixtureDensityNetwork: mixture },
    ],
    [
      'a text for a list',
      'Cannot create colorVae as \'encoder.filters\' must be a list: current value is "8888"',
      { colorVae: { ...vae, encoder: { ...vae.encoder, filters: '8888' } }, mixtureDensityNetwork: mixture },
    ],
    [
      'a text for a number',
      'Cannot create colorVae as \'latentDim\' must be a positive integer: current value is "16"',
      { colorVae: { ...vae, latentDim: '16' }, mixtureDensityNetwork: mixture },
    ],
    [
      'a text for a switch',
      'Cannot create colorVae as \'style.useBias\' must be a boolean: current value is "yes"',
      { colorVae: { ...vae, style: { ...vae.style, useBias: 'yes' } }, mixtureDensityNetwork: mixture },
    ],
    [
      'an unknown activation',
      'Cannot create mixtureDensityNetwork as \'hidden[0].activation\' must be one of "relu", "tanh": ' +
        'current value is "eval"',
      { colorVae: vae, mixtureDensityNetwork: { ...mixture, hidden: [{ units: 32, activation: 'eval' }] } },
    ],
    [
      'strides of 0',
      "Cannot create mixtureDensityNetwork as 'trunk[0].strides' must be 1 or 2: current value is 0",
      {
        colorVae: vae,
        mixtureDensityNetwork: { ...mixture, trunk: [{ filters: 8, kernelSize: 3, strides: 0 }] },
      },
    ],
    [
      'a shape of two sides',
      "Cannot create mixtureDensityNetwork as 'input.shape' must be [height, width, channels]: " +
        'current value is [4, 4]',
      { colorVae: vae, mixtureDensityNetwork: { ...mixture, input: { kind: 'features', shape: [4, 4] } } },
    ],
    [
      'codes of different lengths',
      "Cannot build the models as 'mixtureDensityNetwork.config.latentDim' must be 16, " +
        'the latentDim of the color VAE: current value is 8',
      { colorVae: vae, mixtureDensityNetwork: { ...mixture, latentDim: 8 } },
    ],
    [
      'a huge image',
      "Cannot create colorVae as 'imageSize' must be at most 4096: current value is 1099511627776",
      { colorVae: { ...vae, imageSize: 2 ** 40 }, mixtureDensityNetwork: mixture },
    ],
    [
      'endless refinements',
      "Cannot create colorVae as 'decoder.refinements[0]' must be at most 64: current value is 1000000000",
      {
        colorVae: { ...vae, decoder: { ...vae.decoder, refinements: [1e9, 0, 0, 0] } },
        mixtureDensityNetwork: mixture,
      },
    ],
    [
      'many layers',
      "Cannot create mixtureDensityNetwork as 'hidden.length' must be at most 64: current value is 65",
      {
        colorVae: vae,
        mixtureDensityNetwork: {
          ...mixture,
          hidden: Array.from({ length: 65 }, () => ({ units: 1, activation: 'relu' })),
        },
      },
    ],
  ])('refuses %s', async (_, reason, metadata) => {
    await expectRefused(await damagedStore(() => metadata), bad + reason);
  });

  it('refuses configs that need more weights than there are, before their memory is taken', async () => {
    const wide = { ...vae, decoder: { ...vae.decoder, filters: [2 ** 20, 2 ** 20, 16, 8] } };
    const many = { ...mixture, components: 2 ** 40 };
    const large = { ...mixture, hidden: [{ units: 2 ** 40, activation: 'relu' }] };
    const needs = /as its configs are not valid: they need \d{11,} weights or more and there are \d{6}$/;
    for (const [colorVae, mixtureDensityNetwork] of [
      [wide, mixture],
      [vae, many],
      [vae, large],
    ]) {
      // prettier-ignore
      const store = await damagedStore(() => ({ colorVae, mixtureDensityNetwork }));
      await expectRefused(store, needs);
    }
  });
});
