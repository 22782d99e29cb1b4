import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { gaussianLogProbability } from '../../src/distributions/diagonalGaussian.js';
import {
  type GaussianMixture,
  mixtureLogProbability,
  mixtureResponsibilities,
} from '../../src/distributions/gaussianMixture.js';
import { expectGolden, type GoldenInput, goldenInput } from '../reference/lossGoldens.js';
import { mixtureLogProbability64, mixtureResponsibilities64, weights64 } from '../reference/mixture.js';
import { codeTensor, mixtureCase, mixtureTensors, PROPERTY } from '../reference/randomMixtures.js';
import { expectAllClose, expectAllFinite, expectTensorsKept } from '../support/numeric.js';

const mixture = (
  input: GoldenInput = goldenInput,
  logStdDevs: 'logStdDevs' | 'isotropicLogStdDevs' = 'logStdDevs',
): GaussianMixture => ({
  logits: input('logits'),
  means: input('mixtureMeans'),
  logStdDevs: input(logStdDevs),
});

const z = () => goldenInput('z');

describe('mixtureLogProbability()', () => {
  it('has the values and gradients of PyTorch', async () => {
    await expectGolden('mixtureLogProbability', (input) => mixtureLogProbability(input('z'), mixture(input)));
    await expectGolden('mixtureLogProbabilityIsotropic', (input) =>
      mixtureLogProbability(input('z'), mixture(input, 'isotropicLogStdDevs')),
    );
  });

  it('equals the float64 reference for random mixtures, and a batch the loop over its examples', async () => {
    await fc.assert(
      fc.asyncProperty(mixtureCase, async ({ z, mixtures }) => {
        const expected = mixtures.map((m, i) => mixtureLogProbability64(z[i]!, m));
        await expectAllClose(mixtureLogProbability(codeTensor(z), mixtureTensors(mixtures)), expected);
        const alone = mixtureLogProbability(codeTensor(z.slice(0, 1)), mixtureTensors(mixtures.slice(0, 1)));
        await expectAllClose(alone, expected.slice(0, 1));
      }),
      PROPERTY,
    );
  });

  it('does not depend on the order of the components', async () => {
    const { logits, means, logStdDevs } = mixture();
    const reversed = {
      logits: tf.reverse(logits, 1),
      means: tf.reverse(means, 1),
      logStdDevs: tf.reverse(logStdDevs, 1),
    };
    await expectAllClose(
      mixtureLogProbability(z(), reversed),
      await mixtureLogProbability(z(), mixture()).data(),
    );
  });

  it('does not depend on a constant added to the logits', async () => {
    const shifted = { ...mixture(), logits: tf.add<tf.Tensor2D>(mixture().logits, 100) };
    const expected = await mixtureLogProbability(z(), mixture()).data();
    // The sum with 100 rounds the logits to 4e-6.
    await expectAllClose(mixtureLogProbability(z(), shifted), expected, { atol: 1e-5 });
  });

  it('is the same for isotropic deviations and equal deviations of all dimensions', async () => {
    const isotropic = mixture(goldenInput, 'isotropicLogStdDevs');
    const diagonal = { ...isotropic, logStdDevs: tf.tile(isotropic.logStdDevs, [1, 1, 3]) };
    await expectAllClose(
      mixtureLogProbability(z(), diagonal),
      await mixtureLogProbability(z(), isotropic).data(),
    );
  });

  it('is the log-density of a Gaussian for one component, whatever its logit', async () => {
    const { means, logVariances } = { means: z(), logVariances: goldenInput('logVariances') };
    const single = {
      logits: tf.tensor2d([[-7], [0], [3]]),
      means: tf.expandDims<tf.Tensor3D>(means, 1),
      logStdDevs: tf.expandDims<tf.Tensor3D>(tf.mul(logVariances, 0.5), 1),
    };
    const code = goldenInput('noise');
    await expectAllClose(
      mixtureLogProbability(code, single),
      await gaussianLogProbability(code, { means, logVariances }).data(),
    );
  });

  it('has finite values and gradients for extreme codes, deviations and logits', async () => {
    const cases = [1e4, -1e4].flatMap((code) =>
      [-10, 10].flatMap((deviation) => [1e4, -1e4].map((logit) => ({ code, deviation, logit }))),
    );
    const codes = tf.tensor2d(cases.map(({ code }) => [code, code]));
    const logits = tf.tensor2d(cases.map(({ logit }) => [logit, 0, -logit]));
    const means = tf.zeros([cases.length, 3, 2]);
    const logStdDevs = tf.tensor3d(cases.map(({ deviation }) => [[deviation], [-deviation], [0]]));
    await expectAllFinite(mixtureLogProbability(codes, { logits, means, logStdDevs } as GaussianMixture));
    const gradients = tf.grads((code, logits, means, logStdDevs) =>
      mixtureLogProbability(code as tf.Tensor2D, { logits, means, logStdDevs } as GaussianMixture),
    )([codes, logits, means, logStdDevs]);
    for (const gradient of gradients) await expectAllFinite(gradient);
  });

  it('names the argument and both shapes when the mixture does not fit', () => {
    const action = 'Cannot compute mixtureLogProbability as';
    expect(() => mixtureLogProbability(tf.zeros([2, 3]), mixture())).toThrow(
      `${action} 'mixture.logits' must have shape [2, components]: current shape is [3, 4]`,
    );
    expect(() => mixtureLogProbability(tf.zeros([3, 5]), mixture())).toThrow(
      `${action} 'mixture.means' must have shape [3, 4, 5]: current shape is [3, 4, 3]`,
    );
    expect(() => mixtureLogProbability(z(), { ...mixture(), logStdDevs: tf.zeros([3, 4, 2]) })).toThrow(
      `${action} 'mixture.logStdDevs' must have shape [3, 4, 3]: current shape is [3, 4, 2]`,
    );
    expect(() => mixtureLogProbability(tf.zeros<tf.Rank>([3]) as tf.Tensor2D, mixture())).toThrow(
      `${action} 'z' must have shape [batch, latentDim]: current shape is [3]`,
    );
  });

  it('keeps the result and nothing else', () => {
    const [codes, parameters] = [z(), mixture()];
    expectTensorsKept(1, () => mixtureLogProbability(codes, parameters));
  });
});

