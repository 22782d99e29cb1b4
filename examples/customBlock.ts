/**
 * Builds a color VAE whose encoder is made of a block of one's own, a residual unit, trains it and saves a model that
 * `loadColorizer` and the command line read.
 *
 * A block is a function from symbolic tensor to symbolic tensor; a model of blocks is an ordinary `tf.LayersModel`.
 *
 * Run: npx tsx examples/customBlock.ts FOLDER OUT            a minute or two (STEPS=2: seconds)
 */
import * as tf from '@tensorflow/tfjs-layers';
import {
  applyLayer,
  type Block,
  cachedSource,
  colorExamples,
  colorizerModels,
  colorMixtureTask,
  type ColorVae,
  disposeColorizerModels,
  GroupNormalization,
  imageDataset,
  randomCropTransform,
  saveColorizerModels,
  seedSequence,
  type SeedSequence,
  train,
  trainColorVae,
} from 'polyhue';
import { folderStore, openImages, startBackend } from 'polyhue/node';

const [folder = 'examples/photos', out = 'out/custom-block'] = process.argv.slice(2);
const STEPS = Number(process.env['STEPS'] ?? 300);
const FILTERS = [16, 32, 64];
const SEED = 0;

interface UnitOptions {
  readonly name: string;
  readonly filters: number;
  /** Source of the seeds of the initial weights. */
  readonly seeds: SeedSequence;
}

const convolution = ({ name, filters, seeds }: UnitOptions, strides = 1): Block => {
  const kernelInitializer = tf.initializers.heNormal({ seed: seeds.next() });
  const layer = tf.layers.conv2d({
    name,
    filters,
    kernelSize: 3,
    strides,
    padding: 'same',
    kernelInitializer,
  });
  return (x) => applyLayer(layer, x);
};

/** `x + convolution(relu(normalization(x)))`: what goes in comes out, changed by as much as it helps. */
function residualUnit(options: UnitOptions): Block {
  const { name } = options;
  const normalize = new GroupNormalization({ name: `${name}_norm`, groups: 4, epsilon: 1e-5 });
  const relu = tf.layers.activation({ name: `${name}_relu`, activation: 'relu' });
  const convolve = convolution({ ...options, name: `${name}_conv` });
  const add = tf.layers.add({ name: `${name}_add` });
  return (x) => applyLayer(add, [x, convolve(applyLayer(relu, applyLayer(normalize, x)))]);
}

/** From color fields to means and log-variances of codes: each level is half as large as the one before. */
function residualEncoder({ imageSize, latentDim }: ColorVae['config'], seeds: SeedSequence): tf.LayersModel {
  const colorField = tf.input({ name: 'residual_color_field', shape: [imageSize, imageSize, 2] });
  const features = FILTERS.reduce((map, filters, i) => {
    const name = `residual_level${i + 1}`;
    const down = convolution({ name: `${name}_down`, filters, seeds }, 2);
    return residualUnit({ name, filters, seeds })(down(map));
  }, colorField);
  const flat = applyLayer(tf.layers.flatten({ name: 'residual_flatten' }), features);
  const head = (name: string) =>
    applyLayer(
      tf.layers.dense({
        name,
        units: latentDim,
        kernelInitializer: tf.initializers.randomNormal({ stddev: 0.01, seed: seeds.next() }),
      }),
      flat,
    );
  const outputs = [head('residual_means'), head('residual_log_variances')];
  return tf.model({ name: 'residual_encoder', inputs: colorField, outputs });
}

await startBackend('auto');
const models = colorizerModels({ preset: 'tiny', seed: SEED });
const encoder = residualEncoder(models.colorVae.config, seedSequence(SEED));
encoder.summary();
const vae: ColorVae = { ...models.colorVae, encoder };

const { imageSize: size } = vae.config;
const source = cachedSource(await openImages(folder), { shortestSide: 2 * size });
const batchSize = Math.min(16, source.length);
const transform = randomCropTransform({ size });
const data = colorExamples(
  imageDataset({ source, size, batchSize, transform, seed: SEED, dropRemainder: true }),
  { imageSize: size },
);
const options = { seed: SEED, steps: STEPS, learningRate: 1e-3 };
await trainColorVae(vae, data, options);
await train(
  colorMixtureTask(models.mixtureDensityNetwork, vae, { loss: { form: 'posterior' } }),
  data,
  options,
);

// To color photos takes the other three networks. The checkpoint holds the plain encoder in the place of ours, untrained, so
// that it is read like any other; to train it further or to measure its reconstructions, keep our encoder's weights as well.
await saveColorizerModels(folderStore(out), models, { notes: { encoder: 'residual, not in this file' } });
encoder.dispose();
disposeColorizerModels(models);
console.log(`Saved in ${out}`);
