import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import type { TensorData } from '../../src/checkpoint/tensorData.js';
import type { RasterImage } from '../../src/data/image.js';
import { toGrey } from '../../src/data/toGrey.js';
import { ShapeError } from '../../src/errors.js';
import { paintPhoto } from '../../src/inference/paintPhoto.js';
import { randomGenerator } from '../../src/random.js';
import { solid } from '../data/pictures.js';
import golden from '../golden/paint.json' with { type: 'json' };
import { rgbToLab64 } from '../reference/lab.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';

const PHOTO: RasterImage = {
  width: golden.width,
  height: golden.height,
  data: Uint8Array.from(golden.photo),
};
const FIELD: TensorData = {
  shape: [golden.fieldSize, golden.fieldSize, 2],
  values: Float32Array.from(golden.field),
};

/** A photo of random bytes. */
function noise(width: number, height: number, channels: number, seed = 0): RasterImage {
  const { integer } = randomGenerator(seed);
  return { width, height, data: Uint8Array.from({ length: width * height * channels }, () => integer(256)) };
}

/** A color field of one color. */
function solidField(a: number, b: number, size = 3): TensorData {
  const values = Float32Array.from({ length: size * size * 2 }, (_, i) => (i % 2 === 0 ? a : b) / 128);
  return { shape: [size, size, 2], values };
}

/** L* of each pixel of a picture of three channels, in float64. */
function lightnessOf({ data }: RasterImage): number[] {
  return Array.from(
    { length: data.length / 3 },
    (_, i) => rgbToLab64([0, 1, 2].map((channel) => data[i * 3 + channel]! / 255))[0],
  );
}

function expectBytesClose(actual: ArrayLike<number>, expected: readonly number[], most: number): void {
  expect(actual.length).toBe(expected.length);
  const errors = Array.from(actual, (value, i) => Math.abs(value - expected[i]!));
  expect(Math.max(...errors)).toBeLessThanOrEqual(most);
}

