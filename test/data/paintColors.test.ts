import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import type { RasterImage } from '../../src/data/image.js';
import { clipToGamut, labToRgb, rgbToLightness } from '../../src/data/lab.js';
import { lightnessRows } from '../../src/data/lightnessRows.js';
import { paintColors, type PaintOptions, type RowColors } from '../../src/data/paintColors.js';
import { rasterToTensor, tensorToRaster } from '../../src/data/rasterTensor.js';
import { nextTask } from '../../src/nextTask.js';
import { randomGenerator } from '../../src/random.js';
import golden from '../golden/edges.json' with { type: 'json' };
import { expectTensorsKeptAsync } from '../support/numeric.js';
import { solid } from './pictures.js';

const NO_COLORS: RowColors = () => new Float32Array(512);

/** A picture of random bytes. */
function noise(width: number, height: number, channels: number): RasterImage {
  const { integer } = randomGenerator(0);
  return { width, height, data: Uint8Array.from({ length: width * height * channels }, () => integer(256)) };
}

/** Other colors for the lightness of a picture. */
const paint = async (image: RasterImage, colors: RowColors, options?: PaintOptions) =>
  paintColors(image, { lightness: lightnessRows(image), colors }, options);

/** The same by the functions on tensors. */
async function painted(image: RasterImage, ab: Float32Array): Promise<RasterImage> {
  const rgb = tf.tidy(() => {
    const lightness = rgbToLightness(rasterToTensor(image));
    return clipToGamut(labToRgb(tf.concat([lightness, tf.tensor3d(ab, [image.height, image.width, 2])], 2)));
  });
  const raster = await tensorToRaster(rgb);
  rgb.dispose();
  return raster;
}

describe('paintColors()', () => {
  it('equals the functions on tensors to the byte, but for rounding, in the gamut', async () => {
    for (const channels of [1, 3, 4]) {
      const image = noise(64, 64, channels);
      const { uniform } = randomGenerator(channels);
      const ab = Float32Array.from({ length: 64 * 64 * 2 }, () => 60 * uniform() - 30);
      const colors: RowColors = (row) => ab.subarray(row * 128, (row + 1) * 128);
      const [one, other] = [await paint(image, colors), await painted(image, ab)];
      const isShown = (i: number) =>
        [0, 1, 2].every((k) => [0, 255].every((end) => other.data[i - (i % 3) + k] !== end));
      const errors = Array.from(one.data, (byte, i) => (isShown(i) ? Math.abs(byte - other.data[i]!) : 0));
      expect(errors.filter((_, i) => isShown(i)).length).toBeGreaterThan(6000);
      expect(Math.max(...errors)).toBeLessThanOrEqual(1);
    }
  });

  it('reduces the chroma of colors out of the gamut as far as scikit-image says, at the same lightness', async () => {
    const { greys, ab, shares, shown } = golden.gamut;
    const image = { width: greys.length, height: 1, data: Uint8Array.from(greys) };
    const { data } = await paint(image, () => Float32Array.from(ab));
    expect(shares.filter((share) => share < 1).length).toBeGreaterThan(15);
    // What remains of the bisection is a twentieth of a Lab unit; near black that is more than a byte.
    data.forEach((byte, i) => expect(Math.abs(byte - shown[i]!)).toBeLessThanOrEqual(2));
  });

  it('paints each row once, from top to bottom', async () => {
    for (const stripPixels of [1, 8, 15, 99]) {
      const seen: number[] = [];
      const colors: RowColors = (row) => {
        seen.push(row);
        return new Float32Array(6).fill(row);
      };
      const { width, height, data } = await paint(solid(3, 5, [128]), colors, { stripPixels });
      expect([width, height, data.length]).toEqual([3, 5, 45]);
      expect(seen).toEqual([0, 1, 2, 3, 4]);
      expect(new Set(data.filter((_, i) => i % 9 === 0)).size).toBe(5);
    }
  });

  it('brings colors far beyond the range of Lab into the gamut, and takes what is not a number for black', async () => {
    const far =
      (value: number): RowColors =>
      () =>
        new Float32Array(2).fill(value);
    const [red, green, blue] = (await paint(solid(1, 1, [128]), far(1e6))).data;
    expect([red! > 200, green! < 100, blue! < red!]).toEqual([true, true, true]);
    expect(Array.from((await paint(solid(1, 1, [128]), far(Number.NaN))).data)).toEqual([0, 0, 0]);
  });

  it('lets other tasks run between strips, and heeds the signal there', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const rows: number[] = [];
    const colors: RowColors = (row) => {
      rows.push(row);
      if (row === 1) void nextTask().then(() => controller.abort(reason));
      return new Float32Array(6);
    };
    const options = { stripPixels: 6, signal: controller.signal };
    await expect(paint(solid(3, 400, [0]), colors, options)).rejects.toBe(reason);
    expect(rows.length).toBeLessThan(100);
  });

  it('makes no tensor, and leaves the picture as it was', async () => {
    const image = noise(5, 4, 4);
    const before = image.data.slice();
    await expectTensorsKeptAsync(0, async () => paint(image, NO_COLORS));
    expect(image.data).toEqual(before);
  });

  it('says that strips need a pixel', async () => {
    await expect(paint(solid(1, 1, [0]), NO_COLORS, { stripPixels: 0 })).rejects.toThrow(
      new RangeError(
        "Cannot paint in strips as 'stripPixels' must be a positive integer: current value is 0",
      ),
    );
  });
});
