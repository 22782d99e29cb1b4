import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { centerCrop, cropImages, randomCrop, type CropWindow } from '../../src/data/crop.js';
import { resizeImage } from '../../src/data/resize.js';
import { deriveSeed, randomUniform } from '../../src/random.js';
import golden from '../golden/resize.json' with { type: 'json' };
import { expectAllClose, expectTensorsKept } from '../support/numeric.js';

const whole = (height: number, width: number, flip = false): CropWindow => ({
  top: 0,
  left: 0,
  height,
  width,
  flip,
});

const draws = (count: number, image: { height: number; width: number }, options = {}) =>
  Array.from({ length: count }, (_, i) => randomCrop(image, deriveSeed(0, i), options));

describe('centerCrop()', () => {
  it('is the largest square in the middle', () => {
    expect(centerCrop({ height: 5, width: 8 })).toEqual({
      top: 0,
      left: 1.5,
      height: 5,
      width: 5,
      flip: false,
    });
    expect(centerCrop({ height: 6, width: 4 })).toEqual({
      top: 1,
      left: 0,
      height: 4,
      width: 4,
      flip: false,
    });
  });

  it('names the argument when there is no image', () => {
    expect(() => centerCrop({ height: 0, width: 3 })).toThrow(
      "Cannot find centerCrop as 'image.height' must be a positive finite number: current value is 0",
    );
  });
});

describe('randomCrop()', () => {
  it('draws the same window for the same seed, 0 included, and another for another', () => {
    const image = { height: 10, width: 20 };
    expect(randomCrop(image, 0)).toEqual(randomCrop(image, 0));
    expect(randomCrop(image, 0)).not.toEqual(randomCrop(image, 1));
  });

  it('draws squares inside of the image with areas and places spread evenly', () => {
    const image = { height: 30, width: 20 };
    const count = 4000;
    const windows = draws(count, image, { leastArea: 0.25 });
    const mean = (f: (window: CropWindow) => number) =>
      windows.reduce((sum, window) => sum + f(window), 0) / count;
    const inside = windows.every(
      ({ top, left, height, width }) =>
        height === width && top >= 0 && left >= 0 && top + height <= 30 + 1e-12 && left + width <= 20 + 1e-12,
    );
    expect(inside).toBe(true);
    // The mean of a uniform distribution over [0, 1] has a standard error of sqrt(1 / 12 / count).
    const bound = 4 * Math.sqrt(1 / 12 / count);
    expect(Math.abs(mean(({ width }) => (width / 20) ** 2) - 0.625)).toBeLessThan(0.75 * bound);
    expect(Math.abs(mean(({ top, height }) => top / (30 - height)) - 0.5)).toBeLessThan(bound);
    expect(Math.abs(mean(({ left, width }) => left / (20 - width)) - 0.5)).toBeLessThan(bound);
  });

  it('mirrors as often as it is told', () => {
    const count = 4000;
    const share =
      draws(count, { height: 4, width: 4 }, { flipProbability: 0.3 }).filter((w) => w.flip).length / count;
    expect(Math.abs(share - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / count));
    expect(draws(50, { height: 4, width: 4 }, { flipProbability: 0 }).some((w) => w.flip)).toBe(false);
    expect(draws(50, { height: 4, width: 4 }, { flipProbability: 1 }).every((w) => w.flip)).toBe(true);
  });

  it('shows all of a square image when the area is not to shrink', () => {
    const { top, left, height, width } = randomCrop({ height: 7, width: 7 }, 3, { leastArea: 1 });
    expect([top, left, height, width]).toEqual([0, 0, 7, 7]);
  });

  it('names the argument and its value when it is out of range', () => {
    const image = { height: 4, width: 4 };
    expect(() => randomCrop({ height: 4, width: Number.NaN }, 0)).toThrow(
      "Cannot draw randomCrop as 'image.width' must be a positive finite number: current value is NaN",
    );
    expect(() => randomCrop(image, 0, { leastArea: 0 })).toThrow(
      "Cannot draw randomCrop as 'leastArea' must be a positive finite number: current value is 0",
    );
    expect(() => randomCrop(image, 0, { leastArea: 2 })).toThrow(
      "Cannot draw randomCrop as 'leastArea' must be from 0 to 1: current value is 2",
    );
    expect(() => randomCrop(image, 0, { flipProbability: -1 })).toThrow(
      "Cannot draw randomCrop as 'flipProbability' must be from 0 to 1: current value is -1",
    );
  });
});

