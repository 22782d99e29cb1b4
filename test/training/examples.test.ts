import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { COLOR_BINS } from '../../src/data/colorBins.js';
import { imageDataset } from '../../src/data/imageDataset.js';
import { memorySource } from '../../src/data/imageSource.js';
import { encodeColorField } from '../../src/models/colorVae.js';
import { type ColorExamples, colorExamples, mixtureExamples } from '../../src/training/examples.js';
import { measureRarity } from '../../src/training/measureRarity.js';
import type { TrainingData } from '../../src/training/task.js';
import { solid } from '../data/pictures.js';
import { rgbToLab64 } from '../reference/lab.js';
import { expectAllClose, expectTensorsKeptAsync } from '../support/numeric.js';
import { TINY_VAE, tinyModels } from '../support/tinyModels.js';

const SIZE = TINY_VAE.imageSize;
const COLORS = [[220, 40, 40], [40, 160, 60], [50, 70, 200]] as const; // prettier-ignore
const LAB = COLORS.map((color) => rgbToLab64(color.map((channel) => channel / 255)));

/** Three pictures of one color each, in their order, in batches of two and one. */
const dataset = (size: number = SIZE) =>
  imageDataset({
    source: memorySource(COLORS.map((color) => solid(size, size, color))),
    size,
    batchSize: 2,
    seed: 0,
    shuffle: false,
  });

async function collect<T>(data: TrainingData<T>, first = 0): Promise<T[]> {
  const batches: T[] = [];
  for await (const batch of data.batches(0, first)) batches.push(batch);
  return batches;
}

/** Every pixel of each example of a batch holds the same values. */
const repeated = (rows: readonly (readonly number[])[]) =>
  rows.flatMap((row) => Array.from({ length: SIZE * SIZE }, () => row).flat());

describe('colorExamples()', () => {
  it('gives grey levels and color fields of CIE Lab', async () => {
    const data = colorExamples(dataset(), { imageSize: SIZE });
    expect([data.batchesPerEpoch, data.batchSize]).toEqual([2, 2]);
    const batches = await collect(data);
    expect(batches.map(({ greyLevel }) => greyLevel.shape)).toEqual([
      [2, SIZE, SIZE, 1],
      [1, SIZE, SIZE, 1],
    ]);
    for (const [i, { greyLevel, colorField, weights }] of batches.entries()) {
      const lab = LAB.slice(2 * i, 2 * i + 2);
      const tolerance = { rtol: 1e-4, atol: 1e-4 };
      await expectAllClose(greyLevel, repeated(lab.map(([l]) => [l / 50 - 1])), tolerance);
      await expectAllClose(colorField, repeated(lab.map(([, a, b]) => [a / 128, b / 128])), tolerance);
      expect(weights).toBeUndefined();
    }
    tf.dispose(batches);
  });

  it('resizes larger examples to the size of the networks', async () => {
    const [large, same] = await Promise.all(
      [2 * SIZE, SIZE].map(async (size) => collect(colorExamples(dataset(size), { imageSize: SIZE }))),
    );
    expect(large![0]!.colorField.shape).toEqual([2, SIZE, SIZE, 2]);
    await expectAllClose(large![0]!.colorField, await same![0]!.colorField.data());
    tf.dispose([large!, same!]);
  });

  it('gives each pixel the weight of its color bin', async () => {
    const source = memorySource(COLORS.map((color) => solid(SIZE, SIZE, color)));
    // Red is twice as frequent as the others.
    const frequent = memorySource([0, 0, 1, 2].map((i) => solid(SIZE, SIZE, COLORS[i]!)));
    const rarity = await measureRarity(frequent, { size: SIZE });
    const data = imageDataset({ source, size: SIZE, batchSize: 3, seed: 0, shuffle: false });
    const [batch] = await collect(colorExamples(data, { imageSize: SIZE, rarity }));
    const { weights } = batch!;
    expect(weights!.shape).toEqual([3, SIZE, SIZE, 1]);
    const values = await weights!.data();
    const expected = LAB.map(([, a, b]) => {
      const distances = COLOR_BINS.map((bin) => (bin.a - a) ** 2 + (bin.b - b) ** 2);
      return rarity[distances.indexOf(Math.min(...distances))]!;
    });
    expect(Array.from(values)).toEqual(repeated(expected.map((weight) => [weight])));
    expect(Math.min(expected[1]!, expected[2]!)).toBeGreaterThan(expected[0]!);
    tf.dispose(batch!);
  });

  it('begins at the batch that is asked for, and keeps what it gives and nothing else', async () => {
    const data = colorExamples(dataset(), { imageSize: SIZE });
    const [last, ...more] = await collect(data, 1);
    expect(more).toEqual([]);
    await expectAllClose(last!.greyLevel, repeated([[LAB[2]![0] / 50 - 1]]), { rtol: 1e-4 });
    tf.dispose(last!);
    await expectTensorsKeptAsync(4, async () => collect(data));
    await expectTensorsKeptAsync(2, async () => {
      for await (const batch of data.batches(0, 0)) return batch;
      return undefined;
    });
  });

  it('says what is wrong with its options', () => {
    expect(() => colorExamples(dataset(), { imageSize: 0 })).toThrow(
      new RangeError(
        "Cannot make colorExamples as 'imageSize' must be a positive integer: current value is 0",
      ),
    );
    expect(() => colorExamples(dataset(), { imageSize: SIZE, rarity: new Float32Array(312) })).toThrow(
      new RangeError("Cannot make colorExamples as 'rarity.length' must be 313: current value is 312"),
    );
  });
});

describe('mixtureExamples()', () => {
  it('pairs the grey level with the distribution of codes of the true colors', async () => {
    const { colorVae, mixtureDensityNetwork } = tinyModels(0);
    const colors = colorExamples(dataset(), { imageSize: SIZE });
    const [examples, expected] = [await collect(mixtureExamples(colorVae, colors)), await collect(colors)];
    for (const [i, { features, means, logVariances }] of examples.entries()) {
      const posterior = encodeColorField(colorVae, expected[i]!.colorField);
      expect(await features.data()).toEqual(await expected[i]!.greyLevel.data());
      expect(await means.data()).toEqual(await posterior.means.data());
      expect(await logVariances.data()).toEqual(await posterior.logVariances.data());
      tf.dispose([posterior.means, posterior.logVariances]);
    }
    tf.dispose([examples, expected]);
    await expectTensorsKeptAsync(6, async () => collect(mixtureExamples(colorVae, colors)));
    colorVae.dispose();
    mixtureDensityNetwork.dispose();
  });

  it('hands the lightness in 0..100 to featuresOf, and frees what that leaves behind', async () => {
    const { colorVae, mixtureDensityNetwork } = tinyModels(0);
    const colors: TrainingData<ColorExamples> = colorExamples(dataset(), { imageSize: SIZE });
    const featuresOf = (lightness: tf.Tensor4D) => tf.mul<tf.Tensor4D>(tf.add(lightness, 1), 2);
    await expectTensorsKeptAsync(6, async () => {
      const [first] = await collect(mixtureExamples(colorVae, colors, { featuresOf }));
      const expected = repeated(LAB.slice(0, 2).map(([l]) => [2 * (l + 1)]));
      await expectAllClose(first!.features, expected, { rtol: 1e-4 });
    });
    colorVae.dispose();
    mixtureDensityNetwork.dispose();
  });
});
