/**
 * Errors of the demo's networks on the parts of photos that they have not seen, for several settings of their training.
 *
 *     npx tsx bench/demoSettings.ts               the five settings of docs/experiments.md, about two minutes each
 *     npx tsx bench/demoSettings.ts 1 none        one beta; rarity weights: none, or the uniform share of the prior
 *
 * Errors are mean |ab - truth| / 128 at 64x64; variance is over the 5 most likely results; chroma is the mean |ab| of the results
 * over that of the truth.
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  cachedSource,
  type Colorization,
  colorizer,
  type ColorizerModels,
  colorFieldToAb,
  labToNetwork,
  measureColorPrior,
  memorySource,
  type RasterImage,
  rarityWeights,
  rasterToTensor,
  resizeImage,
  rgbToLab,
  smoothColorPrior,
  toGrey,
  trainColorizer,
} from 'polyhue';
import { folderSource, startBackend } from 'polyhue/node';

import { splitPhoto } from '../examples/train.js';
import { printTable } from './measure.js';

const SETTINGS: readonly (readonly [beta: string, uniformMix: string])[] = [
  ['1', 'none'],
  ['4', 'none'],
  ['0.3', '0.9'],
  ['1', '0.9'],
  ['4', '0.9'],
];
const COUNT = 5;

/** `ab / 128` of a picture, shape `[1, height, width, 2]`; at 64x64 if `size` is given. */
function colorField(image: RasterImage, size?: number): tf.Tensor4D {
  return tf.tidy(() => {
    const rgb = tf.expandDims<tf.Tensor4D>(rasterToTensor(image), 0);
    const sized = size === undefined ? rgb : resizeImage(rgb, { height: size, width: size });
    return labToNetwork(rgbToLab(sized)).colorField;
  });
}

async function rarityOf(
  pictures: readonly RasterImage[],
  uniformMix: string,
): Promise<Float32Array | undefined> {
  if (uniformMix === 'none') return undefined;
  const abs = pictures.map((picture) => tf.tidy(() => colorFieldToAb(colorField(picture))));
  const prior = smoothColorPrior(await measureColorPrior(abs));
  return rarityWeights({ prior, uniformMix: Number(uniformMix) });
}

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

interface Scores {
  readonly best: number;
  readonly first: number;
  readonly grey: number;
  readonly variance: number;
  readonly chroma: number;
}

function scoresOf(results: readonly Colorization[], truth: ArrayLike<number>): Scores {
  const fields = results.map((result) => Array.from(result.colorField.values));
  const errors = fields.map((field) => mean(field.map((x, i) => Math.abs(x - truth[i]!))));
  const spread = (i: number): number => {
    const values = fields.map((field) => field[i]!);
    return mean(values.map((x) => (x - mean(values)) ** 2));
  };
  return {
    best: Math.min(...errors),
    first: errors[0]!,
    grey: mean(Array.from(truth, Math.abs)),
    variance: mean(Array.from(truth, (_, i) => spread(i))),
    chroma: mean(fields.flat().map(Math.abs)),
  };
}

async function measure(models: ColorizerModels, held: readonly RasterImage[]): Promise<Scores[]> {
  const painter = colorizer(models);
  const scores: Scores[] = [];
  for (const picture of held) {
    const truth = colorField(picture, models.colorVae.config.imageSize);
    scores.push(
      scoresOf(await painter.colorize(await toGrey(picture), { count: COUNT }), await truth.data()),
    );
    truth.dispose();
  }
  painter.dispose();
  return scores;
}

async function main(given: readonly string[]): Promise<void> {
  await startBackend('wasm');
  tf.enableProdMode();
  const source = await folderSource('examples/photos');
  const photos = await Promise.all(Array.from({ length: source.length }, async (_, i) => source.read(i)));
  const parts = photos.map(splitPhoto);
  const learn = parts.map((part) => part.learn);
  const pictures = cachedSource(memorySource(learn), { shortestSide: 128 });
  const rows: string[][] = [];
  for (const [beta, mix] of given.length === 2 ? [given as [string, string]] : SETTINGS) {
    const rarity = await rarityOf(learn, mix);
    const training = { preset: 'tiny', seed: 0, steps: 600, learningRate: 2e-3, beta: Number(beta) } as const;
    const scores = await measure(
      await trainColorizer({ source: pictures, ...(rarity && { rarity }), ...training }),
      parts.map(({ held }) => held),
    );
    const of = (name: keyof Scores): number => mean(scores.map((score) => score[name]));
    const errors = [of('best'), of('first'), of('grey')].map((error) => error.toFixed(4));
    rows.push([
      beta,
      mix,
      ...errors,
      of('variance').toExponential(1),
      (of('chroma') / of('grey')).toFixed(2),
    ]);
  }
  printTable(['beta', 'uniform', 'best of 5', 'most likely', 'grey', 'variance', 'chroma'], rows);
}

await main(process.argv.slice(2));
