import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import type { GaussianMixture } from '../../src/distributions/gaussianMixture.js';
import { drawnCandidates, type DrawOptions, modeCandidates } from '../../src/inference/chooseLatents.js';
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

const withMixture = async <T>(body: (parameters: GaussianMixture) => Promise<T>): Promise<T> => {
  const parameters = mixture();
  try {
    return await body(parameters);
  } finally {
    tf.dispose([parameters.logits, parameters.means, parameters.logStdDevs]);
  }
};

const draw = async (options: Partial<DrawOptions> = {}) =>
  withMixture((parameters) => drawnCandidates(parameters, { count: 4, temperature: 1, seed: 0, ...options }));

describe('modeCandidates()', () => {
  it('gives the means of all components, the weightiest first', async () => {
    const candidates = await withMixture(modeCandidates);
    expect(candidates.map(({ component }) => component)).toEqual(ORDER);
    for (const { latent, componentWeight, component, seed } of candidates) {
      expect(Array.from(latent)).toEqual(MEANS[component]);
      await expectAllClose([componentWeight], [WEIGHTS[component]!]);
      expect(seed).toBeNull();
    }
  });

  it('gives codes that own their memory', async () => {
    const [first, second] = await withMixture(modeCandidates);
    first!.latent.fill(9);
    expect(Array.from(second!.latent)).toEqual(MEANS[ORDER[1]!]);
    expect(first!.latent.buffer.byteLength).toBe(12);
  });

  it('leaves no tensor behind', async () => {
    await expectTensorsKeptAsync(0, async () => withMixture(modeCandidates));
  });
});

describe('drawnCandidates()', () => {
  it('draws codes around the means of their components', async () => {
    const candidates = await draw({ count: 200, seed: 3 });
    const distances = candidates.flatMap(({ latent, component, seed }) => {
      expect(seed).toBe(3);
      return Array.from(latent, (value, i) => value - MEANS[component]![i]!);
    });
    const variance = distances.reduce((sum, x) => sum + x ** 2, 0) / distances.length;
    // 600 squares of normal numbers with deviation 0.5: 4 standard errors.
    expect(Math.abs(variance - 0.25)).toBeLessThan(4 * 0.25 * Math.sqrt(2 / distances.length));
  });

  it('draws the same codes for the same seed, of which more begin with the same, and others for another', async () => {
    const [first, more, other] = [await draw(), await draw({ count: 9 }), await draw({ seed: 1 })];
    expect(more.slice(0, 4)).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('draws component means at temperature 0', async () => {
    const candidates = await draw({ count: 20, temperature: 0, seed: 5 });
    for (const { latent, component } of candidates) expect(Array.from(latent)).toEqual(MEANS[component]);
    expect(new Set(candidates.map(({ component }) => component)).size).toBeGreaterThan(1);
  });

  it('leaves no tensor behind', async () => {
    await expectTensorsKeptAsync(0, async () => draw());
  });
});
