import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { exportOnnx } from '../../src/interchange/exportOnnx.js';
import { decodeLatents, encodeGreyLevel } from '../../src/models/colorVae.js';
import { type ColorizerModels, disposeColorizerModels } from '../../src/models/colorizerModels.js';
import { predictMixture } from '../../src/models/mixtureDensityNetwork.js';
import { zhangFeatures } from '../../src/models/zhangFeatures.js';
import { filledModels, narrowConfigs, presetConfigs } from '../support/filledModels.js';
import { fillWithGoldenWeights, goldenUniform } from '../support/goldenWeights.js';
import { expectAllClose, expectTensorsKeptAsync } from '../support/numeric.js';
import { type OnnxTensor, runOnnx } from '../support/onnxRuntime.js';
import { MAP_MIXTURE, MAP_VAE } from '../support/mapModels.js';
import { TINY_MIXTURE, TINY_VAE } from '../support/tinyModels.js';

const CLOSE = { rtol: 0, atol: 1e-4 };

/** Maps `[batch, height, width, channels]` as ONNX takes them. */
async function channelsFirst(map: tf.Tensor4D): Promise<OnnxTensor> {
  const turned = tf.transpose(map, [0, 3, 1, 2]);
  const values = (await turned.data<'float32'>()).slice();
  turned.dispose();
  return { shape: turned.shape, values };
}

async function expectSame(actual: OnnxTensor | undefined, expected: tf.Tensor): Promise<void> {
  const { shape, values } =
    expected.rank === 4 ? await channelsFirst(expected as tf.Tensor4D) : { shape: expected.shape, values: await expected.data<'float32'>() }; // prettier-ignore
  expect(actual?.shape).toEqual(shape);
  await expectAllClose(actual!.values, values, CLOSE);
}

const uniform = (shape: readonly number[], seed: number): tf.Tensor4D =>
  tf.tensor4d(goldenUniform(tf.util.sizeFromShape([...shape]), seed), shape as tf.Tensor4D['shape']);

async function expectSameColors({ colorVae: vae }: ColorizerModels, graph: Uint8Array, photos: number) {
  const { imageSize, latentDim } = vae.config;
  const grey = uniform([photos, imageSize, imageSize, 1], 2);
  const latent = tf.tensor2d(goldenUniform(3 * latentDim, 3), [3, latentDim]);
  const inputs = {
    grey: await channelsFirst(grey),
    latent: { shape: latent.shape, values: await latent.data<'float32'>() },
  };
  const field = decodeLatents(vae, latent, encodeGreyLevel(vae, grey));
  await expectSame((await runOnnx(graph, inputs))['ab'], field);
}

async function expectSameMixture({ mixtureDensityNetwork: network }: ColorizerModels, graph: Uint8Array) {
  const [, ...shape] = network.model.inputs[0]!.shape as number[];
  const input = uniform([2, ...shape], 4);
  const name = network.config.input.kind === 'greyLevel' ? 'grey' : 'features';
  const outputs = await runOnnx(graph, { [name]: await channelsFirst(input) });
  const mixture = predictMixture(network, input);
  await expectSame(outputs['logits'], mixture.logits);
  await expectSame(outputs['means'], mixture.means);
  await expectSame(outputs['log_std_devs'], mixture.logStdDevs);
}

describe('exportOnnx()', () => {
  it.each([
    ['tiny', presetConfigs('tiny'), 3],
    ['compact', presetConfigs('compact'), 1],
    ['codes that are maps', { colorVae: MAP_VAE, mixtureDensityNetwork: MAP_MIXTURE }, 3],
    ['a narrow reference', narrowConfigs('reference'), 3],
    ['a narrow referenceTf', narrowConfigs('referenceTf'), 1],
  ] as const)('writes graphs of %s with which ONNX Runtime computes the same', async (_, configs, photos) => {
    const models = filledModels(configs);
    const files = await exportOnnx(models);
    expect([...files.keys()]).toEqual(['mixture.onnx', 'colors.onnx']);
    await expectSameMixture(models, files.get('mixture.onnx')!);
    await expectSameColors(models, files.get('colors.onnx')!, photos);
    disposeColorizerModels(models);
  });

  it('enlarges maps with their corners in place where the network does', async () => {
    const configs = narrowConfigs('reference');
    const decoder = { ...configs.colorVae.decoder, upsampling: 'bilinearAlignCorners' } as const;
    const models = filledModels({ ...configs, colorVae: { ...configs.colorVae, decoder } });
    await expectSameColors(models, (await exportOnnx(models)).get('colors.onnx')!, 1);
    disposeColorizerModels(models);
  });

  it('writes the network of features for photos of any size', async () => {
    const blocks = ([1, 2] as const).map((dilation) => ({ filters: 3, convolutions: 2, strides: dilation, dilation: 1 as const })); // prettier-ignore
    const dilated = { filters: 4, convolutions: 2, strides: 1 as const, dilation: 2 as const };
    const network = zhangFeatures({ release: 'v2', blocks: [...blocks, dilated] });
    fillWithGoldenWeights(network);
    const models = filledModels({ colorVae: TINY_VAE, mixtureDensityNetwork: TINY_MIXTURE });
    const graph = (await exportOnnx(models, { features: network })).get('features.onnx')!;
    const lightness = tf.add(tf.mul(uniform([1, 16, 24, 1], 5), 50), 50) as tf.Tensor4D;
    const { features } = await runOnnx(graph, { lightness: await channelsFirst(lightness) });
    await expectSame(features, network.apply(lightness) as tf.Tensor4D);
    network.dispose();
    disposeColorizerModels(models);
  });

  it('keeps no tensor', async () => {
    const models = filledModels({ colorVae: TINY_VAE, mixtureDensityNetwork: TINY_MIXTURE });
    await expectTensorsKeptAsync(0, () => exportOnnx(models));
    disposeColorizerModels(models);
  });

  it.each([12, 18, 13.5])('refuses opset %d', async (opset) => {
    const models = filledModels({ colorVae: TINY_VAE, mixtureDensityNetwork: TINY_MIXTURE });
    await expect(exportOnnx(models, { opset })).rejects.toThrow(
      `Cannot run exportOnnx as 'opset' must be an integer from 13 to 17: current value is ${opset}`,
    );
    disposeColorizerModels(models);
  });

  it('marks graphs with the opset that was asked for', async () => {
    const models = filledModels({ colorVae: TINY_VAE, mixtureDensityNetwork: TINY_MIXTURE });
    const graph = (await exportOnnx(models, { opset: 17 })).get('colors.onnx')!;
    // Field 8 of a model, a message: field 1, the empty domain, and field 2, the version.
    const text = Array.from(graph, (byte) => String.fromCharCode(byte)).join('');
    expect(text).toContain('\x42\x04\x0a\x00\x10\x11');
    await expectSameColors(models, graph, 1);
    disposeColorizerModels(models);
  });
});
