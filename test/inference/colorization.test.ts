import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';

import { colorization, paintedPhoto } from '../../src/inference/colorization.js';
import { expectAllClose, expectTensorsKeptAsync } from '../support/numeric.js';

const PHOTO = { width: 3, height: 2, data: Uint8Array.of(0, 50, 100, 150, 200, 255) };
const FIELD = { shape: [1, 1, 2], values: Float32Array.of(0.1, -0.2) };
const CHOICE = {
  latent: Float32Array.of(1, 2),
  weight: 0.5,
  componentWeight: 0.25,
  component: 3,
  seed: null,
  nearDuplicates: 1,
  wishErrors: { hints: [], palette: [], reference: null },
};

const make = () => colorization(paintedPhoto(PHOTO), { ...CHOICE, colorField: FIELD });

describe('colorization()', () => {
  it('says where its colors come from', () => {
    expect(make()).toMatchObject({ ...CHOICE, width: 3, height: 2, colorField: FIELD });
  });

  it('gives the same pixels as raster, tensor and PNG', async () => {
    const result = make();
    const { data } = await result.toRaster();
    const tensor = await result.toTensor();
    expect(tensor.shape).toEqual([2, 3, 3]);
    await expectAllClose(
      tensor,
      Array.from(data, (byte) => byte / 255),
    );
    tensor.dispose();
    const png = decode(await result.toPng());
    expect([png.width, png.height, png.channels, png.depth]).toEqual([3, 2, 3, 8]);
    expect(Array.from(png.data)).toEqual(Array.from(data));
  });

  it('keeps a tensor for toTensor() and none else', async () => {
    const result = make();
    await expectTensorsKeptAsync(0, async () => result.toRaster());
    await expectTensorsKeptAsync(0, async () => result.toPng());
    await expectTensorsKeptAsync(1, async () => result.toTensor());
  });
});
