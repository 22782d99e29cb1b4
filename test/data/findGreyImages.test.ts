import { describe, expect, it } from 'vitest';

import { findGreyImages } from '../../src/data/findGreyImages.js';
import { excludeImages, memorySource } from '../../src/data/imageSource.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';
import { numberedSource, solid } from './pictures.js';

// Chroma by scikit-image 0.19, rgb2lab: 77.6, 0, 0, 4.56, 2.31, 38.2.
const images = [
  solid(8, 8, [200, 30, 30]),
  solid(8, 8, [90, 90, 90]),
  solid(8, 8, [90]),
  solid(8, 8, [120, 125, 118]),
  solid(8, 8, [128, 128, 124]),
  solid(8, 8, [112, 66, 20]),
];

describe('findGreyImages()', () => {
  it('finds the pictures whose mean chroma is below the threshold', async () => {
    expect(await findGreyImages(memorySource(images))).toEqual([1, 2, 4]);
    expect(await findGreyImages(memorySource(images), { threshold: 1 })).toEqual([1, 2]);
    expect(await findGreyImages(memorySource(images), { threshold: 5 })).toEqual([1, 2, 3, 4]);
    expect(await findGreyImages(memorySource(images), { threshold: 0 })).toEqual([]);
  });

  it('takes the mean over the picture, so that one colored spot does not count', async () => {
    const spot = solid(100, 100, [90, 90, 90]);
    spot.data.set([255, 0, 0]);
    expect(await findGreyImages(memorySource([spot]))).toEqual([0]);
  });

  it('leaves out what it found by excludeImages', async () => {
    const source = memorySource(images);
    expect(excludeImages(source, await findGreyImages(source)).length).toBe(3);
  });

  it('does not list pictures that cannot be read, and reports how far it is', async () => {
    const progress: number[] = [];
    const onProgress = (checked: number, total: number) => progress.push(checked / total);
    expect(await findGreyImages(numberedSource(4, [2]), { onProgress })).toEqual([0, 1, 3]);
    expect(progress).toEqual([0.25, 0.5, 0.75, 1]);
  });

  it('passes on errors that are not about a picture', async () => {
    const source = { ...numberedSource(2), read: async () => Promise.reject(new Error('a bug')) };
    await expect(findGreyImages(source)).rejects.toThrow('a bug');
  });

  it('gives up when its signal says so', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(findGreyImages(memorySource(images), { signal })).rejects.toThrow('enough');
  });

  it('keeps no tensor', async () => {
    await expectTensorsKeptAsync(0, async () => findGreyImages(memorySource(images)));
  });

  it('says what is wrong with the threshold', async () => {
    await expect(findGreyImages(memorySource(images), { threshold: -1 })).rejects.toThrow(
      new RangeError(
        "Cannot find grey images as 'threshold' must be a non-negative finite number: current value is -1",
      ),
    );
  });
});
