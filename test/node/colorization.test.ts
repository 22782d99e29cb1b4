import { describe, expect, it } from 'vitest';

import { BackendError } from '../../src/errors.js';
import { colorization, GIVEN, paintedPhoto } from '../../src/inference/colorization.js';

describe('toImageData() of a colorization', () => {
  it('says that Node has no ImageData, and what to use', async () => {
    const photo = { width: 1, height: 1, data: Uint8Array.of(9) };
    const colorField = { shape: [1, 1, 2], values: new Float32Array(2) };
    const result = colorization(paintedPhoto(photo), {
      ...GIVEN,
      latent: Float32Array.of(1),
      colorField,
      wishErrors: { hints: [], palette: [], reference: null },
    });
    await expect(result.toImageData()).rejects.toThrow(
      new BackendError(
        'Cannot make ImageData as this platform has none: use toRaster(), toPng() or toTensor()',
      ),
    );
  });
});
