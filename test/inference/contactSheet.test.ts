import { describe, expect, it } from 'vitest';

import type { RasterImage } from '../../src/data/image.js';
import { contactSheet } from '../../src/inference/contactSheet.js';
import { solid } from '../data/pictures.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';

const RED = [200, 0, 0];
const GREEN = [0, 200, 0];
const PAPER = [24, 24, 24];
const BAR = [235, 235, 235];

/** Size of a bar and of a row of tiles of 20 pixels with gaps of 3: 20 + bar + space for it + gap. */
const [TILE, GAP, BAR_HEIGHT] = [20, 3, 1];
const ROW = TILE + 2 * BAR_HEIGHT + GAP;

const pixel = ({ width, data }: RasterImage, x: number, y: number) =>
  Array.from(data.slice((y * width + x) * 3, (y * width + x) * 3 + 3));

/** Bounds of the pixels of one color: `[left, top, right, bottom]`, the last two included; and their number. */
function bounds(sheet: RasterImage, color: readonly number[]) {
  const places = Array.from({ length: sheet.width * sheet.height }, (_, i) => i)
    .map((i) => [i % sheet.width, Math.floor(i / sheet.width)] as const)
    .filter(([x, y]) => pixel(sheet, x, y).join() === color.join());
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
  return {
    box: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
    count: places.length,
  };
}

describe('contactSheet()', () => {
  it('lays rows of tiles on paper, each fitted into its square at the bottom middle', async () => {
    const sheet = await contactSheet(
      [
        [{ image: solid(20, 20, [9, 9, 9]) }, { image: solid(5, 10, RED) }],
        [{ image: solid(80, 20, GREEN) }],
      ],
      { tileSize: TILE, gap: GAP },
    );
    expect([sheet.width, sheet.height]).toEqual([2 * (TILE + GAP) + GAP, 2 * ROW + GAP]);
    expect(bounds(sheet, [9, 9, 9])).toEqual({ box: [3, 3, 22, 22], count: 400 });
    // 10 x 20 pixels in the middle of the second column.
    expect(bounds(sheet, RED)).toEqual({ box: [26 + 5, 3, 26 + 14, 22], count: 200 });
    // 20 x 5 pixels at the bottom of the second row.
    expect(bounds(sheet, GREEN)).toEqual({ box: [3, 3 + ROW + 15, 22, 3 + ROW + 19], count: 100 });
    expect(bounds(sheet, PAPER).count).toBe(sheet.width * sheet.height - 400 - 200 - 100);
  });

  it('draws a bar below each weighted tile, as long as its weight', async () => {
    const image = solid(4, 4, RED);
    const weights = [1, 0.5, 0, null, 7];
    const sheet = await contactSheet([weights.map((weight) => ({ image, weight }))], {
      tileSize: TILE,
      gap: GAP,
    });
    const y = GAP + TILE + BAR_HEIGHT;
    const lengths = weights.map((_, column) => {
      const left = GAP + column * (TILE + GAP);
      const row = Array.from({ length: TILE }, (_, x) => pixel(sheet, left + x, y).join() === BAR.join());
      expect(row).toEqual(row.toSorted((one, other) => Number(other) - Number(one)));
      return row.filter(Boolean).length;
    });
    expect(lengths).toEqual([20, 10, 0, 0, 20]);
    expect(bounds(sheet, BAR).count).toBe(50);
  });

  it('takes pictures of one and four channels, tiny and large ones', async () => {
    const tiles = [solid(1, 1, [50]), solid(3, 2, [50, 50, 50, 255]), solid(900, 900, [50, 50, 50])];
    const sheet = await contactSheet([tiles.map((image) => ({ image }))], { tileSize: 4, gap: 0 });
    for (let x = 0; x < 12; x++) expect(pixel(sheet, x, 3)).toEqual([50, 50, 50]);
  });

  it('has tiles of 192 pixels and gaps of 8 by default', async () => {
    const { width, height } = await contactSheet([[{ image: solid(2, 2, RED) }]]);
    expect([width, height]).toEqual([192 + 16, 192 + 2 * 6 + 16]);
  });

  it('leaves no tensor behind', async () => {
    const tile = { image: solid(3, 3, RED), weight: 0.5 };
    await expectTensorsKeptAsync(0, async () => contactSheet([[tile], [tile, tile]], { tileSize: 5 }));
  });

  it('says what does not fit', async () => {
    const broken = { width: 2, height: 2, data: new Uint8Array(5) };
    await expect(contactSheet([])).rejects.toThrow(
      new RangeError('Cannot make a contactSheet as \'rows\' must hold a picture: current value is "0 rows"'),
    );
    await expect(contactSheet([[]])).rejects.toThrow(RangeError);
    await expect(contactSheet([[{ image: broken }]])).rejects.toThrow(
      new TypeError(
        "Cannot make a contactSheet as 'image.data.length' must be 1, 3 or 4 times 2 x 2: current value is 5",
      ),
    );
    await expect(contactSheet([[{ image: solid(1, 1, RED) }]], { tileSize: 0 })).rejects.toThrow(
      new RangeError(
        "Cannot make a contactSheet as 'tileSize' must be a positive integer: current value is 0",
      ),
    );
    await expect(contactSheet([[{ image: solid(1, 1, RED) }]], { gap: -1 })).rejects.toThrow(
      new RangeError(
        "Cannot make a contactSheet as 'gap' must be a non-negative integer: current value is -1",
      ),
    );
  });
});
