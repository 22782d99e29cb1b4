import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { GaussianMixture } from '../../src/distributions/gaussianMixture.js';
import { mixtureEntropyBound, mixtureMean, mixtureVariance } from '../../src/distributions/mixtureMoments.js';
import { expectGolden, type GoldenInput, goldenInput } from '../reference/lossGoldens.js';
import { mixtureMean64, mixtureVariance64 } from '../reference/mixture.js';
import { mixtureCase, mixtureTensors, PROPERTY } from '../reference/randomMixtures.js';
import { expectAllClose, expectAllFinite, expectTensorsKept } from '../support/numeric.js';

const mixture = (
  input: GoldenInput = goldenInput,
  logStdDevs: 'logStdDevs' | 'isotropicLogStdDevs' = 'logStdDevs',
): GaussianMixture => ({
  logits: input('logits'),
  means: input('mixtureMeans'),
  logStdDevs: input(logStdDevs),
});

const misfit = (): GaussianMixture => ({ ...mixture(), logits: tf.zeros([3, 5]) });

/** `1/2 * log(2 pi e)`: entropy in nats of the unit Gaussian, per dimension. */
const UNIT_ENTROPY = 0.5 * Math.log(2 * Math.PI * Math.E);

describe('mixtureMean()', () => {
  it('has the values and gradients of PyTorch', async () => {
    await expectGolden('mixtureMean', (input) => mixtureMean(mixture(input)));
    await expectGolden('mixtureMeanIsotropic', (input) => mixtureMean(mixture(input, 'isotropicLogStdDevs')));
  });

  it('equals the float64 reference for random mixtures', async () => {
    await fc.assert(
      fc.asyncProperty(mixtureCase, async ({ mixtures }) => {
        await expectAllClose(mixtureMean(mixtureTensors(mixtures)), mixtures.flatMap(mixtureMean64));
      }),
      PROPERTY,
    );
  });

  it('names the argument when the parameters do not fit', () => {
    expect(() => mixtureMean(misfit())).toThrow(
      "Cannot compute mixtureMean as 'mixture.means' must have shape [3, 5, latentDim]: current shape is [3, 4, 3]",
    );
  });

  it('keeps the result and nothing else', () => {
    const parameters = mixture();
    expectTensorsKept(1, () => mixtureMean(parameters));
  });
});

describe('mixtureVariance()', () => {
  it('has the values and gradients of PyTorch', async () => {
    await expectGolden('mixtureVariance', (input) => mixtureVariance(mixture(input)));
    await expectGolden('mixtureVarianceIsotropic', (input) =>
      mixtureVariance(mixture(input, 'isotropicLogStdDevs')),
    );
  });

  it('equals the float64 reference for random mixtures', async () => {
    await fc.assert(
      fc.asyncProperty(mixtureCase, async ({ mixtures }) => {
        await expectAllClose(mixtureVariance(mixtureTensors(mixtures)), mixtures.flatMap(mixtureVariance64));
      }),
      PROPERTY,
    );
  });

  it('keeps a small variance of components that lie far from 0', async () => {
    const far = { logits: [0, 0], means: [[1024], [1024]], logStdDevs: [[-7], [-7]] };
    await expectAllClose(mixtureVariance(mixtureTensors([far])), [Math.exp(-14)], { atol: 0 });
  });

  it('names the argument when the parameters do not fit', () => {
    expect(() => mixtureVariance(misfit())).toThrow(
      "Cannot compute mixtureVariance as 'mixture.means' must have shape [3, 5, latentDim]: current shape is [3, 4, 3]",
    );
  });

  it('keeps the result and nothing else', () => {
    const parameters = mixture();
    expectTensorsKept(1, () => mixtureVariance(parameters));
  });
});

describe('mixtureEntropyBound()', () => {
  it('is the entropy of a Gaussian for one component', async () => {
    const single = { logits: [5], means: [[1, 2]], logStdDevs: [[0.5, -1]] };
    await expectAllClose(mixtureEntropyBound(mixtureTensors([single])), [2 * UNIT_ENTROPY - 0.5]);
  });

  it('adds the entropy of the weights, for isotropic deviations too', async () => {
    const apart = {
      logits: [0, Math.log(3)],
      means: [
        [0, 0],
        [9, 9],
      ],
      logStdDevs: [[0], [0.5]],
    };
    const weights = -0.25 * Math.log(0.25) - 0.75 * Math.log(0.75);
    const expected = weights + 2 * UNIT_ENTROPY + 0.75 * 2 * 0.5;
    await expectAllClose(mixtureEntropyBound(mixtureTensors([apart])), [expected]);
  });

  it('stays finite where a weight underflows', async () => {
    const extreme = { logits: [1e4, -1e4], means: [[0], [1]], logStdDevs: [[-10], [10]] };
    const bound = mixtureEntropyBound(mixtureTensors([extreme]));
    await expectAllFinite(bound);
    await expectAllClose(bound, [UNIT_ENTROPY - 10]);
  });

  it('names the argument when the parameters do not fit', () => {
    expect(() => mixtureEntropyBound(misfit())).toThrow(
      "Cannot compute mixtureEntropyBound as 'mixture.means' must have shape [3, 5, latentDim]: current shape is [3, 4, 3]",
    );
  });

  it('keeps the result and nothing else', () => {
    const parameters = mixture();
    expectTensorsKept(1, () => mixtureEntropyBound(parameters));
  });
});
