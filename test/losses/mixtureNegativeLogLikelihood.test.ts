import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { mixtureNegativeLogLikelihood } from '../../src/losses/mixtureNegativeLogLikelihood.js';
import { flatMixture, mixtureFromFlat, mixtureLogProbability64 } from '../reference/mixture.js';
import { codeTensor, mixtureCase, mixtureTensors, PROPERTY } from '../reference/randomMixtures.js';
import { expectAllClose, expectAllFinite, expectTensorsKept, numericGradient } from '../support/numeric.js';

type Parameters = [tf.Tensor2D, tf.Tensor2D, tf.Tensor3D, tf.Tensor3D];

const loss = (...[z, logits, means, logStdDevs]: Parameters) =>
  mixtureNegativeLogLikelihood(z, { logits, means, logStdDevs });

describe('mixtureNegativeLogLikelihood()', () => {
  it('is the float64 log-density with the other sign, for random mixtures', async () => {
    await fc.assert(
      fc.asyncProperty(mixtureCase, async ({ z, mixtures }) => {
        const expected = mixtures.map((mixture, i) => -mixtureLogProbability64(z[i]!, mixture));
        await expectAllClose(mixtureNegativeLogLikelihood(codeTensor(z), mixtureTensors(mixtures)), expected);
      }),
      PROPERTY,
    );
  });

  it('has the gradients of the float64 reference with respect to everything, for random mixtures', async () => {
    await fc.assert(
      fc.asyncProperty(mixtureCase, async ({ z, mixtures }) => {
        const { logits, means, logStdDevs } = mixtureTensors(mixtures.slice(0, 1));
        const [code, mixture] = [z[0]!, mixtures[0]!];
        const gradients = tf.grads((...xs) => loss(...(xs as Parameters)))([
          codeTensor([code]),
          logits,
          means,
          logStdDevs,
        ]);
        const byCode = (x: number[]) => -mixtureLogProbability64(x, mixture);
        const byParameters = (x: number[]) => -mixtureLogProbability64(code, mixtureFromFlat(x, mixture));
        await expectAllClose(gradients[0]!, numericGradient(byCode, code), { atol: 1e-5 });
        const parameters = tf.concat(gradients.slice(1).map((gradient) => tf.reshape(gradient, [-1])));
        // Terms of up to 400 cancel in float32.
        const expected = numericGradient(byParameters, flatMixture(mixture));
        await expectAllClose(parameters, expected, { atol: 1e-4 });
      }),
      PROPERTY,
    );
  });

  it('stays finite and tells codes apart where every density underflows', async () => {
    const mixture = {
      logits: [0, 0],
      means: [
        [0, 0],
        [1, 1],
      ],
      logStdDevs: [[-2], [-2]],
    };
    const value = mixtureNegativeLogLikelihood(
      codeTensor([
        [1e4, 1e4],
        [2e4, 2e4],
      ]),
      mixtureTensors([mixture, mixture]),
    );
    await expectAllFinite(value);
    const expected = [1e4, 2e4].map((x) => -mixtureLogProbability64([x, x], mixture));
    await expectAllClose(value, expected);
    expect(expected[1]).toBeGreaterThan(expected[0]!);
  });

  it('names the argument and both shapes when the mixture does not fit', () => {
    const mixture = mixtureTensors([{ logits: [0], means: [[0, 0]], logStdDevs: [[0]] }]);
    expect(() => mixtureNegativeLogLikelihood(codeTensor([[1, 2, 3]]), mixture)).toThrow(
      "Cannot compute mixtureNegativeLogLikelihood as 'mixture.means' must have shape [1, 1, 3]: current shape is [1, 1, 2]",
    );
  });

  it('keeps the result and nothing else', () => {
    const [z, mixture] = [
      codeTensor([[1]]),
      mixtureTensors([{ logits: [0], means: [[0]], logStdDevs: [[0]] }]),
    ];
    expectTensorsKept(1, () => mixtureNegativeLogLikelihood(z, mixture));
  });
});
