import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { ciede2000 } from '../../../src/ciede2000.js';
import type { Colorization } from '../../../src/inference/colorization.js';
import { type Colorizer, colorizer, type ColorizeProgress } from '../../../src/inference/colorizer.js';
import { fieldLab } from '../../../src/inference/fieldDifference.js';
import { squareLightness } from '../../../src/inference/greyInput.js';
import type { ColorHint, RgbBytes } from '../../../src/inference/steering/wishes.js';
import { meanCiede2000 } from '../../../src/metrics/meanCiede2000.js';
import { grainy } from '../../training/smallPictures.js';
import { rgbToLab64 } from '../../reference/lab.js';
import { expectTensorsKeptAsync } from '../../support/numeric.js';
import { colorfulModels, SMALLEST_MIXTURE, SMALLEST_VAE } from '../../support/tinyModels.js';

const PHOTO = grainy(24, [200, 90, 60], 0);
const RED: RgbBytes = [190, 60, 70];
const BLUE: RgbBytes = [60, 90, 170];
const HINTS: readonly ColorHint[] = [
  { x: 4, y: 5, rgb: RED },
  { x: 19, y: 20, rgb: BLUE },
];
const NONE = { hints: [], palette: [], reference: null };

let owner: Colorizer;
let lightness: Float32Array;

beforeAll(async () => {
  owner = colorizer(colorfulModels(0, { vae: SMALLEST_VAE, mixture: SMALLEST_MIXTURE }, 4));
  const square = squareLightness(PHOTO, SMALLEST_VAE.imageSize);
  lightness = await square.data<'float32'>();
  square.dispose();
});

afterAll(() => {
  owner.dispose();
});

/** The least mean CIEDE2000 difference of two results. */
function leastDifference(results: readonly Colorization[]): number {
  const labs = results.map(({ colorField }) => fieldLab(lightness, colorField.values));
  return Math.min(...labs.flatMap((one, i) => labs.slice(i + 1).map((other) => meanCiede2000(one, other))));
}

/** CIEDE2000 difference of a pixel of a painted result and of the hint's hue and chroma on the photo's lightness. */
async function paintedError(result: Colorization, { x, y, rgb }: ColorHint): Promise<number> {
  const { data, width } = await result.toRaster();
  const [pixel, wish] = [data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3), rgb].map((bytes) =>
    rgbToLab64(Array.from(bytes, (byte) => byte / 255)),
  );
  return ciede2000(pixel!, [pixel![0], wish![1], wish![2]]);
}

