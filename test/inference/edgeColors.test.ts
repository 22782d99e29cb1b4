import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { TensorData } from '../../src/checkpoint/tensorData.js';
import type { RasterImage } from '../../src/data/image.js';
import { lightnessRows } from '../../src/data/lightnessRows.js';
import { colorGuide } from '../../src/inference/colorGuide.js';
import { edgeColors } from '../../src/inference/edgeColors.js';
import { smoothColors } from '../../src/inference/smoothColors.js';
import { randomGenerator } from '../../src/random.js';
import golden from '../golden/edges.json' with { type: 'json' };

/** The colors of every pixel, a and b interleaved. */
function edges(photo: RasterImage, field: TensorData): Float32Array {
  const lightness = lightnessRows(photo);
  const guide = colorGuide(photo, lightness, field.shape as [number, number]);
  const colors = edgeColors(photo, guide, guide.colors(field));
  const ab = new Float32Array(photo.width * photo.height * 2);
  for (let row = 0; row < photo.height; row++) ab.set(colors(row, lightness(row)), row * photo.width * 2);
  return ab;
}

function bilinear(photo: RasterImage, field: TensorData): Float32Array {
  const colors = smoothColors(field, photo);
  const ab = new Float32Array(photo.width * photo.height * 2);
  for (let row = 0; row < photo.height; row++)
    ab.set(colors(row, new Float32Array(0)), row * photo.width * 2);
  return ab;
}

const SIDE = 64;
const GREENISH = [-25, 30] as const;
const REDDISH = [35, -20] as const;

/** A grey photo of two flat parts, and the field of two flat colors that a network of 64 x 64 would give. */
function twoParts(
  [width, height]: readonly [number, number],
  isSecond: (x: number, y: number) => boolean,
  { levels, noise }: { levels: readonly [number, number]; noise: number },
) {
  const { normal } = randomGenerator(5);
  const second = Uint8Array.from({ length: width * height }, (_, i) =>
    Number(isSecond(((i % width) + 0.5) / width, (Math.floor(i / width) + 0.5) / height)),
  );
  const data = Uint8ClampedArray.from(second, (part) => levels[part]! + noise * normal());
  const values = new Float32Array(SIDE * SIDE * 2);
  const counts = new Float32Array(SIDE * SIDE);
  second.forEach((part, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const at = Math.floor((y * SIDE) / height) * SIDE + Math.floor((x * SIDE) / width);
    const color = part === 1 ? REDDISH : GREENISH;
    counts[at]!++;
    values[2 * at]! += color[0] / 128;
    values[2 * at + 1]! += color[1] / 128;
  });
  values.forEach((value, i) => (values[i] = value / counts[i >> 1]!));
  return { photo: { width, height, data }, second, field: { shape: [SIDE, SIDE, 2], values } };
}

/** Percent of pixels that are more than a tenth of the way, and more than half of it, to the color of the other part. */
function bleeding(ab: Float32Array, second: Uint8Array): readonly [tenth: number, half: number] {
  const [da, db] = [REDDISH[0] - GREENISH[0], REDDISH[1] - GREENISH[1]];
  const shares = Array.from(second, (part, i) => {
    const way = ((ab[2 * i]! - GREENISH[0]) * da + (ab[2 * i + 1]! - GREENISH[1]) * db) / (da * da + db * db);
    return part === 1 ? 1 - way : way;
  });
  const percent = (least: number) => (100 * shares.filter((share) => share > least).length) / shares.length;
  return [percent(0.1), percent(0.5)];
}

const SCENES = {
  'a straight edge': (x: number) => x > 0.507,
  'a slanted edge': (x: number, y: number) => x + 0.37 * y > 0.69,
  'a disk': (x: number, y: number) => Math.hypot(x - 0.5, y - 0.5) < 0.3,
};

