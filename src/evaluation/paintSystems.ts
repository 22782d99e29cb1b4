import { chooseFields } from '../inference/chooseFields.js';
import type { ChooseLatentsOptions } from '../inference/chooseLatents.js';
import { decodeFields } from '../inference/decodeFields.js';
import type { ColorVae } from '../models/colorVae.js';
import { deriveSeed, randomGenerator } from '../random.js';
import type { EncodedBatch } from './encodedBatch.js';
import { kMeans, spreadPoints } from './kMeans.js';
import {
  meanByLightnessOfOthers,
  meanColorOfOthers,
  meanFieldOfOthers,
  type SetStatistics,
} from './setStatistics.js';
import type { TestPhoto } from './testPhoto.js';

/** First elements of the paths of the seeds that are derived here; 1 is for the likelihood. */
const SAMPLES = 0;
const PRIOR = 2;
const CLUSTERS = 3;

/**
 * Ways to color photos that are measured beside the model:
 *
 * - `grey`: no color;
 * - `meanColor`, `meanColorField`, `meanByLightness`: the mean over the other photos of the evaluated set, of all pixels, at each
 *   pixel, and of the pixels of the same lightness;
 * - `prior`: codes drawn from the standard normal distribution instead of the mixture;
 * - `priorCenters`: the centers that k-means finds among many such results;
 * - `reconstruction`: the mean code that the encoder gives the true colors, so no colorization.
 */
export const BASELINES = [
  'grey',
  'meanColor',
  'meanColorField',
  'meanByLightness',
  'prior',
  'priorCenters',
  'reconstruction',
] as const;

/** What is measured: the model, or a baseline. */
export type SystemName = 'model' | (typeof BASELINES)[number];

/** Results of one system for one photo. */
export interface PaintedPhoto {
  readonly system: SystemName;
  /** `ab / 128` of each result, the likeliest first. */
  readonly fields: readonly ArrayLike<number>[];
  /** Weight of each result's component in the mixture; `null` where results have none. */
  readonly weights: readonly number[] | null;
}

/** One photo, and what the networks say of it. */
export interface PaintTask {
  readonly vae: ColorVae;
  readonly photo: TestPhoto;
  readonly encoded: EncodedBatch;
  readonly latents: ChooseLatentsOptions;
}

async function decode(
  { vae, encoded }: PaintTask,
  latents: readonly Float32Array[],
): Promise<Float32Array[]> {
  const fields = await decodeFields(vae, latents, encoded.conditioning);
  return fields.map(({ values }) => values as Float32Array);
}

/** The results of the model. */
export async function paintModel(task: PaintTask): Promise<PaintedPhoto> {
  const { vae, photo, encoded, latents } = task;
  const { lightness } = photo;
  const seed = deriveSeed(latents.seed, SAMPLES, photo.index);
  const chosen = await chooseFields({ vae, lightness, ...encoded }, { ...latents, seed });
  return {
    system: 'model',
    fields: chosen.map(({ colorField }) => colorField.values),
    weights: chosen.map(({ componentWeight }) => componentWeight),
  };
}

/** Results of the plain prior: the first of them, and the centers of all, those of most results first. */
async function paintPrior(task: PaintTask, samples: number): Promise<PaintedPhoto[]> {
  const { vae, photo, latents: { count, seed } } = task; // prettier-ignore
  const { normal } = randomGenerator(deriveSeed(seed, PRIOR, photo.index));
  const draw = () => Float32Array.from({ length: vae.config.latentDim }, normal);
  const fields = await decode(task, Array.from({ length: Math.max(samples, count) }, draw));
  const start = spreadPoints(fields, count, deriveSeed(seed, CLUSTERS, photo.index));
  const { centers, shares } = kMeans(fields, start);
  const order = centers.map((_, k) => k).sort((one, other) => shares[other]! - shares[one]!);
  return [
    { system: 'prior', fields: fields.slice(0, count), weights: null },
    { system: 'priorCenters', fields: order.map((k) => centers[k]!), weights: null },
  ];
}

async function paintReconstruction(task: PaintTask): Promise<PaintedPhoto> {
  const code = await task.encoded.posterior.means.data<'float32'>();
  return { system: 'reconstruction', fields: await decode(task, [code]), weights: null };
}

/**
 * The results of all baselines.
 *
 * @param priorSamples Results of the plain prior that are grouped.
 */
export async function paintBaselines(
  task: PaintTask,
  statistics: SetStatistics,
  priorSamples: number,
): Promise<PaintedPhoto[]> {
  const { photo } = task;
  const fixed = {
    grey: new Float32Array(photo.colorField.length),
    meanColor: meanColorOfOthers(statistics, photo),
    meanColorField: meanFieldOfOthers(statistics, photo),
    meanByLightness: meanByLightnessOfOthers(statistics, photo),
  };
  const painted = Object.entries(fixed).flatMap(([system, field]): PaintedPhoto[] =>
    field === null ? [] : [{ system: system as SystemName, fields: [field], weights: null }],
  );
  return [...painted, ...(await paintPrior(task, priorSamples)), await paintReconstruction(task)];
}
