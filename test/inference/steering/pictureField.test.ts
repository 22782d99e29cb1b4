import { describe, expect, it } from 'vitest';

import { paintPhoto } from '../../../src/inference/paintPhoto.js';
import { pictureField } from '../../../src/inference/steering/pictureField.js';
import { rgbToLab64 } from '../../reference/lab.js';
import { expectAllClose, expectTensorsKeptAsync } from '../../support/numeric.js';

/** A picture whose left part is of one color and whose right part is of another. */
function halves([width, height]: readonly [number, number], colors: readonly (readonly number[])[]) {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const isRight = Math.floor(i / 3) % width >= width / 2;
    return colors[Number(isRight)]![i % 3]!;
  });
  return { width, height, data };
}

const COLORS = [
  [190, 60, 70],
  [60, 90, 170],
];

describe('pictureField()', () => {
  it('gives a and b of each part, whatever the shape of the picture', async () => {
    const [left, right] = COLORS.map((bytes) => rgbToLab64(bytes.map((byte) => byte / 255)));
    for (const size of [
      [96, 40],
      [600, 900],
    ] as const) {
      const { shape, values } = await pictureField(halves(size, COLORS), 8);
      expect(shape).toEqual([8, 8, 2]);
      // The first and the last column; those in the middle see both.
      for (const [column, lab] of [
        [0, left!],
        [7, right!],
      ] as const) {
        const found = Array.from({ length: 8 }, (_, row) => Array.from(values.subarray((row * 8 + column) * 2, (row * 8 + column) * 2 + 2))); // prettier-ignore
        await expectAllClose(found.flat(), Array.from({ length: 16 }, (_, i) => lab[1 + (i % 2)]! / 128), { atol: 1e-4 }); // prettier-ignore
      }
    }
  });

  it('gives back the field that a photo was painted from', async () => {
    const photo = { width: 512, height: 384, data: new Uint8Array(512 * 384).fill(128) };
    const values = Float32Array.from(
      { length: 512 },
      (_, i) => 0.15 * Math.sin(((i >> 1) % 16) / 5 + (i >> 5) / 4 + (i & 1)),
    );
    const painted = await paintPhoto(photo, { shape: [16, 16, 2], values });
    const field = await pictureField(painted, 16);
    const worst = Math.max(...Array.from(field.values, (value, i) => Math.abs(value - values[i]!)));
    expect(worst * 128).toBeLessThan(1.2); // of 19 either way
  });

  it('leaves no tensor behind', async () => {
    await expectTensorsKeptAsync(0, async () => pictureField(halves([20, 20], COLORS), 8));
  });
});
