import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { LatentMode } from '../../src/inference/chooseLatents.js';
import type { Colorization } from '../../src/inference/colorization.js';
import { type Colorizer, type ColorizeOptions, colorizer } from '../../src/inference/colorizer.js';
import { fieldLab } from '../../src/inference/fieldDifference.js';
import { squareLightness } from '../../src/inference/greyInput.js';
import { meanCiede2000 } from '../../src/metrics/meanCiede2000.js';
import { grainy } from '../training/smallPictures.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';
import { colorfulModels, SMALLEST_MIXTURE, SMALLEST_VAE } from '../support/tinyModels.js';

const PHOTO = grainy(20, [200, 90, 60], 0);
const { components } = SMALLEST_MIXTURE;
const MODES: readonly LatentMode[] = ['modes', 'samples', 'distinct'];

let owner: Colorizer;
let lightness: Float32Array;

beforeAll(async () => {
  owner = colorizer(colorfulModels(0, { vae: SMALLEST_VAE, mixture: SMALLEST_MIXTURE }));
  const square = squareLightness(PHOTO, SMALLEST_VAE.imageSize);
  lightness = await square.data<'float32'>();
  square.dispose();
});

afterAll(() => {
  owner.dispose();
});

const colorize = async (options: ColorizeOptions) => owner.colorize(PHOTO, options);

/** Mean CIEDE2000 differences of all pairs of results, ascending. */
function differences(results: readonly Colorization[]): number[] {
  const labs = results.map(({ colorField }) => fieldLab(lightness, colorField.values));
  const pairs = labs.flatMap((one, i) => labs.slice(i + 1).map((other) => meanCiede2000(one, other)));
  return pairs.toSorted((one, other) => one - other);
}

/** Halfway between two differences that follow each other, so that rounding decides nothing. */
function limitAfter(results: readonly Colorization[], index: number): number {
  const sorted = differences(results);
  return (sorted[index]! + sorted[index + 1]!) / 2;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('colorize()', () => {
  it.each(MODES)('returns no two results that look alike in mode "%s"', async (mode) => {
    const all = await colorize({ count: components, leastDifference: 0 });
    const leastDifference = limitAfter(all, 7); // some pairs are nearer, most are not
    const results = await colorize({ mode, count: components, leastDifference, seed: 2 });
    expect(results.length).toBeGreaterThan(2);
    expect(differences(results)[0]!).toBeGreaterThanOrEqual(leastDifference);
    expect(sum(results.map(({ weight }) => weight!))).toBeCloseTo(1, 5);
    for (const { weight, componentWeight } of results)
      expect(weight! / componentWeight!).toBeCloseTo(results[0]!.weight! / results[0]!.componentWeight!, 3);
  });

  it('puts the next likeliest in the place of a near-duplicate, and counts it', async () => {
    const all = await colorize({ count: components, leastDifference: 0 });
    const leastDifference = limitAfter(all, 3);
    const kept: Colorization[] = [];
    for (const result of all)
      if (kept.every((other) => differences([result, other])[0]! >= leastDifference)) kept.push(result);
    const results = await colorize({ count: components, leastDifference });
    expect(results.map(({ component }) => component)).toEqual(kept.map(({ component }) => component));
    expect(results.length).toBeLessThan(components);
    expect(results.length + sum(results.map(({ nearDuplicates }) => nearDuplicates))).toBe(components);
    const three = await colorize({ count: 3, leastDifference });
    expect(three.map(({ component }) => component)).toEqual(kept.slice(0, 3).map(({ component }) => component)); // prettier-ignore
  });

  it('looks at all components, at four draws for each result, or at all components and forty draws', async () => {
    const left = { modes: components - 1, samples: 4 * 3 - 1, distinct: components + 40 - 1 };
    for (const mode of MODES) {
      const results = await colorize({ mode, count: 3, leastDifference: 1e3 });
      expect(results.map(({ nearDuplicates }) => nearDuplicates)).toEqual([left[mode]]);
    }
  });

  it('returns no more than it is asked for, though others take the places of near-duplicates', async () => {
    const all = await colorize({ count: components, leastDifference: 0 });
    const neighbors = all.slice(1).map((one, i) => differences([all[i]!, one])[0]!);
    const leastDifference = 1.001 * Math.min(...neighbors); // one looks like the one before it, and few others do
    for (let count = 1; count < components; count++)
      expect((await colorize({ count, leastDifference })).length).toBeLessThanOrEqual(count);
  });

  it('returns fewer results, down to one, where none differ', async () => {
    for (const mode of MODES) {
      const results = await colorize({ mode, count: 3, leastDifference: 1e3 });
      expect(results).toHaveLength(1);
      expect(results[0]!.weight).toBeCloseTo(1, 6);
    }
  });

  it('gives results in mode "distinct" that differ more than the likeliest and than draws', async () => {
    const least = async (mode: LatentMode) => differences(await colorize({ mode, count: 4 }))[0]!;
    const distinct = await least('distinct');
    expect(distinct).toBeGreaterThan(await least('modes'));
    expect(distinct).toBeGreaterThan(await least('samples'));
  });

  it('gives the same distinct results for the same seed, others for another', async () => {
    const latents = async (seed: number) =>
      (await colorize({ mode: 'distinct', seed })).map(({ latent }) => latent);
    expect(await latents(3)).toEqual(await latents(3));
    expect(await latents(3)).not.toEqual(await latents(4));
  });

  it('leaves no tensor behind in mode "distinct"', async () => {
    await expectTensorsKeptAsync(0, async () => colorize({ mode: 'distinct', count: 2 }));
  });

  it('says when the least difference is none', async () => {
    await expect(colorize({ leastDifference: -1 })).rejects.toThrow(
      new RangeError(
        "Cannot colorize as 'leastDifference' must be a non-negative finite number: current value is -1",
      ),
    );
  });
});
