import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { GaussianMixture } from '../../src/distributions/gaussianMixture.js';
import { nearestComponentLoss, nearestComponentTerms } from '../../src/losses/nearestComponentLoss.js';
import { expectGolden, type GoldenInput, goldenInput } from '../reference/lossGoldens.js';
import { mixtureLogProbability64, nearestComponentLoss64 } from '../reference/mixture.js';
import { codeTensor, mixtureCase, mixtureTensors, PROPERTY } from '../reference/randomMixtures.js';
import { expectAllClose, expectAllFinite, expectTensorsKept } from '../support/numeric.js';

const mixture = (input: GoldenInput = goldenInput): GaussianMixture => ({
  logits: input('logits'),
  means: input('mixtureMeans'),
  logStdDevs: input('logStdDevs'),
});

const CASES = [
  ['nearestComponentLossFormula', 'formula'],
  ['nearestComponentLossTensorflow', 'tensorflow'],
  ['nearestComponentLossPytorch', 'pytorch'],
] as const;

/** Means at (0, 0) and (4, 0). */
const two = () =>
  mixtureTensors([
    {
      logits: [0, 1],
      means: [
        [0, 0],
        [4, 0],
      ],
      logStdDevs: [[0], [0]],
    },
  ]);

const gradients = (code: number[], options: Parameters<typeof nearestComponentLoss>[2] = {}) => {
  const { logits, means, logStdDevs } = two();
  return tf.grads((z, logits, means) => {
    const parameters = { logits, means, logStdDevs } as GaussianMixture;
    return nearestComponentLoss(z as tf.Tensor2D, parameters, options);
  })([codeTensor([code]), logits, means]);
};

describe('nearestComponentLoss()', () => {
  it.each(CASES)('has the values and gradients of PyTorch: %s', async (name, coefficient) => {
    await expectGolden(name, (input) => nearestComponentLoss(input('z'), mixture(input), { coefficient }));
  });

  it('equals the float64 reference for random mixtures, and bounds the likelihood from above', async () => {
    const stdDev = 0.5;
    await fc.assert(
      fc.asyncProperty(mixtureCase, async ({ z, mixtures }) => {
        const expected = mixtures.map((m, i) => nearestComponentLoss64(z[i]!, m, stdDev));
        const loss = nearestComponentLoss(codeTensor(z), mixtureTensors(mixtures), { stdDev });
        await expectAllClose(loss, expected);
        mixtures.forEach((m, i) => {
          const fixed = { ...m, logStdDevs: m.means.map(() => [Math.log(stdDev)]) };
          const constant = (z[i]!.length / 2) * Math.log(2 * Math.PI * stdDev ** 2);
          expect(expected[i]! + constant).toBeGreaterThanOrEqual(
            -mixtureLogProbability64(z[i]!, fixed) - 1e-9,
          );
        });
      }),
      PROPERTY,
    );
  });

  it('moves the nearest mean alone, and all logits', async () => {
    const [, byLogits, byMeans] = gradients([3, 1], { stdDev: 1 });
    const first = 1 / (1 + Math.E);
    await expectAllClose(byLogits!, [first, -first]);
    await expectAllClose(byMeans!, [0, 0, 1, -1]);
  });

  it('counts the first of two equally near means', async () => {
    const [, , byMeans] = gradients([2, 0], { stdDev: 1 });
    await expectAllClose(byMeans!, [-2, 0, 0, 0]);
  });

  it.each(CASES)('has the gradient 0 where the code is the mean: %s', async (_, coefficient) => {
    const [byCode, , byMeans] = gradients([4, 0], { coefficient });
    await expectAllClose(byCode!, [0, 0]);
    await expectAllClose(byMeans!, [0, 0, 0, 0]);
  });

  it.each(CASES)(
    'has finite values and gradients for extreme codes and logits: %s',
    async (_, coefficient) => {
      const { means, logStdDevs } = two();
      const extreme = { logits: tf.tensor2d([[1e4, -1e4]]), means, logStdDevs };
      const code = codeTensor([[1e4, -1e4]]);
      const loss = nearestComponentLoss(code, extreme, { coefficient });
      await expectAllFinite(loss);
      const { weight } = nearestComponentTerms(code, extreme, { coefficient });
      await expectAllClose(weight, [2e4]); // the reference codes stop at -log(1e-30) = 69
      for (const gradient of gradients([1e4, -1e4], { coefficient })) await expectAllFinite(gradient);
    },
  );

  it('names the argument that breaks its rule', () => {
    const code = codeTensor([[0, 0]]);
    expect(() => nearestComponentLoss(code, two(), { stdDev: 0 })).toThrow(
      "Cannot compute nearestComponentLoss as 'stdDev' must be a positive finite number: current value is 0",
    );
    expect(() => nearestComponentLoss(code, two(), { coefficient: 'torch' as 'pytorch' })).toThrow(
      'Cannot compute nearestComponentLoss as \'coefficient\' must be one of "formula", "tensorflow", "pytorch": current value is "torch"',
    );
    expect(() => nearestComponentLoss(codeTensor([[0]]), two())).toThrow(
      "Cannot compute nearestComponentLoss as 'mixture.means' must have shape [1, 2, 1]: current shape is [1, 2, 2]",
    );
  });

  it('keeps the result and nothing else, and its terms two tensors', () => {
    const [z, parameters] = [goldenInput('z'), mixture()];
    expectTensorsKept(1, () => nearestComponentLoss(z, parameters, { coefficient: 'pytorch' }));
    expectTensorsKept(2, () => nearestComponentTerms(z, parameters));
  });
});
