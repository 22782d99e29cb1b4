import { describe, expect, it } from 'vitest';

import { colorStatistics, toneOf } from '../../src/data/colorStatistics.js';
import type { RasterImage } from '../../src/data/image.js';
import golden from '../golden/pictureStatistics.json' with { type: 'json' };
import { expectTensorsKeptAsync } from '../support/numeric.js';
import { formulaPicture } from './formulaPicture.js';
import { solid } from './pictures.js';

/** A photo toned by one color: lightness from black to white, the color strongest in the middle. */
function toned(tint: readonly [number, number, number]): RasterImage {
  const data = new Uint8Array(64 * 64 * 3);
  for (let i = 0; i < data.length; i++) {
    const light = ((Math.floor(i / 3) * 37) % 4096) / 4095;
    data[i] = Math.round(255 * (light + tint[i % 3]! * light * (1 - light)));
  }
  return { width: 64, height: 64, data };
}

describe('colorStatistics()', () => {
  it('agrees with scikit-image and numpy', async () => {
    for (const { width, height, seed, hash: _, ...expected } of golden.pictures) {
      const statistics = await colorStatistics(formulaPicture(width, height, seed));
      expect(Object.keys(statistics)).toEqual(Object.keys(expected));
      for (const [key, value] of Object.entries(statistics)) {
        expect(value).toBeCloseTo(expected[key as keyof typeof expected], 1);
      }
    }
  });

  it('finds one tint in a toned photo', async () => {
    const sepia = await colorStatistics(toned([0.2, 0.1, -0.2]));
    expect(sepia.meanChroma).toBeGreaterThan(7);
    expect(sepia.hueSpread).toBeLessThan(1);
    expect(sepia.chromaVariation).toBeLessThan(0.25);
    expect(sepia.lightnessSpread).toBeGreaterThan(9);
  });

  it('sees no tint where there are no midtones', async () => {
    const none = { hueSpread: Number.POSITIVE_INFINITY, chromaVariation: Number.POSITIVE_INFINITY };
    for (const color of [[255, 255, 240] as const, [0, 0, 0] as const]) {
      const statistics = await colorStatistics(solid(4, 4, color));
      expect(statistics).toMatchObject({ ...none, lightnessSpread: 0, hue: 0 });
    }
  });

  it('keeps no tensor', async () => {
    await expectTensorsKeptAsync(0, async () => colorStatistics(solid(4, 4, [1, 2, 3])));
  });

  it('says what is wrong with a picture', async () => {
    await expect(colorStatistics({ width: 0, height: 1, data: new Uint8Array(0) })).rejects.toThrow(
      RangeError,
    );
  });
});

describe('toneOf()', () => {
  it('tells grey, brown and otherwise toned pictures from those in color', async () => {
    const tints = [[0.2, 0.1, -0.2] as const, [-0.2, 0, 0.2] as const, [0, 0, 0] as const];
    const tones = tints.map(async (tint) => toneOf(await colorStatistics(toned(tint))));
    expect(await Promise.all(tones)).toEqual(['sepia', 'tinted', 'grey']);
    expect(toneOf(await colorStatistics(formulaPicture(64, 64, 3)))).toBe('color');
  });

  it('takes a picture of one color and one lightness for one in color', async () => {
    expect(toneOf(await colorStatistics(solid(64, 64, [112, 66, 20])))).toBe('color');
  });
});
