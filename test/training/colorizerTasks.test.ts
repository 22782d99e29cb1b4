import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { imageDataset } from '../../src/data/imageDataset.js';
import { colorizer } from '../../src/inference/colorizer.js';
import { forwardColorVae } from '../../src/models/colorVae.js';
import { disposeColorizerModels } from '../../src/models/colorizerModels.js';
import { namedWeights } from '../../src/models/weights.js';
import { deriveSeed, randomNormal } from '../../src/random.js';
import { colorExamples, mixtureExamples } from '../../src/training/examples.js';
import { linearAnnealing } from '../../src/training/schedules/schedule.js';
import type { StepContext } from '../../src/training/task.js';
import { colorVaeTask, trainColorVae } from '../../src/training/trainColorVae.js';
import { mixtureTask, trainMixtureDensityNetwork } from '../../src/training/trainMixtureDensityNetwork.js';
import { mixtureLogProbability64 } from '../reference/mixture.js';
import { expectAllClose, expectTensorsKept } from '../support/numeric.js';
import { SMALLEST_MIXTURE, SMALLEST_VAE, tinyModels } from '../support/tinyModels.js';
import { smallPictures } from './smallPictures.js';

const SIZE = SMALLEST_VAE.imageSize;
const CONTEXT: StepContext = { step: 0, epoch: 0, seed: 5, training: true };

const build = (seed: number) => tinyModels(seed, { vae: SMALLEST_VAE, mixture: SMALLEST_MIXTURE });

const colors = (batchSize: number) =>
  colorExamples(imageDataset({ source: smallPictures(8, SIZE), size: SIZE, batchSize, seed: 0 }), {
    imageSize: SIZE,
  });

async function firstBatch<T>(data: { batches: (epoch: number, first: number) => AsyncIterable<T> }) {
  for await (const batch of data.batches(0, 0)) return batch;
  throw new Error('there is none');
}

async function valuesOf(parts: Readonly<Record<string, tf.Tensor>>): Promise<Record<string, number>> {
  const entries = Object.entries(parts).map(async ([name, part]) => [name, (await part.data())[0]!]);
  return Object.fromEntries(await Promise.all(entries)) as Record<string, number>;
}

/** Software GPUs are. */
const isSlow = () => tf.getBackend() === 'webgpu';

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

describe('colorVaeTask()', () => {
  it('reports total, reconstruction and divergence as means over the batch', async () => {
    const models = build(0);
    const batch = await firstBatch(colors(3));
    const parts = await valuesOf(colorVaeTask(models.colorVae, { beta: 0.25 }).loss(batch, CONTEXT));
    const { reconstruction, posterior } = forwardColorVae(models.colorVae, batch, CONTEXT);
    const [painted, target, means, logVariances] = await Promise.all(
      [reconstruction, batch.colorField, posterior.means, posterior.logVariances].map(async (x) =>
        x.data<'float32'>(),
      ),
    );
    const l1 = painted!.reduce((sum, value, i) => sum + Math.abs(value - target![i]!), 0) / 3;
    const kl = means!.reduce(
      (sum, m, i) => sum + (m ** 2 + Math.exp(logVariances![i]!) - 1 - logVariances![i]!) / 2 / 3,
      0,
    );
    expect(Object.keys(parts).toSorted()).toEqual(['kl', 'reconstruction', 'total']);
    await expectAllClose([parts['reconstruction']!, parts['kl']!], [l1, kl], { rtol: 1e-4 });
    await expectAllClose([parts['total']!], [l1 + 0.25 * kl], { rtol: 1e-4 });
    disposeColorizerModels(models);
  });

  it('follows a schedule of beta in training and uses its last value in validation', async () => {
    const models = build(0);
    const batch = await firstBatch(colors(2));
    const beta = linearAnnealing({ from: 0, to: 4, steps: 10 });
    const task = colorVaeTask(models.colorVae, { beta });
    const betaAt = async (context: Partial<StepContext>) => {
      const { total, reconstruction, kl } = await valuesOf(task.loss(batch, { ...CONTEXT, ...context }));
      return (total! - reconstruction!) / kl!;
    };
    const betas = [await betaAt({ step: 0 }), await betaAt({ step: 5 }), await betaAt({ step: 50 })];
    await expectAllClose(betas, [0, 2, 4], { rtol: 1e-3, atol: 1e-4 });
    await expectAllClose([await betaAt({ step: 0, training: false })], [4], { rtol: 1e-3 });
    disposeColorizerModels(models);
  });

  it('has the variables of all three parts, and keeps the parts of the loss and nothing else', async () => {
    const models = build(0);
    const { encoder, conditionalEncoder, decoder } = models.colorVae;
    const task = colorVaeTask(models.colorVae);
    expect([...task.variables.keys()]).toEqual([
      ...namedWeights(encoder, conditionalEncoder, decoder).trainable.keys(),
    ]);
    const batch = await firstBatch(colors(2));
    expectTensorsKept(3, () => tf.tidy(() => ({ ...task.loss(batch, CONTEXT) })));
    disposeColorizerModels(models);
  });
});

