import { describe, expect, it } from 'vitest';

import type { RasterImage } from '../../src/data/image.js';
import { shrinkImage } from '../../src/data/shrinkImage.js';
import { solid } from './pictures.js';

describe('shrinkImage()', () => {
  it('takes the mean of each channel over squares and cuts off what is left', () => {
    // 5 x 4 pixels: two squares of 2 x 2 side by side, two rows of them, one column over.
    const red = [0, 4, 10, 20, 255, 8, 12, 30, 40, 255, 1, 2, 100, 100, 255, 1, 2, 100, 101, 255];
    const data = Uint8Array.from(red.flatMap((value) => [value, 255 - value, 7]));
    const small = shrinkImage({ width: 5, height: 4, data }, 2);
    expect([small.width, small.height]).toEqual([2, 2]);
    // (0 + 4 + 8 + 12) / 4 = 6; (10 + 20 + 30 + 40) / 4 = 25; 1.5 rounds to 2; 100.25 to 100.
    expect(Array.from(small.data)).toEqual([6, 249, 7, 25, 230, 7, 2, 254, 7, 100, 155, 7]);
  });

  it('keeps the shortest side at or above the limit, by a whole number', () => {
    const sizes = [
      { width: 100, height: 60, side: 20, expected: [33, 20] },
      { width: 100, height: 59, side: 20, expected: [50, 29] },
      { width: 7, height: 90, side: 3, expected: [3, 45] },
    ];
    for (const { width, height, side, expected } of sizes) {
      const small = shrinkImage(solid(width, height, [9]), side);
      expect([small.width, small.height]).toEqual(expected);
      expect(small.data.every((value) => value === 9)).toBe(true);
    }
  });

  it('gives a picture back that is too small to be halved', () => {
    const image: RasterImage = solid(39, 80, [1, 2, 3, 4]);
    expect(shrinkImage(image, 20)).toBe(image);
  });

  it('says what is wrong with the side or the picture', () => {
    expect(() => shrinkImage(solid(2, 2, [0]), 0)).toThrow(
      new RangeError(
        "Cannot shrink an image as 'shortestSide' must be a positive integer: current value is 0",
      ),
    );
    expect(() => shrinkImage({ width: 2, height: 2, data: new Uint8Array(5) }, 1)).toThrow(
      new TypeError(
        "Cannot shrink an image as 'image.data.length' must be 1, 3 or 4 times 2 x 2: current value is 5",
      ),
    );
  });
});
