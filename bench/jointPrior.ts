/**
 * A color VAE whose prior is the mixture itself, learned jointly, against the two stages of the method; the mixture of the first
 * is then trained on as in the second stage, too.
 *
 * Run: npx tsx bench/jointPrior.ts MODEL PICTURES.tar [EPOCHS]     MODEL says which pictures are held out
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  type ColorExamples,
  colorizerModels,
  type ColorizerModels,
  colorMixtureTask,
  colorVaeTask,
  deriveSeed,
  forwardColorVae,
  gaussianLogProbability,
  mixtureLogProbability,
  namedWeights,
  predictMixture,
  train,
  type TrainingTask,
  weightedL1,
} from 'polyhue';
import { startBackend } from 'polyhue/node';

import { COLUMNS, examples, measureModes, splitAsModel, stageOptions } from './heldOut.js';
import { printTable } from './measure.js';

const BETA = 1;

/** `reconstruction + beta * (log q(z | colors) - log p(z | grey))` with one draw of z per example. */
function jointTask({
  colorVae: vae,
  mixtureDensityNetwork: network,
}: ColorizerModels): TrainingTask<ColorExamples> {
  const { trainable, statistics } = namedWeights(
    vae.encoder,
    vae.conditionalEncoder,
    vae.decoder,
    network.model,
  );
  return {
    variables: trainable,
    buffers: statistics,
    loss: ({ greyLevel, colorField }, { seed, training }) => {
      const { reconstruction, posterior, z } = forwardColorVae(
        vae,
        { greyLevel, colorField },
        { seed, training },
      );
      const mixture = predictMixture(network, greyLevel, { training, seed: deriveSeed(seed, 2) });
      const kl = tf.mean<tf.Scalar>(
        tf.sub(gaussianLogProbability(z, posterior), mixtureLogProbability(z, mixture)),
      );
      const error = tf.mean<tf.Scalar>(weightedL1(colorField, reconstruction));
      return { total: tf.add<tf.Scalar>(error, tf.mul(kl, BETA)), reconstruction: error, kl };
    },
  };
}

async function main([model, pictures, count = '4']: string[]): Promise<void> {
  await startBackend('wasm');
  tf.enableProdMode();
  const split = await splitAsModel(model!, pictures!);
  const data = examples(split.training, true);
  const options = stageOptions(split, data, Number(count));
  const rows: string[][] = [];
  const joint = colorizerModels({ seed: 0 });
  await train(jointTask(joint), data, options);
  rows.push(...(await measureModes('joint', joint, split)));
  await train(
    colorMixtureTask(joint.mixtureDensityNetwork, joint.colorVae, { loss: { form: 'posterior' } }),
    data,
    options,
  );
  rows.push(...(await measureModes('joint, then posterior', joint, split)));
  const two = colorizerModels({ seed: 0 });
  await train(colorVaeTask(two.colorVae, { beta: BETA }), data, options);
  await train(
    colorMixtureTask(two.mixtureDensityNetwork, two.colorVae, { loss: { form: 'posterior' } }),
    data,
    options,
  );
  rows.push(...(await measureModes('two stages', two, split)));
  console.log(`${count} epochs of each stage`);
  printTable(COLUMNS, rows);
}

await main(process.argv.slice(2));