describe('mixtureTask()', () => {
  it('reports the mean negative log-likelihood of codes drawn from the posterior', async () => {
    const models = build(0);
    const { model } = models.mixtureDensityNetwork;
    const batch = await firstBatch(mixtureExamples(models.colorVae, colors(2)));
    const { loss } = mixtureTask(models.mixtureDensityNetwork);
    const { total } = await valuesOf(loss(batch, CONTEXT));
    const noise = randomNormal<tf.Rank.R2>(batch.means.shape, deriveSeed(CONTEXT.seed, 0));
    const [means, logVariances, draws] = await Promise.all(
      [batch.means, batch.logVariances, noise].map(async (x) => x.array()),
    );
    const [logits, components, logStdDevs] = (await Promise.all(
      (model.predict(batch.features) as tf.Tensor[]).map(async (x) => x.array()),
    )) as [number[][], number[][][], number[][][]];
    const likelihoods = means!.map((row, example) => {
      const z = row.map((m, i) => m + Math.exp(logVariances![example]![i]! / 2) * draws![example]![i]!);
      return mixtureLogProbability64(z, {
        logits: logits[example]!,
        means: components[example]!,
        logStdDevs: logStdDevs[example]!,
      });
    });
    await expectAllClose([total!], [-mean(likelihoods)], { rtol: 1e-4 });
    disposeColorizerModels(models);
  });
});

describe('training', () => {
  it('overfits eight pictures: the loss falls below its bound and samples differ', async () => {
    // Software GPUs are slow: a quarter of the steps go part of the way.
    const { steps, mostReconstruction, gain } = isSlow()
      ? { steps: 15, mostReconstruction: 28, gain: 1 }
      : { steps: 60, mostReconstruction: 15, gain: 5 };
    const models = build(1);
    const data = colors(8);
    const options = { seed: 0, learningRate: 0.01, steps };
    const { history } = await trainColorVae(models.colorVae, data, { ...options, beta: 0.05 });
    const reconstructions = history.epochs.map(({ losses }) => losses['reconstruction']!);
    // The pictures have some 45 units of color each: a grey answer costs as much.
    expect(reconstructions[0]!).toBeGreaterThan(30);
    expect(mean(reconstructions.slice(-5))).toBeLessThan(mostReconstruction);
    const mixtures = mixtureExamples(models.colorVae, data);
    const mixture = await trainMixtureDensityNetwork(models.mixtureDensityNetwork, mixtures, options);
    const likelihoods = mixture.history.epochs.map(({ losses }) => losses['total']!);
    expect(mean(likelihoods.slice(-5))).toBeLessThan(likelihoods[0]! - gain);

    const { colorize } = colorizer(models);
    const results = await colorize(await smallPictures(8, SIZE).read(0), { mode: 'samples', count: 4 });
    const fields = results.map(({ colorField }) => colorField.values as Float32Array);
    const distance = fields[0]!.reduce((sum, value, i) => sum + Math.abs(value - fields[1]![i]!), 0);
    expect(distance).toBeGreaterThan(0.05);
    disposeColorizerModels(models);
  });

  it('holds no more tensors after 200 steps than after one', async () => {
    const steps = isSlow() ? 20 : 200;
    const models = build(0);
    const tensors: number[] = [];
    await trainColorVae(models.colorVae, colors(1), {
      seed: 0,
      learningRate: 1e-3,
      steps,
      average: {},
      callbacks: [{ onBatchEnd: () => void tensors.push(tf.memory().numTensors) }],
    });
    // Batches that are made ahead come and go: a few tensors, not one per step.
    expect(Math.max(...tensors.slice(1)) - Math.min(...tensors.slice(1))).toBeLessThan(10);
    expect(tensors).toHaveLength(steps);
    disposeColorizerModels(models);
  });
});
