import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { rasterToTensor } from '../../src/data/rasterTensor.js';
import { resizeImage } from '../../src/data/resize.js';
import { resizeRaster } from '../../src/data/resizeRaster.js';
import { randomGenerator } from '../../src/random.js';
import { expectAllClose, expectTensorsKept } from '../support/numeric.js';

/** A picture of random bytes. */
function noise(width: number, height: number, channels: number) {
  const { integer } = randomGenerator(channels);
  return { width, height, data: Uint8Array.from({ length: width * height * channels }, () => integer(256)) };
}

describe('resizeRaster()', () => {
  it.each([1, 3, 4])('equals resizeImage on the whole picture, of %i channels', async (channels) => {
    for (const [height, width] of [
      [3, 4],
      [11, 5],
      [7, 9],
      [20, 31],
    ] as const) {
      const picture = noise(9, 7, channels);
      const expected = resizeImage(tf.expandDims<tf.Tensor4D>(rasterToTensor(picture)), { height, width });
      const resized = resizeRaster(picture, { height, width });
      expect(resized.shape).toEqual([1, height, width, 3]);
      await expectAllClose(resized, await expected.data(), { atol: 1e-6 });
    }
  });

  it('keeps the result and nothing else', () => {
    expectTensorsKept(1, () => resizeRaster(noise(8, 8, 4), { height: 3, width: 3 }));
  });

  it('refuses data that do not fit', () => {
    const picture = { width: 2, height: 2, data: new Uint8Array(7) };
    expect(() => resizeRaster(picture, { height: 1, width: 1 })).toThrow(
      new TypeError(
        "Cannot resize an image as 'image.data.length' must be 1, 3 or 4 times 2 x 2: current value is 7",
      ),
    );
  });
});
