import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import type { DiagonalGaussian } from '../../src/distributions/diagonalGaussian.js';
import type { GaussianMixture } from '../../src/distributions/gaussianMixture.js';
import {
  posteriorComponentLoss,
  type PosteriorComponentOptions,
  posteriorComponentTerms,
} from '../../src/losses/posteriorComponentLoss.js';
import { expectGolden, type GoldenInput, goldenInput } from '../reference/lossGoldens.js';
import { expectAllClose, expectAllFinite, expectTensorsKept } from '../support/numeric.js';

const posterior = (input: GoldenInput = goldenInput): DiagonalGaussian => ({
  means: input('means'),
  logVariances: input('logVariances'),
});
const mixture = (input: GoldenInput = goldenInput): GaussianMixture => ({
  logits: input('logits'),
  means: input('mixtureMeans'),
  logStdDevs: input('logStdDevs'),
});

/** Components at (4, 0) and (0, 3), and a posterior at the origin that knows the second dimension alone. */
const wide = (): DiagonalGaussian => ({ means: tf.zeros([1, 2]), logVariances: tf.tensor2d([[0, -6]]) });
const two = (
  means = [
    [4, 0],
    [0, 3],
  ],
): GaussianMixture => ({
  logits: tf.tensor2d([[0, 0]]),
  means: tf.tensor3d([means]),
  logStdDevs: tf.zeros([1, 2, 2]),
});

describe('posteriorComponentTerms()', () => {
  it.each(['weight', 'distance', 'deviation'] as const)(
    'has the values and gradients of PyTorch: %s',
    async (term) => {
      const name =
        `posteriorComponent${term[0]!.toUpperCase()}${term.slice(1)}` as 'posteriorComponentWeight';
      const options = { spread: 2.5, relaxation: 0.1, anchor: 0.25 };
      await expectGolden(
        name,
        (input) => posteriorComponentTerms(posterior(input), mixture(input), options)[term],
      );
    },
  );
});

describe('posteriorComponentLoss()', () => {
  const lossOf = (options: PosteriorComponentOptions = {}) =>
    posteriorComponentLoss(posterior(), mixture(), options);

  it('is the sum of its terms, the deviation by its factor', async () => {
    const { weight, distance, deviation } = posteriorComponentTerms(posterior(), mixture());
    const [w, r, d] = [await weight.data(), await distance.data(), await deviation.data()];
    await expectAllClose(
      lossOf({ deviationWeight: 0.5 }),
      w.map((term, i) => term + r[i]! + 0.5 * d[i]!),
    );
  });

  it('takes the options that its description names, where none are given', async () => {
    const named = { spread: 3, relaxation: 0.02, anchor: 0.3, deviationWeight: 0.05 };
    const expected = await lossOf(named).data();
    await expectAllClose(lossOf(), expected);
    for (const [name, value] of Object.entries(named)) {
      const changed = await lossOf({ ...named, [name]: value * 2 }).data();
      expect(Math.abs(changed[0]! - expected[0]!)).toBeGreaterThan(1e-4 * Math.abs(expected[0]!));
    }
  });

  it('takes the component that is near where the posterior is narrow, though the other is nearer in the code', async () => {
    // Distances in deviations: 4 in the wide dimension against 3 * exp(3) in the narrow one.
    await expectAllClose(
      posteriorComponentLoss(wide(), two(), { spread: 1, relaxation: 0, anchor: 0, deviationWeight: 0 }),
      [Math.log(2) + 16 / 2],
    );
  });

  it('moves the nearest mean alone without relaxation, and all of them with it', async () => {
    const gradient = (relaxation: number) =>
      tf.grad((means) =>
        posteriorComponentLoss(wide(), { ...two(), means } as GaussianMixture, {
          spread: 1,
          relaxation,
          anchor: 0,
        }),
      )(two().means);
    await expectAllClose(gradient(0), [4, 0, 0, 0]);
    await expectAllClose(gradient(0.1), [3.6, 0, 0, 0.3 * Math.exp(6)]);
  });

  it('moves the first mean for every code, with an anchor', async () => {
    const gradient = tf.grad((means) =>
      posteriorComponentLoss(
        wide(),
        {
          ...two([
            [0, 3],
            [4, 0],
          ]),
          means,
        } as GaussianMixture,
        {
          spread: 1,
          relaxation: 0,
          anchor: 0.25,
        },
      ),
    )(
      tf.tensor3d([
        [
          [0, 3],
          [4, 0],
        ],
      ]),
    );
    await expectAllClose(gradient, [0, 0.25 * 3 * Math.exp(6), 0.75 * 4, 0]);
  });

  it('moves no mean by the deviations, and no deviation by the distances', async () => {
    const gradients = (deviationWeight: number) =>
      tf.grads((means, logStdDevs) =>
        posteriorComponentLoss(posterior(), { ...mixture(), means, logStdDevs } as GaussianMixture, {
          deviationWeight,
        }),
      )([goldenInput('mixtureMeans'), goldenInput('logStdDevs')]);
    const [without, still] = gradients(0);
    const [means] = gradients(0.7);
    await expectAllClose(means!, await without!.data());
    await expectAllClose(still!, new Float32Array(still!.size));
  });

  it('takes isotropic deviations', async () => {
    const isotropic = tf.tensor3d([[[0.3], [-0.2]]]);
    const full = tf.tile(isotropic, [1, 1, 2]);
    const expected = posteriorComponentLoss(wide(), { ...two(), logStdDevs: full });
    await expectAllClose(
      posteriorComponentLoss(wide(), { ...two(), logStdDevs: isotropic }),
      await expected.data(),
    );
  });

  it('stays finite for one component, and far from it', async () => {
    const one: GaussianMixture = {
      logits: tf.zeros([1, 1]),
      means: tf.tensor3d([[[1e4, -1e4]]]),
      logStdDevs: tf.zeros([1, 1, 2]),
    };
    await expectAllFinite(posteriorComponentLoss(wide(), one));
  });

  it.each([
    [
      { spread: 0 },
      "Cannot compute posteriorComponentLoss as 'spread' must be a positive finite number: current value is 0",
    ],
    [
      { relaxation: 1.5 },
      "Cannot compute posteriorComponentLoss as 'relaxation' must be from 0 to 1: current value is 1.5",
    ],
    [
      { anchor: -0.5 },
      "Cannot compute posteriorComponentLoss as 'anchor' must be from 0 to 1: current value is -0.5",
    ],
    [
      { deviationWeight: -1 },
      "Cannot compute posteriorComponentLoss as 'deviationWeight' must be a non-negative finite number: current value is -1",
    ],
  ])('refuses options out of range: %o', (options, message) => {
    expect(() => lossOf(options)).toThrow(new RangeError(message));
  });

  it('names the argument when the mixture does not fit the posterior', () => {
    expect(() => posteriorComponentLoss(wide(), mixture())).toThrow(
      "Cannot compute posteriorComponentLoss as 'mixture.logits' must have shape [1, components]: current shape is [3, 4]",
    );
  });

  it('keeps the loss alone, or its terms', () => {
    const [given, parameters] = [posterior(), mixture()];
    expectTensorsKept(1, () => posteriorComponentLoss(given, parameters));
    expectTensorsKept(3, () => posteriorComponentTerms(given, parameters));
  });
});
