import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { memorySource } from '../../src/data/imageSource.js';
import { clipToGamut, labToRgb, rgbToLab } from '../../src/data/lab.js';
import { rasterToTensor } from '../../src/data/rasterTensor.js';
import { ImageError } from '../../src/errors.js';
import type { ColorizerEvaluation } from '../../src/evaluation/evaluation.js';
import { evaluateColorizer } from '../../src/evaluation/evaluateColorizer.js';
import type { Colorization } from '../../src/inference/colorization.js';
import { colorizer } from '../../src/inference/colorizer.js';
import { colorfulness } from '../../src/metrics/colorfulness.js';
import { type ColorizerModels, disposeColorizerModels } from '../../src/models/colorizerModels.js';
import { solid } from '../data/pictures.js';
import { rgbToLab64 } from '../reference/lab.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';
import { colorfulModels, SMALLEST_MIXTURE, SMALLEST_VAE, tinyModels } from '../support/tinyModels.js';
import { COLORS, grainy } from '../training/smallPictures.js';

const SIZE = SMALLEST_VAE.imageSize;
const GREY = solid(SIZE, SIZE, [120, 120, 120]);
const PICTURES = COLORS.slice(0, 4).map((color, i) => grainy(SIZE, color, i));
const SOURCE = memorySource(PICTURES, ['a', 'b', 'c', 'd']);

let models: ColorizerModels;
let shared: ColorizerEvaluation;

beforeAll(async () => {
  models = tinyModels(3, { vae: SMALLEST_VAE, mixture: SMALLEST_MIXTURE });
  shared = await evaluateColorizer(models, SOURCE, { count: 3, baselines: true, priorSamples: 12 });
}, 120_000); // software GPUs are slow
afterAll(() => disposeColorizerModels(models));

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const absoluteError = (one: ArrayLike<number>, other: ArrayLike<number>) =>
  mean(Array.from(one, (value, i) => Math.abs(value - other[i]!)));

/** True `ab / 128` of each picture, one after the other. */
async function truths(): Promise<number[][]> {
  return Promise.all(
    PICTURES.map(async (picture) => {
      const lab = await rgbToLab(rasterToTensor(picture)).data();
      return Array.from(lab)
        .filter((_, i) => i % 3 !== 0)
        .map((value) => value / 128);
    }),
  );
}

const valueOf = (
  evaluation: ColorizerEvaluation,
  system: string,
  figure: keyof ColorizerEvaluation['systems'][0]['figures'],
) => evaluation.systems.find(({ name }) => name === system)!.figures[figure]?.value;

