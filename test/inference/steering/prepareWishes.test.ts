import { describe, expect, it } from 'vitest';

import { ciede2000 } from '../../../src/ciede2000.js';
import { prepareWishes } from '../../../src/inference/steering/prepareWishes.js';
import type { ColorLock, ColorWishes, RgbBytes } from '../../../src/inference/steering/wishes.js';
import { rgbToLab64 } from '../../reference/lab.js';
import { expectAllClose, expectTensorsKeptAsync } from '../../support/numeric.js';

const SIZE = 10;
const PIXELS = SIZE * SIZE;
/** Twice as wide as the field, three times as high; every pixel of another grey, two bytes a row. */
const PHOTO = {
  width: 20,
  height: 30,
  data: Uint8Array.from({ length: 600 }, (_, i) => 60 + (i % 20) + 4 * Math.floor(i / 20)),
};
const LIGHTNESS = Float32Array.from({ length: PIXELS }, (_, p) => 30 + (p % 50));
const RED: RgbBytes = [190, 60, 70];

const prepare = async (wishes: ColorWishes) =>
  prepareWishes(wishes, PHOTO, { lightness: LIGHTNESS, size: SIZE });
const labOf = (bytes: readonly number[]) => rgbToLab64(bytes.map((byte) => byte / 255));

/** A field of given a and b in Lab units. */
const fieldOf = (ab: (pixel: number) => readonly [number, number]) =>
  Float32Array.from({ length: PIXELS * 2 }, (_, i) => ab(i >> 1)[i % 2]! / 128);

describe('errorsOf()', () => {
  it('compares a hint with what linear interpolation shows, on the lightness of the pixel', async () => {
    const { errorsOf } = await prepare({ hints: [{ x: 12, y: 16, rgb: RED }] });
    // The center of the pixel, in units of field pixels: (12.5 / 2 - 0.5, 16.5 / 3 - 0.5).
    const [column, row] = [5.75, 5];
    const field = fieldOf((pixel) => [
      3 * (pixel % SIZE) + 2 * Math.floor(pixel / SIZE),
      20 - 4 * (pixel % SIZE),
    ]);
    const byte = PHOTO.data[16 * 20 + 12]!;
    const [lightness] = labOf([byte, byte, byte]);
    const [, a, b] = labOf(RED);
    const expected = ciede2000([lightness, 3 * column + 2 * row, 20 - 4 * column], [lightness, a, b]);
    await expectAllClose(errorsOf(field).hints, [expected], { rtol: 1e-4 });
  });

  it('compares a color of the palette with the 2 % of the pixels that are nearest to it, each on its lightness', async () => {
    const { errorsOf } = await prepare({ palette: [RED, [60, 90, 170]] });
    const [, a, b] = labOf(RED);
    const near = new Map([[41, [a, b] as const], [77, [a - 6, b + 3] as const]]); // prettier-ignore
    const field = fieldOf((pixel) => near.get(pixel) ?? [-40, 20]);
    const { hints, palette, reference } = errorsOf(field);
    expect([hints, reference]).toEqual([[], null]);
    const l = LIGHTNESS[77]!;
    expect(palette).toHaveLength(2);
    await expectAllClose([palette[0]!], [ciede2000([l, a - 6, b + 3], [l, a, b]) / 2], {
      rtol: 1e-3,
      atol: 1e-3,
    });
    expect(palette[1]).toBeGreaterThan(palette[0]!);
  });

  it('gives the distance of all colors to those of a reference', async () => {
    // Half of the reference is of one color, half of another, side by side.
    const data = Uint8Array.from(
      { length: 128 * 128 * 3 },
      (_, i) => (Math.floor(i / 3) % 128 < 64 ? RED : [60, 90, 170])[i % 3]!,
    );
    const { errorsOf } = await prepare({ reference: { width: 128, height: 128, data } });
    const [[, a1, b1], [, a2, b2]] = [labOf(RED), labOf([60, 90, 170])];
    const [a, b] = [(a1 + a2) / 2, (b1 + b2) / 2];
    // To one color: the way between the means, and the spread of the reference.
    const spread = ((a1 - a2) / 2) ** 2 + ((b1 - b2) / 2) ** 2;
    const found = errorsOf(fieldOf(() => [a + 3, b - 4])).reference;
    // Pixels at the border of the two are between them.
    await expectAllClose([found!], [Math.sqrt(25 + spread)], { rtol: 0.02 });
    const { errorsOf: ofOne } = await prepare({
      reference: { width: 1, height: 1, data: Uint8Array.from(RED) },
    });
    await expectAllClose([ofOne(fieldOf(() => [a1 + 3, b1 - 4])).reference!], [5], { rtol: 1e-3 });
  });
});

describe('apply()', () => {
  const kept = fieldOf((pixel) => [pixel - 50, 7]);
  const lockOf = (region: ColorLock['region']) => ({
    region,
    result: { colorField: { shape: [SIZE, SIZE, 2], values: kept } },
  });
  const own = fieldOf((pixel) => [30 - pixel, -12]);

  it('mixes locked colors by the share of a pixel that a rectangle covers, and saturates the others', async () => {
    // Columns 2 to 4 and half of 5, of 2 pixels each; rows 1 and a third of 2, of 3 pixels each.
    const { apply } = await prepare({
      saturation: 0.5,
      lock: lockOf({ left: 4, top: 3, width: 7, height: 4 }),
    });
    const down = [0, 1, 1 / 3, 0, 0, 0, 0, 0, 0, 0];
    const across = [0, 0, 1, 1, 1, 0.5, 0, 0, 0, 0];
    const expected = Float64Array.from(own, (value, i) => {
      const share = down[Math.floor(i / 2 / SIZE)]! * across[(i >> 1) % SIZE]!;
      return (1 - share) * 0.5 * value + share * kept[i]!;
    });
    await expectAllClose(apply(own), expected, { rtol: 1e-5, atol: 1e-6 });
  });

  it('takes the mean of a mask, whatever its channels', async () => {
    const grey = {
      width: 20,
      height: 30,
      data: Uint8Array.from({ length: 600 }, (_, i) => (i % 20 < 5 ? 255 : 51)),
    };
    const across = [1, 1, 0.6, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2];
    const expected = Float64Array.from(own, (value, i) => {
      const share = across[(i >> 1) % SIZE]!;
      return (1 - share) * value + share * kept[i]!;
    });
    const { apply } = await prepare({ lock: lockOf(grey) });
    await expectAllClose(apply(own), expected, { rtol: 1e-5, atol: 1e-6 });
    const rgba = {
      ...grey,
      data: Uint8Array.from({ length: 2400 }, (_, i) => (i % 4 === 3 ? 255 : grey.data[i >> 2]!)),
    };
    const other = await prepare({ lock: lockOf(rgba) });
    await expectAllClose(other.apply(own), expected, { rtol: 1e-5, atol: 1e-6 });
  });

  it('makes up for what is missing at hints after all else, and leaves the field that it is given', async () => {
    const hints = [{ x: 12, y: 16, rgb: RED }];
    const { apply, errorsOf } = await prepare({ saturation: 0, hints });
    const before = own.slice();
    expect(errorsOf(apply(own)).hints[0]).toBeLessThan(0.1);
    expect(own).toEqual(before);
  });
});

describe('prepareWishes()', () => {
  it('leaves no tensor behind', async () => {
    const wishes = { hints: [{ x: 1, y: 2, rgb: RED }], palette: [RED], reference: PHOTO };
    await expectTensorsKeptAsync(0, async () => prepare(wishes));
  });
});
