import type * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

import { recordKernels } from '../backends/recordKernels.js';
import { centerCropTransform } from '../data/cropTransform.js';
import type { RasterImage } from '../data/image.js';
import { imageDataset } from '../data/imageDataset.js';
import { memorySource } from '../data/imageSource.js';
import { resizeImage } from '../data/resize.js';
import { colorizer } from '../inference/colorizer.js';
import {
  type ColorizerConfigs,
  type ColorizerModels,
  colorizerModels,
  disposeColorizerModels,
} from '../models/colorizerModels.js';
import { assertColorVaeConfig, assertMixtureDensityNetworkConfig } from '../models/validate.js';
import { type FeatureBlock, zhangFeatures } from '../models/zhangFeatures.js';
import { MIXTURE_LOSS } from '../training/colorizerPlan.js';
import { colorExamples, mixtureExamples } from '../training/examples.js';
import { measureRarity } from '../training/measureRarity.js';
import { trainColorVae } from '../training/trainColorVae.js';
import { trainMixtureDensityNetwork } from '../training/trainMixtureDensityNetwork.js';
import { shrinkConfigs } from './shrinkConfigs.js';

/** Names of the kernels that a backend needs, in alphabetical order. */
export interface ModelKernels {
  readonly inference: readonly string[];
  readonly training: readonly string[];
}

const BATCH = 2;

/** A picture of all colors, larger than the networks look at, so that it has to be resized. */
function picture(size: number): RasterImage {
  const side = 2 * size;
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => (i * 37) % 256);
  return { width: side, height: side, data };
}

/** Few and small, with a stride and with a dilation. */
const FEATURE_BLOCKS: readonly FeatureBlock[] = [
  { filters: 4, convolutions: 1, strides: 2, dilation: 1 },
  { filters: 4, convolutions: 1, strides: 1, dilation: 2 },
];

/** Makes the features for a network that looks at them, and says how large a photo it wants. */
interface Features {
  readonly network: LayersModel;
  readonly imageSize: number;
}

function featuresFor({ input }: ColorizerConfigs['mixtureDensityNetwork']): Features | null {
  if (input.kind !== 'features') return null;
  return { network: zhangFeatures({ blocks: FEATURE_BLOCKS }), imageSize: 2 * input.shape[0] };
}

async function colorOnePhoto(models: ColorizerModels, features: Features | null): Promise<void> {
  const owner = colorizer(models, features === null ? {} : { features });
  const photo = picture(models.colorVae.config.imageSize);
  const results = await owner.colorize(photo, { count: BATCH, mode: 'modes', leastDifference: 0 });
  results.push(...(await owner.colorize(photo, { count: BATCH, mode: 'samples', leastDifference: 0 })));
  for (const result of results) await result.toRaster();
}

const featuresOf =
  ({ network, imageSize }: Features) =>
  (lightness: tf.Tensor4D): tf.Tensor4D =>
    network.apply(resizeImage(lightness, { height: imageSize, width: imageSize })) as tf.Tensor4D;

/** One update of each network, with all that `trainColorizer` does. */
async function trainOneStep(models: ColorizerModels, features: Features | null): Promise<void> {
  const { colorVae: vae, mixtureDensityNetwork: network } = models;
  const { imageSize: size } = vae.config;
  const source = memorySource(Array.from({ length: BATCH }, () => picture(size)));
  const rarity = await measureRarity(source, { size });
  const dataset = imageDataset({
    source,
    size,
    transform: centerCropTransform({ size }),
    batchSize: BATCH,
    seed: 0,
  });
  const colors = colorExamples(dataset, { imageSize: size, rarity });
  const settings = {
    seed: 0,
    steps: 1,
    learningRate: 1e-3,
    average: { decay: 0.9 },
    keepBest: true,
  } as const;
  await trainColorVae(vae, colors, { ...settings, validation: { data: colors, everySteps: 1 } });
  const mixtures = mixtureExamples(
    vae,
    colors,
    features === null ? {} : { featuresOf: featuresOf(features) },
  );
  await trainMixtureDensityNetwork(network, mixtures, {
    loss: MIXTURE_LOSS,
    ...settings,
    validation: { data: mixtures, everySteps: 1 },
  });
}

/**
 * The kernels that networks need, found by running small copies of them: a photo is colored, and each network makes one
 * update. It takes about a second, on the cpu backend.
 *
 * @throws {RangeError} If a number of a config is out of range.
 * @throws {TypeError} If a choice of a config is none of those offered, or a part is missing.
 */
export async function modelKernels(configs: ColorizerConfigs): Promise<ModelKernels> {
  assertColorVaeConfig(configs.colorVae);
  assertMixtureDensityNetworkConfig(configs.mixtureDensityNetwork);
  const small = shrinkConfigs(configs);
  const run = async (use: (models: ColorizerModels, features: Features | null) => Promise<void>) =>
    recordKernels(async () => {
      const models = colorizerModels({ configs: small, seed: 0 });
      const features = featuresFor(small.mixtureDensityNetwork);
      try {
        await use(models, features);
      } finally {
        features?.network.dispose();
        disposeColorizerModels(models);
      }
    });
  return { inference: await run(colorOnePhoto), training: await run(trainOneStep) };
}
