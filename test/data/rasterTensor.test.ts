import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { rasterToTensor, tensorToRaster } from '../../src/data/rasterTensor.js';
import { expectAllClose, expectTensorsKept, expectTensorsKeptAsync } from '../support/numeric.js';

const everyByte = { width: 16, height: 16, data: Uint8Array.from({ length: 256 }, (_, i) => i) };

describe('rasterToTensor()', () => {
  it('divides RGB bytes by 255 and keeps their order', async () => {
    const image = { width: 1, height: 2, data: Uint8Array.of(0, 51, 102, 153, 204, 255) };
    const rgb = rasterToTensor(image);
    expect(rgb.shape).toEqual([2, 1, 3]);
    await expectAllClose(rgb, [0, 0.2, 0.4, 0.6, 0.8, 1]);
  });

  it('gives grey pictures three equal channels', async () => {
    const rgb = rasterToTensor({ width: 2, height: 1, data: Uint8Array.of(51, 255) });
    await expectAllClose(rgb, [0.2, 0.2, 0.2, 1, 1, 1]);
  });

  it('lays transparent pixels over white', async () => {
    const data = Uint8ClampedArray.of(0, 51, 255, 255, 0, 51, 255, 0, 0, 51, 255, 51);
    const rgb = rasterToTensor({ width: 3, height: 1, data });
    await expectAllClose(rgb, [0, 0.2, 1, 1, 1, 1, 0.8, 0.84, 1]);
  });

  it('is undone by tensorToRaster for every byte', async () => {
    const raster = await tensorToRaster(rasterToTensor(everyByte));
    const expected = Array.from(everyByte.data).flatMap((byte) => [byte, byte, byte]);
    expect(raster.width).toBe(16);
    expect(raster.height).toBe(16);
    expect(Array.from(raster.data)).toEqual(expected);
  });

  it('keeps the result and nothing else', () => {
    expectTensorsKept(1, () => rasterToTensor(everyByte));
  });

  it('names the data when they do not fit the size', () => {
    const image = { width: 2, height: 2, data: new Uint8Array(8) };
    expect(() => rasterToTensor(image)).toThrow(
      "Cannot compute rasterToTensor as 'image.data.length' must be 1, 3 or 4 times 2 x 2: current value is 8",
    );
  });
});

describe('tensorToRaster()', () => {
  it('rounds to the nearest byte and limits what is out of range', async () => {
    const rgb = tf.tensor3d([-0.5, 0.4 / 255, 0.6 / 255, 1.4 / 255, 254.6 / 255, 1.5], [1, 2, 3]);
    const raster = await tensorToRaster(rgb);
    expect(raster.width).toBe(2);
    expect(raster.height).toBe(1);
    expect(Array.from(raster.data)).toEqual([0, 0, 1, 1, 255, 255]);
  });

  it('keeps no tensor', async () => {
    const rgb = tf.zeros<tf.Rank.R3>([2, 2, 3]);
    await expectTensorsKeptAsync(0, async () => tensorToRaster(rgb));
  });

  it('names the argument when the shape is not that of a picture', async () => {
    await expect(tensorToRaster(tf.zeros([2, 2, 1]))).rejects.toThrow(
      "Cannot compute tensorToRaster as 'rgb' must have shape [height, width, 3]: current shape is [2, 2, 1]",
    );
  });
});