/** A picture in colors that the model can paint. */
const sample = async (seed: number) => {
  const [result] = await owner.colorize(PHOTO, { mode: 'samples', count: 1, seed });
  return result!.toRaster();
};

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('colorize() with hints', () => {
  it('gives several results that all obey them and differ, and says how near they come', async () => {
    const results = await owner.colorize(PHOTO, { hints: HINTS, count: 3 });
    expect(results).toHaveLength(3);
    for (const { wishErrors } of results) {
      expect(wishErrors.hints).toHaveLength(2);
      for (const error of wishErrors.hints) expect(error).toBeLessThan(1);
    }
    expect(leastDifference(results)).toBeGreaterThanOrEqual(1);
    expect(results.reduce((sum, { weight }) => sum + weight!, 0)).toBeCloseTo(1, 5);
  });

  it('paints the pixel in its color', async () => {
    // Of the photo's own lightness, so that sRGB can show it.
    const { data } = await sample(9);
    const at = (7 * PHOTO.width + 12) * 3;
    const hint = { x: 12, y: 7, rgb: [data[at]!, data[at + 1]!, data[at + 2]!] as const };
    for (const result of await owner.colorize(PHOTO, { hints: [hint], count: 2 }))
      expect(await paintedError(result, hint)).toBeLessThan(3);
  });

  it('moves the codes, not only the places of the hints', async () => {
    const wishes = { hints: HINTS };
    const steered = await owner.colorize(PHOTO, { ...wishes, count: 3 });
    const plain = await owner.colorize(PHOTO, { count: 3 });
    const withoutCorrection = async (results: readonly Colorization[]) => {
      const fields = await owner.decode(PHOTO, results.map(({ latent }) => latent)); // prettier-ignore
      const places = fields.map(({ colorField }) => colorField.values);
      const goals = steered[0]!.colorField.values;
      // The pixels of the hints in the field of 8 x 8.
      return mean(places.flatMap((values) => [2 * 9, 2 * 54].map((i) => Math.abs(values[i]! - goals[i]!))));
    };
    expect(await withoutCorrection(steered)).toBeLessThan(0.9 * (await withoutCorrection(plain)));
  });

  it('makes up the number from codes that were not moved, where those that were look alike', async () => {
    const hints = [{ x: 4, y: 5, rgb: RED }];
    const two = await owner.colorize(PHOTO, { hints, count: 2, leastDifference: 0 });
    const options = { hints, count: 2, leastDifference: 1.1 * leastDifference(two) };
    const results = await owner.colorize(PHOTO, options);
    expect(results).toHaveLength(2);
    for (const { wishErrors } of results) expect(wishErrors.hints[0]).toBeLessThan(1);
    expect(leastDifference(results)).toBeGreaterThanOrEqual(options.leastDifference);
  });

  it('gives the same results for the same seed, and decodes their codes to the same colors', async () => {
    const wishes = { hints: HINTS, saturation: 1.2 };
    const results = await owner.colorize(PHOTO, { ...wishes, count: 2, seed: 4 });
    const again = await owner.colorize(PHOTO, { ...wishes, count: 2, seed: 4 });
    expect(again.map(({ latent, colorField }) => [latent, colorField])).toEqual(
      results.map(({ latent, colorField }) => [latent, colorField]),
    );
    const decoded = await owner.decode(PHOTO, results.map(({ latent }) => latent), wishes); // prettier-ignore
    for (const [i, { colorField, wishErrors }] of decoded.entries()) {
      const { values } = results[i]!.colorField;
      const farthest = Math.max(...Array.from(values, (value, k) => Math.abs(value - colorField.values[k]!)));
      expect(farthest).toBeLessThan(1e-5);
      expect(wishErrors.hints).toHaveLength(2);
    }
  });

  it('leaves no tensor behind, also when it is stopped, and tells its progress', async () => {
    const told: ColorizeProgress[] = [];
    const onProgress = (progress: ColorizeProgress) => void told.push(progress);
    await expectTensorsKeptAsync(0, async () =>
      owner.colorize(PHOTO, { hints: HINTS, count: 2, onProgress }),
    );
    expect(told.at(-1)).toEqual({ done: 1, total: 1 });
    expect(told.at(-2)).toEqual({ done: 0, total: 1, share: 1 });
    const controller = new AbortController();
    const reason = new Error('enough');
    const stop = vi.fn<() => void>(() => controller.abort(reason));
    await expectTensorsKeptAsync(0, async () => {
      const run = owner.colorize(PHOTO, { hints: HINTS, signal: controller.signal, onProgress: stop });
      await expect(run).rejects.toBe(reason);
    });
    expect(stop).toHaveBeenCalledTimes(1);
  });

  it('says what is wrong with a wish, before any photo is looked at', async () => {
    const small = grainy(8, [9, 9, 9], 1);
    await expect(owner.colorize([PHOTO, small], { hints: HINTS })).rejects.toThrow(
      new RangeError(
        "Cannot colorize as 'hints[1].x' must be an integer from 0 to 7, as the photo is 8 pixels wide: current value is 19",
      ),
    );
    await expect(owner.colorize(PHOTO, { hints: [{ x: 0, y: 24, rgb: RED }] })).rejects.toThrow(
      new RangeError(
        "Cannot colorize as 'hints[0].y' must be an integer from 0 to 23, as the photo is 24 pixels high: current value is 24",
      ),
    );
    await expect(owner.colorize(PHOTO, { hints: [{ x: 0, y: 0, rgb: [0, 256, 0] }] })).rejects.toThrow(
      new RangeError(
        "Cannot colorize as 'hints[0].rgb' must be three numbers from 0 to 255: current value is [0, 256, 0]",
      ),
    );
    await expect(owner.colorize(PHOTO, { palette: [RED, [1, NaN, 3]] })).rejects.toThrow(
      new RangeError(
        "Cannot colorize as 'palette[1]' must be three numbers from 0 to 255: current value is [1, NaN, 3]",
      ),
    );
    await expect(owner.decode(PHOTO, [new Float32Array(16)], { saturation: -1 })).rejects.toThrow(
      new RangeError(
        "Cannot decode latents as 'saturation' must be a non-negative finite number: current value is -1",
      ),
    );
  });
});

describe('colorize() with a palette', () => {
  it('comes nearer to its colors, and says how near', async () => {
    const { data } = await sample(11);
    const palette: RgbBytes[] = [0, 900].map((at) => [data[at]!, data[at + 1]!, data[at + 2]!]);
    const plain = await owner.colorize(PHOTO, { count: 3 });
    const before = await owner.decode(PHOTO, plain.map(({ latent }) => latent), { palette }); // prettier-ignore
    const after = await owner.colorize(PHOTO, { palette, count: 3 });
    expect(after).toHaveLength(3);
    const errorOf = (results: readonly Colorization[]) =>
      mean(results.flatMap(({ wishErrors }) => wishErrors.palette));
    expect(errorOf(after)).toBeLessThan(errorOf(before));
    expect(leastDifference(after)).toBeGreaterThanOrEqual(1);
  });
});

