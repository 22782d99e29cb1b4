import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { centerCrop, cropImages, randomCrop } from '../../src/data/crop.js';
import { centerCropTransform, randomCropTransform } from '../../src/data/cropTransform.js';
import { rasterToTensor } from '../../src/data/rasterTensor.js';
import { randomGenerator } from '../../src/random.js';
import { expectAllClose, expectTensorsKept } from '../support/numeric.js';

const { integer } = randomGenerator(5);
const image = { width: 7, height: 5, data: Uint8Array.from({ length: 105 }, () => integer(256)) };
const context = { seed: 11, epoch: 0, index: 0 };

const cropped = async (window: Parameters<typeof cropImages>[1][number]) =>
  cropImages(tf.expandDims(rasterToTensor(image), 0), [window], { height: 4, width: 4 }).data();

describe('centerCropTransform()', () => {
  it('shows the square in the middle, whatever the seed', async () => {
    const transform = centerCropTransform({ size: 4 });
    const example = transform(image, context);
    expect(example.shape).toEqual([4, 4, 3]);
    await expectAllClose(example, await cropped(centerCrop(image)));
    await expectAllClose(transform(image, { ...context, seed: 12 }), await example.data(), { atol: 0 });
  });

  it('names the argument when the size is not a positive integer', () => {
    expect(() => centerCropTransform({ size: 0 })).toThrow(
      "Cannot create centerCropTransform as 'size' must be a positive integer: current value is 0",
    );
  });
});

describe('randomCropTransform()', () => {
  it('shows the square that the seed of the example draws', async () => {
    const options = { leastArea: 0.3, flipProbability: 1 };
    const transform = randomCropTransform({ size: 4, ...options });
    const example = transform(image, context);
    expect(example.shape).toEqual([4, 4, 3]);
    await expectAllClose(example, await cropped(randomCrop(image, context.seed, options)));
    const other = transform(image, { ...context, seed: 12 });
    expect(await other.data()).not.toEqual(await example.data());
  });

  it('keeps the result and nothing else', () => {
    expectTensorsKept(1, () => randomCropTransform({ size: 3 })(image, context));
    expectTensorsKept(1, () => centerCropTransform({ size: 3 })(image, context));
  });

  it('names the argument when the size is not a positive integer', () => {
    expect(() => randomCropTransform({ size: 1.5 })).toThrow(
      "Cannot create randomCropTransform as 'size' must be a positive integer: current value is 1.5",
    );
  });
});
