import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import type { GaussianMixture } from '../../src/distributions/gaussianMixture.js';
import { chooseLatents, type ChooseLatentsOptions } from '../../src/inference/chooseLatents.js';
import { expectAllClose, expectTensorsKeptAsync } from '../support/numeric.js';

const WEIGHTS = [0.2, 0.5, 0.05, 0.25];
const MEANS = [
  [1, -1, 0.5],
  [0.25, 3, -2],
  [-4, 4, 4],
  [0, 0.125, 7],
];
/** Components from the weightiest to the lightest. */
const ORDER = [1, 3, 0, 2];

const mixture = (): GaussianMixture => ({
  logits: tf.tensor2d([WEIGHTS.map(Math.log)]),
  means: tf.tensor3d([MEANS]),
  logStdDevs: tf.tensor3d(
    new Float32Array(12).map(() => Math.log(0.5)),
    [1, 4, 3],
  ),
});

const choose = async (options: Partial<ChooseLatentsOptions> = {}) => {
  const parameters = mixture();
  try {
    return await chooseLatents(parameters, { count: 4, mode: 'modes', temperature: 1, seed: 0, ...options });
  } finally {
    tf.dispose([parameters.logits, parameters.means, parameters.logStdDevs]);
  }
};

describe('chooseLatents()', () => {
  it('gives the means of the weightiest components in order, in mode "modes"', async () => {
    for (const count of [1, 3, 4]) {
      const choices = await choose({ count });
      expect(choices.map(({ component }) => component)).toEqual(ORDER.slice(0, count));
      for (const { latent, weight, component, seed } of choices) {
        expect(Array.from(latent)).toEqual(MEANS[component!]);
        await expectAllClose([weight!], [WEIGHTS[component!]!]);
        expect(seed).toBeNull();
      }
    }
  });

  it('draws codes around the means of their components, the weightiest first, in mode "samples"', async () => {
    const choices = await choose({ mode: 'samples', count: 200, seed: 3 });
    const weights = choices.map(({ weight }) => weight!);
    expect(weights).toEqual(weights.toSorted((one, other) => other - one));
    const distances = choices.flatMap(({ latent, component, seed }) => {
      expect(seed).toBe(3);
      return Array.from(latent, (value, i) => value - MEANS[component!]![i]!);
    });
    const variance = distances.reduce((sum, x) => sum + x ** 2, 0) / distances.length;
    // 600 squares of normal numbers with deviation 0.5: 4 standard errors.
    expect(Math.abs(variance - 0.25)).toBeLessThan(4 * 0.25 * Math.sqrt(2 / distances.length));
  });

  it('draws the same codes for the same seed and others for another', async () => {
    const [first, again, other] = [
      await choose({ mode: 'samples', seed: 0 }),
      await choose({ mode: 'samples', seed: 0 }),
      await choose({ mode: 'samples', seed: 1 }),
    ];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('draws component means at temperature 0', async () => {
    const choices = await choose({ mode: 'samples', count: 20, temperature: 0, seed: 5 });
    for (const { latent, component } of choices) expect(Array.from(latent)).toEqual(MEANS[component!]);
    expect(new Set(choices.map(({ component }) => component)).size).toBeGreaterThan(1);
  });

  it('gives codes that own their memory', async () => {
    const [first, second] = await choose({ count: 2 });
    first!.latent.fill(9);
    expect(Array.from(second!.latent)).toEqual(MEANS[ORDER[1]!]);
    expect(first!.latent.buffer.byteLength).toBe(12);
  });

  it('leaves no tensor behind', async () => {
    await expectTensorsKeptAsync(0, async () => choose());
    await expectTensorsKeptAsync(0, async () => choose({ mode: 'samples' }));
  });

  it('says when there are not so many components', async () => {
    await expect(choose({ count: 5 })).rejects.toThrow(
      new RangeError(
        "Cannot compute mixtureModes as 'count' must be at most 4, the number of components: current value is 5",
      ),
    );
  });
});
