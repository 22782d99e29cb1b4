/**
 * A mixture density network that looks at features of the published colorization network, against one that looks at the grey
 * level itself, on the codes of one trained color VAE. Of the published network the first three blocks are used, on the photo's
 * 64 x 64 pixels.
 *
 * Run: npx tsx bench/features.ts MODEL PICTURES.tar WEIGHTS [EPOCHS]
 *
 * WEIGHTS is a folder of raw little-endian float32 files, kernels as `[out, in, 3, 3]`: `bw_conv1_1_0` (kernel), `bw_conv1_1_1`
 * (bias), …, `conv1_2norm_0` (mean), `_1` (variance), `_2` (what both are to be divided by).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import * as tf from '@tensorflow/tfjs-core';
import {
  type ColorExamples,
  loadColorizerModels,
  MIXTURE_PRESETS,
  mixtureDensityNetwork,
  type MixtureDensityNetworkConfig,
  mixtureExamples,
  mixtureTask,
  namedWeights,
  train,
  type TrainingData,
  ZHANG_BLOCKS,
  zhangFeatures,
} from 'polyhue';
import { folderStore, startBackend } from 'polyhue/node';

import { COLUMNS, examples, measureModes, splitAsModel, stageOptions } from './heldOut.js';
import { printTable } from './measure.js';

const BLOCKS = 3;

const CONFIG: MixtureDensityNetworkConfig = {
  ...MIXTURE_PRESETS.compact,
  input: { kind: 'features', shape: [8, 8, 256] },
  trunk: [
    { filters: 128, kernelSize: 3, strides: 1 },
    { filters: 128, kernelSize: 3, strides: 1 },
    { filters: 256, kernelSize: 3, strides: 2 },
  ],
};

async function floats(folder: string, name: string): Promise<Float32Array> {
  const bytes = await readFile(join(folder, name));
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** Values of a variable of `zhangFeatures`, such as `conv1_2/kernel` or `conv1_2norm/moving_mean`. */
async function valuesOf(folder: string, name: string, shape: number[]): Promise<tf.Tensor> {
  const [layer, part] = name.split('/') as [string, string];
  if (part === 'kernel' || part === 'bias') {
    const file = `${layer === 'conv1_1' ? 'bw_conv1_1' : layer}_${part === 'kernel' ? 0 : 1}`;
    const values = await floats(folder, file);
    if (part === 'bias') return tf.tensor(values, shape);
    const [height, width, inputs, outputs] = shape as [number, number, number, number];
    return tf.transpose(tf.tensor(values, [outputs, inputs, height, width]), [2, 3, 1, 0]);
  }
  const [factor] = await floats(folder, `${layer}_2`);
  const values = await floats(folder, `${layer}_${part === 'moving_mean' ? 0 : 1}`);
  return tf.tensor(
    values.map((value) => value / factor!),
    shape,
  );
}

/** The first blocks of the published network, up to the ReLU of the last. */
async function publishedFeatures(folder: string) {
  const network = zhangFeatures({ release: 'v1', blocks: ZHANG_BLOCKS.slice(0, BLOCKS) });
  const { trainable, statistics } = namedWeights(network);
  for (const [name, variable] of [...trainable, ...statistics]) {
    const values = await valuesOf(folder, name, variable.shape);
    variable.assign(values);
    values.dispose();
  }
  return network;
}

async function main([model, pictures, weights, count = '2']: string[]): Promise<void> {
  await startBackend('wasm');
  tf.enableProdMode();
  const { colorVae } = await loadColorizerModels(folderStore(model!));
  const features = await publishedFeatures(weights!);
  const split = await splitAsModel(model!, pictures!);
  const network = mixtureDensityNetwork({ config: CONFIG, seed: 1 });
  const seen = (data: TrainingData<ColorExamples>) =>
    mixtureExamples(colorVae, data, {
      featuresOf: (lightness) => features.predict(lightness) as tf.Tensor4D,
    });
  const data = examples(split.training, true);
  const { validation, ...options } = stageOptions(split, data, Number(count));
  await train(mixtureTask(network, { loss: { form: 'posterior' } }), seen(data), {
    ...options,
    validation: { ...validation!, data: seen(validation!.data) },
  });
  const models = { colorVae, mixtureDensityNetwork: network };
  const rows = await measureModes('features', models, split, {
    features: { network: features, imageSize: 64 },
  });
  console.log(`${count} epochs`);
  printTable(COLUMNS, rows);
}

await main(process.argv.slice(2));
