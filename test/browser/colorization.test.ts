import { describe, expect, it } from 'vitest';

import { colorization, GIVEN, paintedPhoto } from '../../src/inference/colorization.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';

describe('toImageData() of a colorization', () => {
  it('gives the pixels of the raster, opaque', async () => {
    const photo = { width: 3, height: 2, data: Uint8Array.of(0, 50, 100, 150, 200, 255) };
    const colorField = { shape: [1, 1, 2], values: Float32Array.of(0.1, -0.2) };
    const result = colorization(paintedPhoto(photo), {
      ...GIVEN,
      latent: Float32Array.of(1),
      colorField,
      wishErrors: { hints: [], palette: [], reference: null },
    });
    const { data } = await result.toRaster();
    await expectTensorsKeptAsync(0, async () => {
      const pixels = await result.toImageData();
      expect(pixels).toBeInstanceOf(ImageData);
      expect([pixels.width, pixels.height]).toEqual([3, 2]);
      const expected = Array.from({ length: 24 }, (_, i) =>
        i % 4 === 3 ? 255 : data[Math.floor(i / 4) * 3 + (i % 4)],
      );
      expect(Array.from(pixels.data)).toEqual(expected);
    });
  });
});
