import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import type { RasterImage } from '../../src/data/image.js';
import { squareLightness, withSquares } from '../../src/inference/greyInput.js';
import { randomGenerator } from '../../src/random.js';
import { solid } from '../data/pictures.js';
import golden from '../golden/paint.json' with { type: 'json' };
import { rgbToLab64 } from '../reference/lab.js';
import { expectAllClose, expectTensorsKept, expectTensorsKeptAsync } from '../support/numeric.js';

const PHOTO = { width: golden.width, height: golden.height, data: Uint8Array.from(golden.photo) };

/** Every pixel as a square of `factor` by `factor` pixels. */
function enlarged({ width, height, data }: RasterImage, factor: number): RasterImage {
  const size = { width: width * factor, height: height * factor };
  const pixels = Uint8Array.from({ length: size.width * size.height * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % size.width, Math.floor(i / 3 / size.width)];
    return data[(Math.floor(y / factor) * width + Math.floor(x / factor)) * 3 + (i % 3)]!;
  });
  return { ...size, data: pixels };
}

describe('squareLightness()', () => {
  it('equals Pillow and scikit-image: resized, then its lightness', async () => {
    const { fieldSize } = golden;
    const lightness = squareLightness(PHOTO, fieldSize);
    expect(lightness.shape).toEqual([1, fieldSize, fieldSize, 1]);
    // The published matrix of sRGB is rounded to six digits.
    await expectAllClose(lightness, golden.squareLightness, { rtol: 1e-4 });
  });

  it('gives the lightness of a photo of one color, whatever its proportions', async () => {
    for (const [width, height] of [
      [1, 1],
      [40, 3],
      [3, 200],
    ] as const) {
      // prettier-ignore
      const lightness = await squareLightness(solid(width, height, [200, 90, 40]), 2).data();
      const [expected] = rgbToLab64([200 / 255, 90 / 255, 40 / 255]);
      await expectAllClose(lightness, [expected, expected, expected, expected], { rtol: 1e-4 });
    }
  });

  it('shrinks large photos first, which changes nothing where blocks are of one color', async () => {
    const { integer } = randomGenerator(0);
    const small = { width: 8, height: 9, data: Uint8Array.from({ length: 216 }, () => integer(256)) };
    const [expected, actual] = [squareLightness(small, 2), squareLightness(enlarged(small, 5), 2)];
    expect(await actual.data()).toEqual(await expected.data());
  });

  it('keeps the result and nothing else', () => {
    expectTensorsKept(1, () => squareLightness(PHOTO, 4));
    expectTensorsKept(1, () => squareLightness(solid(100, 90, [1]), 4));
  });
});

describe('withSquares()', () => {
  it('makes each square once, keeps it beyond a tf.tidy, and frees it', async () => {
    await expectTensorsKeptAsync(0, async () =>
      withSquares(PHOTO, async ({ ofSize }) => {
        tf.tidy(() => ofSize(4));
        const square = ofSize(4);
        expect(ofSize(4)).toBe(square);
        expect(ofSize(3).shape).toEqual([1, 3, 3, 1]);
        const alone = squareLightness(PHOTO, 4);
        expect(await square.data()).toEqual(await alone.data());
        alone.dispose();
      }),
    );
  });

  it('frees them where the work fails', async () => {
    await expectTensorsKeptAsync(0, async () => {
      const failing = withSquares(PHOTO, async ({ ofSize }) =>
        Promise.reject(new Error(`${ofSize(2).rank}`)),
      );
      await expect(failing).rejects.toThrow('4');
    });
  });
});