describe('colorize() with a palette out of reach', () => {
  it('gives its results all the same, and says how far each color is', async () => {
    const plain = await owner.colorize(PHOTO, { count: 2 });
    const palette: RgbBytes[] = [[0, 255, 0], [0, 0, 255], [255, 0, 255]]; // prettier-ignore
    const results = await owner.colorize(PHOTO, { palette, count: 2 });
    expect(results).toHaveLength(plain.length);
    for (const { wishErrors, colorField } of results) {
      expect(wishErrors.palette).toHaveLength(3);
      for (const error of wishErrors.palette) expect(error).toBeGreaterThan(10);
      expect(colorField.values.every((value) => Math.abs(value) <= 1)).toBe(true);
    }
  });
});

describe('colorize() with a reference', () => {
  it('comes nearer to its colors, and says how near', async () => {
    const reference = await sample(12);
    const plain = await owner.colorize(PHOTO, { count: 3 });
    const before = await owner.decode(PHOTO, plain.map(({ latent }) => latent), { reference }); // prettier-ignore
    const after = await owner.colorize(PHOTO, { reference, count: 3 });
    const errorOf = (results: readonly Colorization[]) =>
      mean(results.map(({ wishErrors }) => wishErrors.reference!));
    expect(errorOf(after)).toBeLessThan(errorOf(before));
    await expectTensorsKeptAsync(0, async () => owner.colorize(PHOTO, { reference, count: 1 }));
  });
});

describe('colorize() with a saturation', () => {
  it('multiplies a and b of every result', async () => {
    const plain = await owner.colorize(PHOTO, { count: 2, leastDifference: 0 });
    for (const saturation of [0, 0.5, 1]) {
      const results = await owner.colorize(PHOTO, { count: 2, leastDifference: 0, saturation });
      for (const [i, { colorField, latent, wishErrors }] of results.entries()) {
        expect(latent).toEqual(plain[i]!.latent);
        expect(colorField.values).toEqual(plain[i]!.colorField.values.map((value) => value * saturation + 0));
        expect(wishErrors).toEqual(NONE);
      }
    }
    const [grey, ...others] = await owner.colorize(PHOTO, { count: 3, saturation: 0 });
    expect(others).toEqual([]); // they all look alike
    const { data } = await grey!.toRaster();
    expect(data.every((byte, i) => Math.abs(byte - data[i - (i % 3)]!) <= 1)).toBe(true);
  });
});

describe('colorize() with a lock', () => {
  it('keeps the colors of the region, whatever becomes of the rest', async () => {
    const [first] = await owner.colorize(PHOTO, { count: 1 });
    const region = { left: 0, top: 0, width: 12, height: 24 };
    const wish = { count: 3, leastDifference: 0.1 };
    const results = await owner.colorize(PHOTO, { ...wish, lock: { result: first!, region } });
    expect(results.length).toBeGreaterThan(1);
    for (const { colorField } of results) {
      colorField.values.forEach((value, i) => {
        if ((i >> 1) % 8 < 4 && value !== first!.colorField.values[i]!) throw new Error(`changed at ${i}`);
      });
    }
    expect(leastDifference(results)).toBeGreaterThanOrEqual(0.1);
    const white = {
      width: 24,
      height: 24,
      data: Uint8Array.from({ length: 576 }, (_, i) => (i % 24 < 12 ? 255 : 0)),
    };
    const masked = await owner.colorize(PHOTO, { ...wish, lock: { result: first!, region: white } });
    expect(masked.map(({ colorField }) => colorField)).toEqual(results.map(({ colorField }) => colorField));
  });

  it('says where a region does not fit', async () => {
    const [result] = await owner.colorize(PHOTO, { count: 1 });
    const lock = (region: object) => ({ lock: { result: result!, region: region as { left: 0; top: 0; width: 1; height: 1 } } }); // prettier-ignore
    await expect(owner.colorize(PHOTO, lock({ left: 20, top: 0, width: 5, height: 1 }))).rejects.toThrow(
      new RangeError(
        "Cannot colorize as 'lock.region.left + width - 1' must be an integer from 0 to 23, " +
          'as the photo is 24 pixels wide: current value is 24',
      ),
    );
    const other = { result: { ...result!, width: 48 }, region: { left: 0, top: 0, width: 1, height: 1 } };
    await expect(owner.colorize(PHOTO, { lock: other })).rejects.toThrow(
      new RangeError(
        `Cannot colorize as 'lock.result' must be of a photo of 24 x 24: current value is "48 x 24"`,
      ),
    );
    await expect(
      owner.colorize(PHOTO, lock({ width: 2, height: 2, data: new Uint8Array(4) })),
    ).rejects.toThrow(
      new RangeError(
        `Cannot colorize as 'lock.region' must be 24 x 24, as the photo is: current value is "2 x 2"`,
      ),
    );
  });
});
