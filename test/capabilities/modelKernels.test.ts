import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, inject, it } from 'vitest';

import { COLOR_BINS } from '../../src/data/colorBins.js';
import { recordKernels } from '../../src/backends/recordKernels.js';
import { modelKernels, type ModelKernels } from '../../src/capabilities/modelKernels.js';
import { shrinkConfigs } from '../../src/capabilities/shrinkConfigs.js';
import { memorySource } from '../../src/data/imageSource.js';
import { colorizer } from '../../src/inference/colorizer.js';
import { type ColorizerModels, presetConfigs } from '../../src/models/colorizerModels.js';
import { MODEL_PRESETS, type ModelPreset } from '../../src/models/presets.js';
import { assertColorVaeConfig, assertMixtureDensityNetworkConfig } from '../../src/models/validate.js';
import { trainColorizer } from '../../src/training/trainColorizer.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';
import { TINY_MIXTURE, TINY_VAE } from '../support/tinyModels.js';

const TINY = { colorVae: TINY_VAE, mixtureDensityNetwork: TINY_MIXTURE };

const photo = {
  width: 24,
  height: 20,
  data: Uint8Array.from({ length: 24 * 20 * 3 }, (_, i) => (i * 7919) % 256),
};

describe('shrinkConfigs()', () => {
  it.each(MODEL_PRESETS)('keeps the layers of %s, and makes it small and valid', (preset) => {
    const configs = presetConfigs('test', preset);
    const { colorVae, mixtureDensityNetwork } = shrinkConfigs(configs);
    expect(() => assertColorVaeConfig(colorVae)).not.toThrow();
    expect(() => assertMixtureDensityNetworkConfig(mixtureDensityNetwork)).not.toThrow();
    expect(colorVae.decoder.kernelSizes).toEqual(configs.colorVae.decoder.kernelSizes);
    expect(colorVae.encoder.filters).toEqual(configs.colorVae.encoder.filters.map(() => 4));
    expect(colorVae.imageSize).toBe(32);
    expect(mixtureDensityNetwork.trunk).toHaveLength(configs.mixtureDensityNetwork.trunk.length);
  });
});

const kernelsOf = new Map<ModelPreset, Promise<ModelKernels>>();

/** The kernels of a preset, found once. */
async function presetKernels(preset: ModelPreset): Promise<ModelKernels> {
  const found = kernelsOf.get(preset) ?? modelKernels(presetConfigs('test', preset));
  kernelsOf.set(preset, found);
  return found;
}

describe('modelKernels()', () => {
  it('names the kernels that real training and coloring call', async () => {
    const source = memorySource([photo, photo]);
    let models: ColorizerModels | undefined;
    const training = await recordKernels(async () => {
      const rarity = new Float32Array(COLOR_BINS.length).fill(1);
      const options = { source, validation: source, configs: TINY, seed: 0, steps: 1, rarity };
      models = await trainColorizer(options);
    });
    const owner = colorizer(models!);
    const inference = await recordKernels(async () => {
      for (const mode of ['modes', 'samples'] as const) {
        const [first] = await owner.colorize(photo, { count: 2, mode });
        await first!.toRaster();
      }
    });
    owner.dispose();
    expect(await modelKernels(TINY)).toEqual({ inference, training });
  });

  it('finds what only some networks or only training need', async () => {
    const tiny = await presetKernels('tiny');
    expect(tiny.training).toEqual(expect.arrayContaining(['Conv2DBackpropFilter', 'Conv2DBackpropInput']));
    expect(tiny.inference.filter((name) => name.startsWith('Conv2DBackprop'))).toEqual([]);
    expect(tiny.inference).toContain('ResizeNearestNeighbor');
    const reference = await presetKernels('reference');
    expect(reference.inference).not.toContain('ResizeNearestNeighbor');
    expect(reference.inference).toContain('FusedBatchNorm');
    expect(tiny.inference).not.toContain('FusedBatchNorm');
  });

  it('names kernels that this backend has', async () => {
    const registered = tf.getKernelsForBackend(inject('backend')).map(({ kernelName }) => kernelName);
    for (const preset of MODEL_PRESETS) {
      const { training, inference } = await presetKernels(preset);
      expect(registered).toEqual(expect.arrayContaining([...training, ...inference]));
    }
  });

  it('keeps no tensors and the backend that was current', async () => {
    await expectTensorsKeptAsync(0, async () => modelKernels(TINY));
    expect(tf.getBackend()).toBe(inject('backend'));
  });

  it('refuses a config that is not valid, before it computes', async () => {
    await expect(modelKernels({ ...TINY, colorVae: { ...TINY_VAE, latentDim: 0 } })).rejects.toThrow(
      new RangeError("Cannot create colorVae as 'latentDim' must be a positive integer: current value is 0"),
    );
  });
});
