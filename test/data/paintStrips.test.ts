import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { paintStrips } from '../../src/data/paintStrips.js';
import { rasterToTensor } from '../../src/data/rasterTensor.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';

/** 3 x 5 pixels, all of them different. */
const PICTURE = { width: 3, height: 5, data: Uint8Array.from({ length: 45 }, (_, i) => i) };

describe('paintStrips()', () => {
  it('paints each row once, in strips of whole rows', async () => {
    for (const [stripPixels, starts] of [
      [1, [0, 1, 2, 3, 4]],
      [8, [0, 2, 4]],
      [15, [0]],
      [99, [0]],
    ] as const) {
      // prettier-ignore
      const seen: number[] = [];
      const painted = await paintStrips(
        PICTURE,
        (strip, first) => {
          seen.push(first);
          return rasterToTensor(strip);
        },
        { stripPixels },
      );
      expect(seen).toEqual(starts);
      expect([painted.width, painted.height]).toEqual([3, 5]);
      expect(Array.from(painted.data)).toEqual(Array.from(PICTURE.data));
    }
  });

  it('disposes what was painted, also when painting fails', async () => {
    await expectTensorsKeptAsync(0, async () => paintStrips(PICTURE, rasterToTensor, { stripPixels: 3 }));
    await expectTensorsKeptAsync(0, async () => {
      const wrong = paintStrips(PICTURE, () => tf.zeros([5, 3, 4]));
      await expect(wrong).rejects.toThrow(TypeError);
    });
  });
});
