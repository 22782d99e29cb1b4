/**
 * Trains a color VAE with a loss of one's own: beside the usual terms, the mean chroma of each picture should come back, so
 * that strong colors cost something even where it is not clear which they are.
 *
 * Run: npx tsx examples/customLoss.ts FOLDER OUT             a minute or two (STEPS=2: seconds)
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  cachedSource,
  type ColorExamples,
  colorExamples,
  colorizerModels,
  colorMixtureTask,
  colorVaeLoss,
  disposeColorizerModels,
  forwardColorVae,
  imageDataset,
  namedWeights,
  randomCropTransform,
  saveColorizerModels,
  train,
  type TrainingTask,
} from 'polyhue';
import { folderStore, openImages, startBackend } from 'polyhue/node';

const [folder = 'examples/photos', out = 'out/custom-loss'] = process.argv.slice(2);
const STEPS = Number(process.env['STEPS'] ?? 300);
const CHROMA_WEIGHT = 0.5;
const SEED = 0;

/** Mean chroma of each picture, shape `[batch]`; the small term keeps the gradient finite where there is no color. */
function meanChroma(colorField: tf.Tensor4D): tf.Tensor1D {
  const chroma = tf.sqrt(tf.add(tf.sum(tf.square(colorField), 3), 1e-6)); // [batch, height, width]
  return tf.mean(chroma, [1, 2]);
}

/** Difference of the mean chroma in the unit of the other terms, which are sums over pixels. */
function chromaLoss(target: tf.Tensor4D, reconstruction: tf.Tensor4D): tf.Tensor1D {
  const [, height, width] = target.shape;
  const difference = tf.abs(tf.sub(meanChroma(target), meanChroma(reconstruction)));
  return tf.mul(difference, height * width);
}

await startBackend('auto');
const models = colorizerModels({ preset: 'tiny', seed: SEED });
const { colorVae: vae, mixtureDensityNetwork: network } = models;
const { trainable, statistics } = namedWeights(vae.encoder, vae.conditionalEncoder, vae.decoder);

const task: TrainingTask<ColorExamples> = {
  variables: trainable,
  buffers: statistics,
  loss: ({ greyLevel, colorField }, { seed, training }) => {
    const { reconstruction, posterior } = forwardColorVae(vae, { greyLevel, colorField }, { seed, training });
    const usual = colorVaeLoss({ target: colorField, reconstruction, posterior }, { beta: 1 });
    const chroma = chromaLoss(colorField, reconstruction);
    return {
      total: tf.mean(tf.add(usual.total, tf.mul(CHROMA_WEIGHT, chroma))),
      reconstruction: tf.mean(usual.reconstruction),
      kl: tf.mean(usual.kl),
      chroma: tf.mean(chroma),
    };
  },
};

const { imageSize: size } = vae.config;
const source = cachedSource(await openImages(folder), { shortestSide: 2 * size });
const batchSize = Math.min(16, source.length);
const transform = randomCropTransform({ size });
const data = colorExamples(
  imageDataset({ source, size, batchSize, transform, seed: SEED, dropRemainder: true }),
  { imageSize: size },
);
const options = { seed: SEED, steps: STEPS, learningRate: 1e-3 };
const { history } = await train(task, data, options);
console.log('Losses of the last epoch:', history.epochs.at(-1)?.losses);
await train(colorMixtureTask(network, vae, { loss: { form: 'posterior' } }), data, options);

await saveColorizerModels(folderStore(out), models);
disposeColorizerModels(models);
console.log(`Saved in ${out}`);
