import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { klDivergence } from '../../src/losses/klDivergence.js';
import { expectGolden, type GoldenInput, goldenInput } from '../reference/lossGoldens.js';
import { expectAllClose, expectTensorsKept } from '../support/numeric.js';

const posterior = (input: GoldenInput = goldenInput) => ({
  means: input('means'),
  logVariances: input('logVariances'),
});
const prior = (input: GoldenInput = goldenInput) => ({
  means: input('priorMeans'),
  logVariances: input('priorLogVariances'),
});

describe('klDivergence()', () => {
  it('has the values and gradients of PyTorch', async () => {
    await expectGolden('klDivergence', (input) => klDivergence(posterior(input)));
    await expectGolden('klDivergenceFromPrior', (input) => klDivergence(posterior(input), prior(input)));
  });

  it('is |means|**2 / 2 for unit variances, whatever the batch size', async () => {
    const gaussian = (means: number[][]) => ({
      means: tf.tensor2d(means),
      logVariances: tf.zerosLike(tf.tensor2d(means)),
    });
    await expectAllClose(klDivergence(gaussian([[3, 4]])), [12.5]);
    await expectAllClose(
      klDivergence(
        gaussian([
          [3, 4],
          [0, 0],
          [1, 0],
        ]),
      ),
      [12.5, 0, 0.5],
    );
  });

  it('names the argument when the shapes do not fit', () => {
    const wrong = { means: posterior().means, logVariances: tf.zeros<tf.Rank.R2>([3, 1]) };
    expect(() => klDivergence(wrong)).toThrow(
      "Cannot compute klDivergence as 'posterior.logVariances' must have shape [3, 3]: current shape is [3, 1]",
    );
  });

  it('keeps the result and nothing else', () => {
    const [p, q] = [posterior(), prior()];
    expectTensorsKept(1, () => klDivergence(p));
    expectTensorsKept(1, () => klDivergence(p, q));
  });
});
