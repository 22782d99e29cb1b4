import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { memorySource } from '../../src/data/imageSource.js';
import { rasterToTensor } from '../../src/data/rasterTensor.js';
import { rgbToLab } from '../../src/data/lab.js';
import { ImageError } from '../../src/errors.js';
import { calibrateChroma } from '../../src/evaluation/calibrateChroma.js';
import { colorizer } from '../../src/inference/colorizer.js';
import { type ColorizerModels, disposeColorizerModels } from '../../src/models/colorizerModels.js';
import { namedWeights } from '../../src/models/weights.js';
import { solid } from '../data/pictures.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';
import { colorfulModels, TINY_VAE, tinyModels } from '../support/tinyModels.js';
import { COLORS, grainy } from '../training/smallPictures.js';

const SIZE = 16;
const PICTURES = COLORS.slice(0, 4).map((color, i) => grainy(SIZE, color, i));
const SOURCE = memorySource(PICTURES, ['a', 'b', 'c', 'd']);

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Chroma of pixels, as a root mean square. */
const chromaOf = (ab: readonly (readonly [number, number])[]) =>
  Math.sqrt(mean(ab.map(([a, b]) => a * a + b * b)));

/** Chroma of the pictures over 128. */
async function trueChroma(): Promise<number> {
  const labs = await Promise.all(PICTURES.map(async (picture) => rgbToLab(rasterToTensor(picture)).data()));
  return chromaOf(
    labs.flatMap((lab) =>
      Array.from(
        { length: lab.length / 3 },
        (_, i) => [lab[3 * i + 1]! / 128, lab[3 * i + 2]! / 128] as const,
      ),
    ),
  );
}

/** The same of the results, every pixel of each. */
async function paintedChroma(models: ColorizerModels): Promise<number> {
  const { colorize } = colorizer(models);
  const photos = await colorize(PICTURES, { count: 5, leastDifference: 0 });
  return chromaOf(
    photos
      .flat()
      .flatMap(({ colorField: { values } }) =>
        Array.from({ length: values.length / 2 }, (_, i) => [values[2 * i]!, values[2 * i + 1]!] as const),
      ),
  );
}

/** The same with a normalization before the decoder's last tanh, whose scale is `strength`. */
function normalizedModels(strength: number): ColorizerModels {
  const decoder = { ...TINY_VAE.decoder, outputNormalization: true };
  const normalization = { kind: 'batch', epsilon: 1e-5, momentum: 0.9 } as const;
  const vae = { ...TINY_VAE, decoder, style: { ...TINY_VAE.style, normalization } };
  const models = colorfulModels(1, { vae });
  const { trainable, statistics } = namedWeights(models.colorVae.decoder);
  tf.tidy(() => {
    trainable.get('decoder_output_norm/gamma')!.assign(tf.mul(tf.ones([2]), strength));
    trainable.get('decoder_output_norm/beta')!.assign(tf.tensor1d([0.1, -0.05]));
    statistics.get('decoder_output_norm/moving_mean')!.assign(tf.tensor1d([1.5, -1]));
  });
  return models;
}

describe('calibrateChroma()', () => {
  it.each([
    ['too dull', () => colorfulModels(1, {}, 4), 1.1, 1.5],
    ['too colorful', () => colorfulModels(1, {}, 10), 0.5, 0.8],
    ['too dull, with a normalization at the end', () => normalizedModels(0.3), 1.1, 2.9],
  ])('gives results that are %s the chroma of the photos', async (_, make, least, most) => {
    const models = make();
    const factor = await calibrateChroma(models, SOURCE);
    expect(factor).toBeGreaterThan(least);
    expect(factor).toBeLessThan(most);
    // It looks at one pixel of five.
    expect(Math.abs((await paintedChroma(models)) / (await trueChroma()) - 1)).toBeLessThan(0.02);
    expect(await calibrateChroma(models, SOURCE)).toBeCloseTo(1, 2);
    disposeColorizerModels(models);
  });

  it('makes nothing more than three times as strong', async () => {
    const models = colorfulModels(1, {}, 1);
    const { trainable } = namedWeights(models.colorVae.decoder);
    const kernel = trainable.get('decoder_output_conv/kernel')!;
    const before = await kernel.data();
    expect(await calibrateChroma(models, SOURCE)).toBeCloseTo(3, 2);
    expect(
      Array.from(await kernel.data(), (value, i) => value / before[i]!).every(
        (ratio) => Math.abs(ratio - 3) < 0.01,
      ),
    ).toBe(true);
    disposeColorizerModels(models);
  });

  it('keeps no tensor, and leaves the models as they were where it is aborted', async () => {
    const models = colorfulModels(1, {}, 5);
    const before = await paintedChroma(models);
    const reason = new Error('enough');
    await expectTensorsKeptAsync(0, async () => {
      const signal = AbortSignal.abort(reason);
      await expect(calibrateChroma(models, SOURCE, { signal })).rejects.toBe(reason);
    });
    expect(await paintedChroma(models)).toBe(before);
    await expectTensorsKeptAsync(0, async () => calibrateChroma(models, SOURCE, { count: 2, limit: 2 }));
    disposeColorizerModels(models);
  });

  it('refuses photos without color, and counts it cannot have', async () => {
    const models = tinyModels(1);
    const grey = memorySource([solid(SIZE, SIZE, [120, 120, 120])], ['grey']);
    await expect(calibrateChroma(models, grey)).rejects.toThrow(
      new ImageError('Cannot calibrate chroma as no photo can be used'),
    );
    await expect(calibrateChroma(models, SOURCE, { limit: 0 })).rejects.toThrow(
      new RangeError("Cannot calibrate chroma as 'limit' must be a positive integer: current value is 0"),
    );
    disposeColorizerModels(models);
  });
});