describe('paintPhoto()', () => {
  it('equals scikit-image and Pillow to the byte, but for rounding, with bilinear upsampling', async () => {
    const painted = await paintPhoto(PHOTO, FIELD, { upsampling: 'bilinear' });
    expect([painted.width, painted.height]).toEqual([golden.width, golden.height]);
    expectBytesClose(painted.data, golden.painted, 1);
  });

  it('keeps the lightness of the photo where the colors are in the gamut', async () => {
    for (const upsampling of ['edges', 'bilinear'] as const) {
      const painted = lightnessOf(await paintPhoto(PHOTO, FIELD, { upsampling }));
      // Half a byte in each channel is at most about 0.25 of L* in these mid tones.
      painted.forEach((lightness, i) => expect(Math.abs(lightness - golden.lightness[i]!)).toBeLessThan(0.3));
    }
  });

  it('gives the grey photo for a color field of zeros', async () => {
    const grey = await paintPhoto(PHOTO, solidField(0, 0));
    expectBytesClose(grey.data, golden.grey, 1);
    expect(grey).toEqual(await toGrey(PHOTO));
  });

  it('uses the lightness only: color, grey and opaque photos of the same lightness are painted alike', async () => {
    const grey = noise(5, 4, 1);
    const rgb = { ...grey, data: Uint8Array.from({ length: 60 }, (_, i) => grey.data[Math.floor(i / 3)]!) };
    const rgba = {
      ...grey,
      data: Uint8Array.from({ length: 80 }, (_, i) => (i % 4 === 3 ? 255 : grey.data[Math.floor(i / 4)]!)),
    };
    const painted = await paintPhoto(grey, FIELD);
    expect(await paintPhoto(rgb, FIELD)).toEqual(painted);
    expect(await paintPhoto(rgba, FIELD)).toEqual(painted);
  });

  it('paints a photo in strips as if it were one piece', async () => {
    const photo = noise(6, 23, 3);
    const whole = await paintPhoto(photo, FIELD);
    for (const stripPixels of [1, 6, 30, 60, 138, 139])
      expectBytesClose((await paintPhoto(photo, FIELD, { stripPixels })).data, Array.from(whole.data), 1);
  });

  it('covers the whole photo, whatever its proportions', async () => {
    const field: TensorData = { shape: [1, 2, 2], values: Float32Array.of(0.2, 0, -0.2, 0) }; // red left, green right
    const redness = (pixel: Uint8Array | Uint8ClampedArray) => Math.sign(pixel[0]! - pixel[1]!);
    for (const [width, height, left, right] of [
      [9, 1, 1, -1],
      [300, 2, 1, -1],
      [2, 300, 1, -1],
      [1, 9, 0, 0],
      [1, 1, 0, 0],
    ] as const) {
      // prettier-ignore
      const { data } = await paintPhoto(solid(width, height, [128]), field);
      expect(data.length).toBe(width * height * 3);
      expect([redness(data.slice(0, 3)), redness(data.slice(-3))]).toEqual([left, right]);
    }
  });

  it('shrinks the colors for a photo that is smaller than its color field', async () => {
    const values = Float32Array.from({ length: 7 * 9 * 2 }, (_, i) =>
      Math.floor(i / 2) % 2 === 0 ? 0.2 : -0.2,
    );
    const { data } = await paintPhoto(solid(1, 1, [128]), { shape: [7, 9, 2], values });
    // A checkerboard, whose colors cancel out but for rounding of the sizes.
    for (const byte of data) expect(Math.abs(byte - 128)).toBeLessThanOrEqual(2);
  });

  it('keeps what is not a number to the pixels it touches, with bilinear upsampling', async () => {
    const values = new Float32Array(2 * 1 * 2).fill(0);
    values.fill(Number.NaN, 0, 2);
    const { data } = await paintPhoto(
      solid(1, 8, [128]),
      { shape: [2, 1, 2], values },
      { upsampling: 'bilinear' },
    );
    expect([data[0], data[21]]).toEqual([0, 128]);
  });

  it('keeps the lightness where colors are out of the gamut, whose chroma is reduced', async () => {
    const levels = solid(16, 16, [0]);
    const photo = { ...levels, data: Uint8Array.from({ length: 256 }, (_, i) => i) };
    const expected = lightnessOf(await toGrey(photo));
    for (const [a, b] of [
      [127, 127],
      [-127, 100],
      [90, -127],
      [-60, -60],
    ] as const) {
      const { data } = await paintPhoto(photo, solidField(a, b));
      lightnessOf({ ...photo, data }).forEach((lightness, i) =>
        expect(Math.abs(lightness - expected[i]!)).toBeLessThan(i < 32 ? 0.5 : 0.3),
      );
      expect(Math.max(data[0]!, data[1]!, data[2]!)).toBeLessThanOrEqual(1);
      expect(Math.min(...data.slice(-3))).toBeGreaterThanOrEqual(254);
    }
  });

  it('gives every grey back as it was for colors of zero', async () => {
    const photo = { width: 16, height: 16, data: Uint8Array.from({ length: 256 }, (_, i) => i) };
    for (const upsampling of ['edges', 'bilinear'] as const) {
      const { data } = await paintPhoto(photo, solidField(0, 0), { upsampling });
      expect(Array.from(data)).toEqual(Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)));
    }
  });

  it('gives up between strips', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    controller.abort(reason);
    await expectTensorsKeptAsync(0, async () => {
      const painted = paintPhoto(solid(2, 2, [1]), FIELD, { signal: controller.signal });
      await expect(painted).rejects.toBe(reason);
    });
  });

  it('leaves no tensor behind, and the photo as it was', async () => {
    const photo = noise(6, 5, 3);
    const before = photo.data.slice();
    await expectTensorsKeptAsync(0, async () => paintPhoto(photo, FIELD));
    expect(photo.data).toEqual(before);
  });

  it('says what does not fit, before any tensor is made', async () => {
    const broken = { width: 2, height: 2, data: new Uint8Array(7) };
    await expectTensorsKeptAsync(0, async () => {
      await expect(paintPhoto(broken, FIELD)).rejects.toThrow(
        new TypeError(
          "Cannot paint a photo as 'image.data.length' must be 1, 3 or 4 times 2 x 2: current value is 7",
        ),
      );
      await expect(paintPhoto(PHOTO, { shape: [4, 4], values: new Float32Array(16) })).rejects.toThrow(
        new ShapeError('paint a photo', 'colorField', ['fieldHeight', 'fieldWidth', 2], [4, 4]),
      );
      await expect(paintPhoto(PHOTO, { shape: [2, 2, 2], values: new Float32Array(7) })).rejects.toThrow(
        new RangeError(
          "Cannot paint a photo as 'colorField.values.length' must be above 0 and the product of the shape, 8: " +
            'current value is 7',
        ),
      );
      await expect(paintPhoto(PHOTO, FIELD, { upsampling: 'cubic' as 'edges' })).rejects.toThrow(
        new TypeError(
          'Cannot paint a photo as \'upsampling\' must be one of "edges", "bilinear": current value is "cubic"',
        ),
      );
      await expect(paintPhoto(PHOTO, FIELD, { stripPixels: 0 })).rejects.toThrow(
        new RangeError(
          "Cannot paint in strips as 'stripPixels' must be a positive integer: current value is 0",
        ),
      );
    });
    expect(tf.memory().numTensors).toBe(0);
  });
});