/** Every number in a tree of plain objects. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(numbersIn);
}

describe('evaluateColorizer()', () => {
  it('measures the very results of the colorizer', async () => {
    const { colorize } = colorizer(models);
    const fields = await truths();
    const results = await colorize(PICTURES, { count: 3 });
    const errors = results.map((own, i) =>
      own.map(({ colorField }) => absoluteError(colorField.values, fields[i]!)),
    );
    const [model] = shared.systems;
    expect(model!.results).toBe(3);
    expect(valueOf(shared, 'model', 'firstError')).toBeCloseTo(mean(errors.map((own) => own[0]!)), 5);
    expect(valueOf(shared, 'model', 'lastError')).toBeCloseTo(mean(errors.map((own) => own[2]!)), 5);
    const best = mean(errors.map((own) => Math.min(...own)));
    expect(valueOf(shared, 'model', 'bestError')).toBeCloseTo(best, 5);
    expect(model!.errorByCount.map(({ value }) => value).at(-1)).toBeCloseTo(best, 5);
    expect(shared.photos.map(({ name, index }) => [name, index])).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
      ['d', 3],
    ]);
    expect(mean(shared.photos.map(({ bestError }) => bestError))).toBeCloseTo(best, 5);
  });

  it('measures baselines, means without the photo itself', async () => {
    const fields = await truths();
    expect(shared.systems.map(({ name, results }) => [name, results])).toEqual([
      ['model', 3],
      ['grey', 1],
      ['meanColor', 1],
      ['meanColorField', 1],
      ['meanByLightness', 1],
      ['prior', 3],
      ['priorCenters', 3],
      ['reconstruction', 1],
    ]);
    const zeros = new Float32Array(SIZE * SIZE * 2);
    const grey = mean(fields.map((field) => absoluteError(zeros, field)));
    expect(valueOf(shared, 'grey', 'bestError')).toBeCloseTo(grey, 6);
    const othersOf = (i: number) => fields.filter((_, other) => other !== i);
    const fieldOfOthers = (i: number) => zeros.map((_, at) => mean(othersOf(i).map((field) => field[at]!)));
    const byField = fields.map((field, i) => absoluteError(fieldOfOthers(i), field));
    expect(valueOf(shared, 'meanColorField', 'bestError')).toBeCloseTo(mean(byField), 6);
    const byColor = fields.map((field, i) => {
      const all = othersOf(i).flat();
      const color = [0, 1].map((channel) => mean(all.filter((_, at) => at % 2 === channel)));
      return absoluteError(zeros.map((_, at) => color[at % 2]!), field); // prettier-ignore
    });
    expect(valueOf(shared, 'meanColor', 'bestError')).toBeCloseTo(mean(byColor), 6);
    expect(valueOf(shared, 'grey', 'colorfulness')).toBeCloseTo(0, 6);
  });

  it('tells the colorfulness of all results, and of one alone where there is one', async () => {
    const colorful = colorfulModels(3, { vae: SMALLEST_VAE, mixture: SMALLEST_MIXTURE }, 10);
    const evaluation = await evaluateColorizer(colorful, SOURCE, { count: 3 });
    const painted = await colorizer(colorful).colorize(PICTURES, { count: 3, leastDifference: 0 });
    // What sRGB cannot show is clipped for figures, while results lose chroma.
    const colorfulnessOf = async ({ colorField: { values } }: Colorization, photo: number) => {
      const { data } = PICTURES[photo]!;
      const labs = Array.from({ length: data.length / 3 }, (_, i) => {
        const [lightness] = rgbToLab64(Array.from(data.subarray(3 * i, 3 * i + 3), (byte) => byte / 255));
        return [lightness, values[2 * i]! * 128, values[2 * i + 1]! * 128];
      });
      const rgb = await clipToGamut(labToRgb(tf.tensor2d(labs))).data();
      return colorfulness(rgb.map((value) => Math.round(value * 255)), { absolute: true }); // prettier-ignore
    };
    const each = await Promise.all(
      painted.flatMap((results, photo) => results.map(async (result) => colorfulnessOf(result, photo))),
    );
    const own = valueOf(evaluation, 'model', 'allColorfulness')!;
    expect(own).toBeCloseTo(mean(each), 1);
    expect(own).not.toBeCloseTo(mean(each.filter((_, i) => i % 3 === 0)), 1);
    const truth = mean(PICTURES.map(({ data }) => colorfulness(data, { absolute: true })));
    expect(valueOf(evaluation, 'model', 'allColorfulnessGapOfMeans')).toBeCloseTo(Math.abs(own - truth), 1);
    for (const figure of ['absoluteColorfulness', 'allColorfulness'] as const)
      expect(valueOf(shared, 'grey', figure)).toBeCloseTo(0, 6);
    disposeColorizerModels(colorful);
  });

  it('has an interval around every figure and no figure that could not be computed', () => {
    const estimates = shared.systems.flatMap(({ figures }) => Object.values(figures));
    const known = estimates.filter((estimate) => estimate !== null);
    expect(known.length).toBeGreaterThan(8 * 15);
    for (const { value, interval } of known) {
      expect(interval![0]).toBeLessThanOrEqual(value);
      expect(interval![1]).toBeGreaterThanOrEqual(value);
    }
    const [model, grey] = shared.systems;
    expect(grey!.figures).toMatchObject({ variance: null, lastError: null, logLikelihood: null });
    expect(model!.figures.firstSimilarity).toBeNull(); // 8 x 8 pixels are fewer than its window
    expect(model!.figures.logLikelihoodGain!.count).toBe(4);
    expect(numbersIn(shared).every(Number.isFinite)).toBe(true);
  });

  it('compares weights with outcomes: all components once a photo, the results of modes', () => {
    const { nearest, best } = shared.calibration;
    const counted = (bins: readonly { count: number }[]) =>
      mean(bins.map(({ count }) => count)) * bins.length;
    expect(counted(nearest!.bins)).toBe(4 * SMALLEST_MIXTURE.components);
    expect(counted(best!.bins)).toBe(4 * 3);
    const right = best!.bins.reduce((sum, { count, frequency }) => sum + count * frequency, 0);
    expect(right).toBeCloseTo(4, 10); // one result of each photo is the best
  });

  it('counts pixels by color and errors by chroma', () => {
    const pixels = 4 * SIZE * SIZE;
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    expect([sum(shared.ab.truth), sum(shared.ab.first), sum(shared.ab.all)]).toEqual([
      pixels,
      pixels,
      3 * pixels,
    ]);
    // Grey is as far from the truth as the truth is colorful.
    const { first } = shared.systems[1]!.risk;
    first.forEach((risk, bin) => {
      if (risk === null) return;
      expect(risk).toBeGreaterThanOrEqual(bin * shared.chromaBin - 1e-3);
      expect(risk).toBeLessThanOrEqual((bin + 1) * shared.chromaBin + 1e-3);
    });
    expect(first.some((risk) => risk !== null)).toBe(true);
  });

  it('gives the same figures for the same seed, others for another', async () => {
    const options = { count: 2, mode: 'samples', temperature: 0.8, limit: 2 } as const;
    const draw = async (seed: number) => evaluateColorizer(models, SOURCE, { ...options, seed });
    const first = await draw(5);
    expect(await draw(5)).toEqual(first);
    expect(valueOf(await draw(6), 'model', 'bestError')).not.toBe(valueOf(first, 'model', 'bestError'));
    expect(first.photos.map(({ index }) => index)).toEqual([0, 2]);
    expect(first.calibration.best).toBeNull();
    expect(first.settings).toEqual({
      count: 2,
      mode: 'samples',
      temperature: 0.8,
      seed: 5,
      leastDifference: 1,
      priorSamples: 256,
    });
  });

  it('leaves out grey photos and those that cannot be read, and says which', async () => {
    const source = memorySource([PICTURES[0]!, GREY, PICTURES[1]!], ['a', 'grey', 'torn']);
    const torn = {
      ...source,
      read: async (index: number) => {
        if (index === 2) throw new ImageError('Cannot decode "torn": it is torn');
        return source.read(index);
      },
    };
    const told: unknown[] = [];
    const onProgress = (progress: unknown) => void told.push(progress);
    const { photos, leftOut, systems } = await evaluateColorizer(models, torn, {
      count: 1,
      baselines: true,
      priorSamples: 1,
      onProgress,
    });
    expect(photos.map(({ name }) => name)).toEqual(['a']);
    expect(leftOut).toEqual([
      { index: 1, name: 'grey', error: null },
      { index: 2, name: 'torn', error: 'Cannot decode "torn": it is torn' },
    ]);
    // There is no other photo to take a mean of, and one result has no variance.
    expect(systems.map(({ name }) => name)).toEqual([
      'model',
      'grey',
      'prior',
      'priorCenters',
      'reconstruction',
    ]);
    expect(systems[0]!.figures.bestError!.interval).toBeNull();
    expect(systems[0]!.figures.variance).toBeNull();
    expect(told).toHaveLength(6);
    expect(told.at(-1)).toEqual({ stage: 'evaluation', done: 3, total: 3 });
  });

  it('says why nothing can be measured', async () => {
    await expect(evaluateColorizer(models, memorySource([GREY, GREY]))).rejects.toThrow(
      new ImageError('Cannot evaluate as none of the 2 photos can be used: 2 are grey, 0 cannot be read'),
    );
    await expect(evaluateColorizer(models, memorySource([]))).rejects.toThrow(
      new RangeError(
        "Cannot evaluate a colorizer as 'source.length' must be a positive integer: current value is 0",
      ),
    );
    await expect(evaluateColorizer(models, SOURCE, { count: 9 })).rejects.toThrow(
      new RangeError(
        'Cannot evaluate a colorizer as \'count\' must be at most 8, the number of components, in mode "modes": current value is 9',
      ),
    );
    await expect(evaluateColorizer(models, SOURCE, { limit: 0 })).rejects.toThrow(RangeError);
    await expect(evaluateColorizer(models, SOURCE, { mode: 'best' as 'modes' })).rejects.toThrow(TypeError);
  });

  it('prints no figure that it cannot compute for photos of one color', async () => {
    const red = solid(SIZE, SIZE, [200, 60, 40]);
    for (const pictures of [[red], [red, red, red]]) {
      const options = { count: 2, baselines: true, priorSamples: 4 };
      const evaluation = await evaluateColorizer(models, memorySource(pictures), options);
      expect(evaluation.photos).toHaveLength(pictures.length);
      expect(numbersIn(evaluation).every(Number.isFinite)).toBe(true);
      const meanColor = evaluation.systems.find(({ name }) => name === 'meanColor');
      expect(meanColor?.figures.variance ?? null).toBeNull();
      // Of one photo there is no interval; the mean color of other photos, if there are any, is the truth.
      const error = meanColor?.figures.bestError?.value ?? 0;
      expect(Math.abs(error)).toBeLessThan(pictures.length === 1 ? 1 : 1e-6);
    }
  });

  it('leaves no tensor behind, also when it is stopped', async () => {
    await expectTensorsKeptAsync(0, async () => evaluateColorizer(models, SOURCE, { count: 2, limit: 2 }));
    const controller = new AbortController();
    const reason = new Error('enough');
    await expectTensorsKeptAsync(0, async () => {
      const onProgress = () => controller.abort(reason);
      const run = evaluateColorizer(models, SOURCE, { signal: controller.signal, onProgress });
      await expect(run).rejects.toBe(reason);
    });
  });
});