describe('edgeColors()', () => {
  it('equals joint bilateral upsampling written out in NumPy', () => {
    for (const { width, height, photo, fieldShape, field, ab } of golden.cases) {
      const image = { width, height, data: Uint8Array.from(photo) };
      const found = edges(image, { shape: fieldShape, values: Float32Array.from(field) });
      expect(found.length).toBe(ab.length);
      const worst = Math.max(...Array.from(found, (value, i) => Math.abs(value - ab[i]!)));
      expect(worst).toBeLessThan(0.005);
    }
  });

  it.each(Object.entries(SCENES))(
    'keeps two colors apart along %s, where bilinear lets them flow',
    (_, scene) => {
      for (const size of [
        [512, 384],
        [1300, 130],
      ] as const) {
        for (const look of [
          { levels: [90, 190], noise: 0, most: 0.2 },
          { levels: [90, 190], noise: 8, most: 1 },
          { levels: [120, 150], noise: 0, most: 2 },
          { levels: [120, 150], noise: 8, most: 2 },
        ] as const) {
          const { photo, second, field } = twoParts(size, scene, look);
          const [tenth, half] = bleeding(edges(photo, field), second);
          const [smoothTenth] = bleeding(bilinear(photo, field), second);
          expect(half).toBeLessThan(0.2);
          expect(tenth).toBeLessThan(look.most);
          expect(tenth).toBeLessThan(smoothTenth * 0.7);
        }
      }
    },
  );

  it('makes no color noise of noise in the light', () => {
    const { photo, field } = twoParts([256, 256], () => true, { levels: [128, 128], noise: 20 });
    const ab = edges(photo, field);
    const errors = ab.map((value, i) => Math.abs(value - REDDISH[i % 2]!));
    expect(errors.every((error) => error < 1e-4)).toBe(true);
    // Across a slow ramp of color, noise of 8 bytes moves colors by a small part of what two samples differ by.
    const values = Float32Array.from({ length: 8 * 8 * 2 }, (_, i) => ((i >> 1) % 8) / 16);
    const ramp = { shape: [8, 8, 2], values };
    const { data } = twoParts([256, 256], () => true, { levels: [128, 128], noise: 8 }).photo;
    const flat = { ...photo, data: new Uint8Array(data.length).fill(128) };
    const [noisy, smooth] = [edges({ ...photo, data }, ramp), edges(flat, ramp)];
    const square = noisy.reduce((sum, value, i) => sum + (value - smooth[i]!) ** 2, 0);
    expect(Math.sqrt(square / noisy.length)).toBeLessThan(0.05 * 8);
  });

  it('leaves ramps as they are where the light is flat, but at the border', () => {
    const photo = { width: 128, height: 96, data: new Uint8Array(128 * 96).fill(77) };
    const values = Float32Array.from({ length: 16 * 16 * 2 }, (_, i) =>
      i % 2 === 0 ? ((i >> 1) % 16) / 32 : (i >> 5) / -64,
    );
    const field = { shape: [16, 16, 2], values };
    const [found, expected] = [edges(photo, field), bilinear(photo, field)];
    for (let y = 18; y < 78; y++) {
      for (let i = y * 256 + 48; i < y * 256 + 208; i++)
        expect(Math.abs(found[i]! - expected[i]!)).toBeLessThan(1e-3);
    }
  });

  it('keeps to the range of the field, and leaves a field of one color as it is', () => {
    const size = fc.integer({ min: 1, max: 40 });
    const side = fc.integer({ min: 1, max: 6 });
    fc.assert(
      fc.property(size, size, side, side, fc.nat(), (width, height, rows, columns, seed) => {
        const { integer, uniform } = randomGenerator(seed);
        const photo = {
          width,
          height,
          data: Uint8Array.from({ length: width * height }, () => integer(256)),
        };
        const values = Float32Array.from({ length: rows * columns * 2 }, () => 2 * uniform() - 1);
        const ab = edges(photo, { shape: [rows, columns, 2], values });
        for (const channel of [0, 1]) {
          const own = values.filter((_, i) => i % 2 === channel).map((value) => value * 128);
          const found = ab.filter((_, i) => i % 2 === channel);
          expect(Math.min(...found)).toBeGreaterThanOrEqual(Math.min(...own) - 1e-3);
          expect(Math.max(...found)).toBeLessThanOrEqual(Math.max(...own) + 1e-3);
        }
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('copes with photos of one pixel across', () => {
    const values = Float32Array.from({ length: SIDE * SIDE * 2 }, (_, i) => (i < SIDE * SIDE ? 0.1 : -0.1));
    const field = { shape: [SIDE, SIDE, 2], values };
    for (const [width, height, first, last] of [
      [1, 20_000, 12.8, -12.8],
      [20_000, 1, 0, 0],
    ] as const) {
      const photo = { width, height, data: Uint8Array.from({ length: width * height }, (_, i) => i % 251) };
      const ab = edges(photo, field);
      expect(ab.every(Number.isFinite)).toBe(true);
      expect(ab[0]).toBeCloseTo(first, 3);
      expect(ab.at(-1)).toBeCloseTo(last, 3);
    }
  });
});
