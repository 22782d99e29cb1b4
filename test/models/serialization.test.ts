import * as tf from '@tensorflow/tfjs-core';
import { layers, type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';

import { colorVae } from '../../src/models/colorVae.js';
import type { BlockStyle } from '../../src/models/config.js';
import { mixtureDensityNetwork } from '../../src/models/mixtureDensityNetwork.js';
import { COLOR_VAE_PRESETS, MIXTURE_PRESETS } from '../../src/models/presets.js';
import { zhangFeatures } from '../../src/models/zhangFeatures.js';
import { goldenUniform } from '../support/goldenWeights.js';

/** What `model.save` hands to a store. */
async function savedArtifacts(model: LayersModel): Promise<tf.io.ModelArtifacts> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler((saved) => {
      artifacts = saved;
      return Promise.resolve({ modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(saved) });
    }),
  );
  return artifacts!;
}

/** Values for every input of `model`, batch 1; open axes get 8 pixels. */
function someInputs(model: LayersModel): tf.Tensor[] {
  return model.inputs.map((input, i) => {
    const shape = [1, ...input.shape.slice(1).map((size) => size ?? 8)];
    return tf.tensor(goldenUniform(tf.util.sizeFromShape(shape), i), shape);
  });
}

async function outputs(model: LayersModel, kwargs: object): Promise<Float32Array[]> {
  const results = [model.apply(someInputs(model), { ...kwargs }) as tf.Tensor | tf.Tensor[]].flat();
  return Promise.all(results.map((result) => result.data<'float32'>()));
}

async function expectSameAfterLoading(model: LayersModel): Promise<void> {
  // The text form is what is stored.
  const artifacts = await savedArtifacts(model);
  const modelTopology = JSON.parse(JSON.stringify(artifacts.modelTopology)) as object;
  const loaded = await loadLayersModel(tf.io.fromMemory({ ...artifacts, modelTopology }));
  const kwargs = { training: false };
  expect(await outputs(loaded, kwargs)).toEqual(await outputs(model, kwargs));
  expect(loaded.layers.map((layer) => layer.name)).toEqual(model.layers.map((layer) => layer.name));
  loaded.dispose();
}

const batchStyle: BlockStyle = COLOR_VAE_PRESETS.reference.style;

describe('saved and loaded models compute the same', () => {
  it('colorVae() with group normalization and nearest upsampling', async () => {
    const vae = colorVae({ config: { ...COLOR_VAE_PRESETS.tiny, imageSize: 16 }, seed: 1 });
    for (const part of [vae.encoder, vae.conditionalEncoder, vae.decoder]) await expectSameAfterLoading(part);
    vae.dispose();
  });

  it('colorVae() with batch normalization, dropout and bilinear upsampling', async () => {
    const { tiny } = COLOR_VAE_PRESETS;
    const decoder = { ...tiny.decoder, upsampling: 'bilinearLegacy', outputNormalization: true } as const;
    const config = { ...tiny, imageSize: 16, style: batchStyle, decoder, dropoutRate: 0.5 };
    const vae = colorVae({ config, seed: 1 });
    for (const part of [vae.encoder, vae.conditionalEncoder, vae.decoder]) await expectSameAfterLoading(part);
    vae.dispose();
  });

  it('mixtureDensityNetwork() with learned and with fixed deviations', async () => {
    const { tiny } = MIXTURE_PRESETS;
    for (const deviations of [tiny.deviations, { kind: 'fixed', stdDev: 0.1 } as const]) {
      const network = mixtureDensityNetwork({ config: { ...tiny, deviations }, seed: 1 });
      await expectSameAfterLoading(network.model);
      network.dispose();
    }
  });

  it('zhangFeatures()', async () => {
    const network = zhangFeatures({ blocks: [{ filters: 2, convolutions: 2, strides: 2, dilation: 1 }] });
    await expectSameAfterLoading(network);
    network.dispose();
  });

  it('keeps the dropout rate: masks of the loaded model are those of the saved one', async () => {
    const network = mixtureDensityNetwork({ config: { ...MIXTURE_PRESETS.tiny, dropoutRate: 0.5 }, seed: 1 });
    const loaded = await loadLayersModel(tf.io.fromMemory(await savedArtifacts(network.model)));
    const kwargs = { training: true, seed: 3 };
    expect(await outputs(loaded, kwargs)).toEqual(await outputs(network.model, kwargs));
    expect(loaded.getLayer('mixture_dropout1')).toBeInstanceOf(layers.Layer);
    loaded.dispose();
    network.dispose();
  });
});
