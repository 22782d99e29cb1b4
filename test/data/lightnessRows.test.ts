import { describe, expect, it } from 'vitest';

import type { RasterImage } from '../../src/data/image.js';
import { keptLightnessRows, lightnessRows } from '../../src/data/lightnessRows.js';
import golden from '../golden/paint.json' with { type: 'json' };
import { expectAllClose } from '../support/numeric.js';

const PHOTO = { width: golden.width, height: golden.height, data: Uint8Array.from(golden.photo) };

/** Both, as they are to give the same. */
const BOTH = [lightnessRows, keptLightnessRows];

const lightnessOf = (rows: (row: number) => Float32Array, { height }: RasterImage): number[] =>
  Array.from({ length: height }, (_, row) => Array.from(rows(row), (f) => 116 * f - 16)).flat();

describe('lightnessRows() and keptLightnessRows()', () => {
  it('give the lightness that scikit-image finds, in any order and again', async () => {
    for (const make of BOTH) {
      const rows = make(PHOTO);
      rows(2);
      await expectAllClose(lightnessOf(rows, PHOTO), golden.lightness, { rtol: 0, atol: 1e-3 });
      await expectAllClose(lightnessOf(rows, PHOTO), golden.lightness, { rtol: 0, atol: 1e-3 });
    }
  });

  it('read a photo once where it is kept, and again where it is not', () => {
    for (const [width, height, kept] of [
      [2, 2, true],
      [2 ** 12, 2 ** 10, true],
      [2 ** 12, 2 ** 10 + 1, false],
    ] as const) {
      // prettier-ignore
      const photo = { width, height, data: new Uint8Array(width * height) };
      const rows = keptLightnessRows(photo);
      const before = rows(1)[0]!;
      photo.data.fill(255);
      expect(Object.is(rows(1)[0], before)).toBe(kept);
      expect(rows(0)[0]).toBe(1);
    }
  });
});
