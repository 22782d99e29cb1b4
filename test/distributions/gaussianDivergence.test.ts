import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { gaussianDivergence } from '../../src/distributions/gaussianDivergence.js';
import { expectGolden, type GoldenInput, goldenInput } from '../reference/lossGoldens.js';
import { PROPERTY } from '../reference/randomMixtures.js';
import { backendTolerance, expectAllClose, expectAllFinite, expectTensorsKept } from '../support/numeric.js';

const posterior = (input: GoldenInput = goldenInput) => ({
  means: input('means'),
  logVariances: input('logVariances'),
});
const prior = (input: GoldenInput = goldenInput) => ({
  means: input('priorMeans'),
  logVariances: input('priorLogVariances'),
});
const unit = (mean: number, logVariance: number) => ({
  means: tf.tensor2d([[mean]]),
  logVariances: tf.tensor2d([[logVariance]]),
});

describe('gaussianDivergence()', () => {
  it('has the values and gradients of PyTorch against the unit Gaussian', async () => {
    await expectGolden('gaussianDivergence', (input) => gaussianDivergence(posterior(input)));
  });

  it('has the values and gradients of PyTorch against another Gaussian', async () => {
    await expectGolden('gaussianDivergenceFromPrior', (input) =>
      gaussianDivergence(posterior(input), prior(input)),
    );
  });

  it('is 0 from itself, with the gradient 0', async () => {
    await expectAllClose(gaussianDivergence(prior(), prior()), new Array(9).fill(0));
    const [byMean, byLogVariance] = tf.grads((means, logVariances) =>
      gaussianDivergence({ means, logVariances } as ReturnType<typeof unit>),
    )([tf.zeros([1, 2]), tf.zeros([1, 2])]);
    await expectAllClose(byMean!, [0, 0]);
    await expectAllClose(byLogVariance!, [0, 0]);
  });

  it('is never negative, however close the Gaussians', async () => {
    const number = fc.double({ min: -12, max: 12, noNaN: true });
    // The webgpu backend computes expm1(x) as exp(x) - 1.
    const least = tf.getBackend() === 'webgpu' ? -backendTolerance().atol : 0;
    await fc.assert(
      fc.asyncProperty(number, number, number, number, async (mean, logVariance, priorMean, shift) => {
        const divergence = gaussianDivergence(
          unit(mean, logVariance),
          unit(priorMean, logVariance + shift / 1e4),
        );
        const [value] = await divergence.data();
        expect(value).toBeGreaterThanOrEqual(least);
      }),
      PROPERTY,
    );
  });

  it('stays finite for extreme parameters', async () => {
    const extreme = { means: tf.tensor2d([[1e4, -1e4, 0]]), logVariances: tf.tensor2d([[-80, 80, 80]]) };
    await expectAllFinite(gaussianDivergence(extreme));
  });

  it('names the argument when the shapes do not fit', () => {
    expect(() => gaussianDivergence(posterior(), unit(0, 0))).toThrow(
      "Cannot compute gaussianDivergence as 'prior.means' must have shape [3, 3]: current shape is [1, 1]",
    );
  });

  it('keeps the result and nothing else', () => {
    const [p, q] = [posterior(), prior()];
    expectTensorsKept(1, () => gaussianDivergence(p));
    expectTensorsKept(1, () => gaussianDivergence(p, q));
  });
});
