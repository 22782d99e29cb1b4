import { describe, expect, it } from 'vitest';

import { BackendError } from '../../src/errors.js';
import { colorization, paintedPhoto } from '../../src/inference/colorization.js';

describe('toImageData() of a colorization', () => {
  it('says that Node has no ImageData, and what to use', async () => {
    const photo = { width: 1, height: 1, data: Uint8Array.of(9) };
    const choice = { latent: Float32Array.of(1), weight: null, component: null, seed: null };
    const result = colorization(
      paintedPhoto(photo),
      { shape: [1, 1, 2], values: new Float32Array(2) },
      choice,
    );
    await expect(result.toImageData()).rejects.toThrow(
      new BackendError(
        'Cannot make ImageData as this platform has none: use toRaster(), toPng() or toTensor()',
      ),
    );
  });
});