describe('mixtureResponsibilities()', () => {
  it('has the values and gradients of PyTorch', async () => {
    await expectGolden('mixtureResponsibilities', (input) =>
      mixtureResponsibilities(input('z'), mixture(input)),
    );
    await expectGolden('mixtureResponsibilitiesIsotropic', (input) =>
      mixtureResponsibilities(input('z'), mixture(input, 'isotropicLogStdDevs')),
    );
  });

  it('equals the float64 reference for random mixtures', async () => {
    await fc.assert(
      fc.asyncProperty(mixtureCase, async ({ z, mixtures }) => {
        const expected = mixtures.flatMap((m, i) => mixtureResponsibilities64(z[i]!, m));
        await expectAllClose(mixtureResponsibilities(codeTensor(z), mixtureTensors(mixtures)), expected);
      }),
      PROPERTY,
    );
  });

  it('are the weights where all components are equal', async () => {
    const [logits, equal] = [
      [0.2, -1, 2],
      [0.5, 0.5],
    ];
    const same = { logits, means: [equal, equal, equal], logStdDevs: [[0.1], [0.1], [0.1]] };
    const actual = mixtureResponsibilities(tf.tensor2d([[2, -3]]), mixtureTensors([same]));
    await expectAllClose(actual, weights64(same));
  });

  it('names the argument when the mixture does not fit', () => {
    expect(() => mixtureResponsibilities(tf.zeros([3, 5]), mixture())).toThrow(
      "Cannot compute mixtureResponsibilities as 'mixture.means' must have shape [3, 4, 5]: current shape is [3, 4, 3]",
    );
  });

  it('keeps the result and nothing else', () => {
    const [codes, parameters] = [z(), mixture()];
    expectTensorsKept(1, () => mixtureResponsibilities(codes, parameters));
  });
});