describe('cropImages()', () => {
  it('equals Pillow for a part of the image', async () => {
    const cases = golden.cases.filter((c) => c.box !== undefined);
    expect(cases).toHaveLength(3);
    for (const { from, to, box, source, resized } of cases) {
      const [left, top, right, bottom] = box as [number, number, number, number];
      const window = { top, left, height: bottom - top, width: right - left, flip: false };
      const image = tf.tensor4d(source, [1, from[0]!, from[1]!, 1]);
      const result = cropImages(image, [window], { height: to[0]!, width: to[1]! });
      expect(result.shape).toEqual([1, ...to, 1]);
      await expectAllClose(result, resized);
    }
  });

  it('gives each image its own window', async () => {
    const images = randomUniform<tf.Rank.R4>([2, 6, 8, 3], 0);
    const windows = [whole(6, 8), { top: 1, left: 2, height: 4, width: 5, flip: true }];
    const size = { height: 3, width: 4 };
    const both = cropImages(images, windows, size);
    for (const [i, window] of windows.entries()) {
      const alone = cropImages(tf.slice(images, [i, 0, 0, 0], [1, 6, 8, 3]), [window], size);
      await expectAllClose(tf.slice(both, [i, 0, 0, 0], [1, 3, 4, 3]), await alone.data());
    }
  });

  it('is resizeImage for the whole image, mirrored with flip', async () => {
    const images = randomUniform<tf.Rank.R4>([1, 5, 7, 2], 1);
    const size = { height: 4, width: 4 };
    const resized = resizeImage(images, size);
    await expectAllClose(cropImages(images, [whole(5, 7)], size), await resized.data());
    const mirrored = cropImages(images, [whole(5, 7, true)], size);
    await expectAllClose(mirrored, await tf.reverse(resized, 2).data());
  });

  it('copies whole pixels when nothing is to be resized', async () => {
    const images = randomUniform<tf.Rank.R4>([1, 6, 6, 2], 2);
    const window = { top: 2, left: 1, height: 3, width: 4, flip: false };
    const cropped = cropImages(images, [window], { height: 3, width: 4 });
    await expectAllClose(cropped, await tf.slice(images, [0, 2, 1, 0], [1, 3, 4, 2]).data(), { atol: 0 });
  });

  it('keeps the result and nothing else', () => {
    const images = tf.zeros<tf.Rank.R4>([2, 4, 4, 3]);
    expectTensorsKept(1, () => cropImages(images, [whole(4, 4), whole(4, 4)], { height: 2, width: 2 }));
  });

  it('names the argument and its value when it does not fit', () => {
    const images = tf.zeros<tf.Rank.R4>([2, 4, 4, 3]);
    const size = { height: 2, width: 2 };
    expect(() => cropImages(images, [whole(4, 4)], size)).toThrow(
      "Cannot cropImages as 'windows.length' must be 2: current value is 1",
    );
    expect(() => cropImages(images, [whole(4, 4), whole(4, 4)], { height: 2, width: 0 })).toThrow(
      "Cannot cropImages as 'size.width' must be a positive integer: current value is 0",
    );
    expect(() => cropImages(images, [whole(4, 4), whole(4, 5)], size)).toThrow(
      "Cannot create interpolationMatrix as 'start + length' must be at most 4, the end of the source: current value is 5",
    );
  });
});
