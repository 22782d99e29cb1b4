import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { colorVaeLoss, type ColorVaeLossOptions } from '../../src/losses/colorVaeLoss.js';
import { klDivergence } from '../../src/losses/klDivergence.js';
import { weightedL1 } from '../../src/losses/reconstruction.js';
import { expectGolden, type GoldenInput, goldenInput } from '../reference/lossGoldens.js';
import { expectAllClose, expectTensorsKept } from '../support/numeric.js';

const inputs = (input: GoldenInput = goldenInput) => ({
  target: input('target'),
  reconstruction: input('reconstruction'),
  posterior: { means: input('means'), logVariances: input('logVariances') },
});

const ALL_TERMS = {
  reconstruction: 'norm',
  beta: 0.32,
  gradientWeight: 0.001,
  mahalanobisWeight: 0.1,
} as const;

const allTerms = (input: GoldenInput = goldenInput) =>
  colorVaeLoss(
    { ...inputs(input), weights: input('weights') },
    { ...ALL_TERMS, components: { components: input('components'), variances: input('variances') } },
  );

describe('colorVaeLoss()', () => {
  it('has the value and gradients of PyTorch with free bits', async () => {
    await expectGolden('colorVaeLossTotal', (input) =>
      tf.sum(colorVaeLoss(inputs(input), { beta: 0.3, freeBits: 0.5 }).total),
    );
  });

  it('has the values and gradients of PyTorch with every term of the method', async () => {
    await expectGolden('colorVaeLossAllTerms', (input) => allTerms(input).total);
  });

  it('is the sum of absolute differences and the divergence by default', async () => {
    const { target, reconstruction, posterior } = inputs();
    const loss = colorVaeLoss({ target, reconstruction, posterior });
    expect(Object.keys(loss).sort()).toEqual(['kl', 'reconstruction', 'total']);
    await expectAllClose(loss.reconstruction, await weightedL1(target, reconstruction).data());
    await expectAllClose(loss.kl, await klDivergence(posterior).data());
    const terms = await Promise.all([loss.reconstruction.data(), loss.kl.data()]);
    await expectAllClose(
      loss.total,
      Array.from(terms[0], (term, i) => term + terms[1][i]!),
    );
    const explicit = { reconstruction: undefined, beta: undefined } as unknown as ColorVaeLossOptions;
    await expectAllClose(colorVaeLoss(inputs(), explicit).total, await loss.total.data());
  });

  it('is the weighted sum of its terms', async () => {
    const { total, reconstruction, kl, gradient, mahalanobis } = allTerms();
    const sum = tf.addN([
      reconstruction,
      tf.mul(kl, 0.32),
      tf.mul(gradient!, 0.001),
      tf.mul(mahalanobis!, 0.1),
    ]);
    await expectAllClose(total, await sum.data());
  });

  it('has square gradient differences unless the reconstruction is a norm', async () => {
    const options = { gradientWeight: 1, reconstruction: 'squared' } as const;
    const { gradient } = colorVaeLoss(inputs(), options);
    const norm = await allTerms().gradient!.data();
    await expectAllClose(
      gradient!,
      norm.map((x) => x ** 2),
    );
  });

  it('measures the divergence from a prior when given one, and reports it without free bits', async () => {
    const { posterior } = inputs();
    const same = colorVaeLoss({ ...inputs(), prior: posterior }, { freeBits: 0.5 });
    await expectAllClose(same.kl, [0, 0, 0]);
    const excess = tf.sub(same.total, same.reconstruction);
    // Differences of sums of about 10, and three dimensions at the floor.
    await expectAllClose(excess, [1.5, 1.5, 1.5], { atol: 1e-5 });
  });

  it('gives an example the same loss alone and in a batch', async () => {
    const { target, reconstruction, posterior } = inputs();
    const first = <T extends tf.Tensor>(x: T): T => tf.slice(x, 0, 1);
    const alone = colorVaeLoss({
      target: first(target),
      reconstruction: first(reconstruction),
      posterior: { means: first(posterior.means), logVariances: first(posterior.logVariances) },
    });
    await expectAllClose(alone.total, (await colorVaeLoss(inputs()).total.data()).slice(0, 1));
  });

  it('names the argument that breaks its rule', () => {
    const action = 'Cannot compute colorVaeLoss as';
    expect(() => colorVaeLoss(inputs(), { reconstruction: 'l2' as 'l1' })).toThrow(
      `${action} 'reconstruction' must be one of "l1", "norm", "squared": current value is "l2"`,
    );
    expect(() => colorVaeLoss(inputs(), { beta: -1 })).toThrow(
      `${action} 'beta' must be a non-negative finite number: current value is -1`,
    );
    expect(() => colorVaeLoss(inputs(), { freeBits: NaN })).toThrow(
      `${action} 'freeBits' must be a non-negative finite number: current value is NaN`,
    );
    expect(() => colorVaeLoss(inputs(), { mahalanobisWeight: 0.1 })).toThrow(
      `${action} 'components' must be given where 'mahalanobisWeight' is above 0: current value is undefined`,
    );
    expect(() => colorVaeLoss({ ...inputs(), reconstruction: tf.zeros([3, 5, 4, 1]) })).toThrow(
      `${action} 'reconstruction' must have shape [3, 5, 4, 2]: current shape is [3, 5, 4, 1]`,
    );
    const posterior = { means: tf.zeros<tf.Rank.R2>([1, 3]), logVariances: tf.zeros<tf.Rank.R2>([1, 3]) };
    expect(() => colorVaeLoss({ ...inputs(), posterior })).toThrow(
      `${action} 'posterior.means' must have shape [3, latentDim]: current shape is [1, 3]`,
    );
  });

  it('keeps total and terms and nothing else', () => {
    const given = { ...inputs(), weights: goldenInput('weights') };
    const components = { components: goldenInput('components'), variances: goldenInput('variances') };
    expectTensorsKept(3, () => colorVaeLoss(given, { freeBits: 0.1 }));
    expectTensorsKept(5, () => colorVaeLoss(given, { ...ALL_TERMS, components }));
  });
});
