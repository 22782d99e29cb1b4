/** What the experiments on a set of pictures share: the split of a trained model, examples, and the figures of each way to choose. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import {
  cachedSource,
  centerCropTransform,
  colorExamples,
  type ColorizerOptions,
  type ColorizerModels,
  cosineSchedule,
  excludeImages,
  imageDataset,
  type ImageSource,
  randomCropTransform,
  selectImages,
  type TrainingData,
  type ColorExamples,
  type TrainingOptions,
} from 'polyhue';
import { evaluateColorizer, type SystemEvaluation } from 'polyhue/metrics';
import { openImages } from 'polyhue/node';

const SIZE = 64;
const BATCH = 16;
const PEAK = 1e-3;

export interface Split {
  readonly training: ImageSource;
  readonly heldOut: ImageSource;
}

export async function splitAsModel(model: string, pictures: string): Promise<Split> {
  const all = cachedSource(await openImages(pictures), { shortestSide: 2 * SIZE });
  const names = new Set((await readFile(join(model, 'held-out.txt'), 'utf8')).split('\n'));
  const held = Array.from({ length: all.length }, (_, i) => i).filter((i) => names.has(all.name(i)));
  return { training: excludeImages(all, held), heldOut: selectImages(all, held) };
}

export function examples(source: ImageSource, training: boolean) {
  const transform = training ? randomCropTransform({ size: SIZE }) : centerCropTransform({ size: SIZE });
  const order = training ? { seed: 1, dropRemainder: true } : { seed: 0, shuffle: false };
  const dataset = imageDataset({
    source,
    transform,
    size: SIZE,
    batchSize: BATCH,
    onUnreadable: 'skip',
    ...order,
  });
  return colorExamples(dataset, { imageSize: SIZE });
}

/** Options of `train` that the experiments share: those of `trainColorizer`. */
export function stageOptions(
  split: Split,
  data: TrainingData<ColorExamples>,
  epochs: number,
): TrainingOptions<ColorExamples> {
  const steps = epochs * data.batchesPerEpoch;
  return {
    seed: 2,
    steps,
    learningRate: cosineSchedule({
      peak: PEAK,
      floor: PEAK / 100,
      steps,
      warmupSteps: Math.floor(steps / 20),
    }),
    average: { decay: 0.999 },
    validation: { data: examples(split.heldOut, false), everySteps: data.batchesPerEpoch },
    keepBest: true,
    logEvery: 50,
  };
}

/** `-` where a figure could not be computed, as the variance of one result. */
const text = (figure: { readonly value: number } | null, factor = 1, digits = 4) =>
  figure === null ? '-' : (figure.value * factor).toFixed(digits);

function row(name: string, mode: string, { figures }: SystemEvaluation): string[] {
  const { bestError, firstError, lastError, perPixelBestError, variance } = figures;
  return [
    name,
    mode,
    ...[bestError, firstError, lastError, perPixelBestError].map((figure) => text(figure)),
    text(variance, 1e3, 2),
  ];
}

export const COLUMNS = ['variant', 'results', 'best of 5', 'first', 'last', 'per pixel', 'variance e-3'];

/** Rows of the figures of a model on held-out pictures, a row for each way to choose results. */
export async function measureModes(
  name: string,
  models: ColorizerModels,
  { heldOut }: Split,
  more: ColorizerOptions = {},
): Promise<string[][]> {
  const rows: string[][] = [];
  for (const [mode, options] of [
    ['modes', { mode: 'modes' }],
    ['samples, T = 0.5', { mode: 'samples', temperature: 0.5 }],
    ['samples, T = 1', { mode: 'samples', temperature: 1 }],
  ] as const) {
    const { systems } = await evaluateColorizer(models, heldOut, { count: 5, seed: 0, ...options, ...more });
    rows.push(row(name, mode, systems[0]!));
    console.error(rows.at(-1)!.join('  '));
  }
  return rows;
}
