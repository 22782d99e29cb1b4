import * as tf from '@tensorflow/tfjs-core';
import { input } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';

import { GroupNormalization, groupNormalization } from '../../../src/models/layers/groupNormalization.js';
import golden from '../../golden/models/layers.json' with { type: 'json' };
import { goldenUniform } from '../../support/goldenWeights.js';
import { expectAllClose, expectAllFinite, expectTensorsKept } from '../../support/numeric.js';

const OPTIONS = { groups: 3, epsilon: 1e-3 };
const expected = golden.groupNormalization;
const inputs = () => ({
  x: tf.tensor4d(
    goldenUniform(144, 1).map((u) => 3 + 2 * u),
    [2, 3, 4, 6],
  ),
  gamma: tf.tensor1d(goldenUniform(6, 2).map((u) => 1 + 0.5 * u)),
  beta: tf.tensor1d(goldenUniform(6, 3)),
});

function gradientsOf({ x, gamma, beta }: ReturnType<typeof inputs>): tf.Tensor[] {
  const upstream = tf.tensor4d(goldenUniform(144, 4), [2, 3, 4, 6]);
  const loss = (...[map, weight, shift]: tf.Tensor[]) =>
    tf.sum(
      tf.mul(
        groupNormalization(map as tf.Tensor4D, weight as tf.Tensor1D, shift as tf.Tensor1D, OPTIONS),
        upstream,
      ),
    );
  const gradients = tf.grads(loss)([x, gamma, beta]);
  upstream.dispose();
  return gradients;
}

describe('groupNormalization()', () => {
  it('equals PyTorch', async () => {
    const { x, gamma, beta } = inputs();
    await expectAllClose(groupNormalization(x, gamma, beta, OPTIONS), expected.output, { atol: 1e-5 });
  });

  it('has the gradients of PyTorch', async () => {
    const [dx, dGamma, dBeta] = gradientsOf(inputs());
    await expectAllClose(dx!, expected.gradient, { rtol: 1e-4, atol: 1e-5 });
    await expectAllClose(dGamma!, expected.gammaGradient, { rtol: 1e-4, atol: 1e-5 });
    await expectAllClose(dBeta!, expected.betaGradient, { rtol: 1e-4, atol: 1e-5 });
  });

  it('does not depend on the other examples of the batch', async () => {
    const { x, gamma, beta } = inputs();
    const alone = groupNormalization(tf.slice(x, [1], [1]), gamma, beta, OPTIONS);
    const together = groupNormalization(x, gamma, beta, OPTIONS);
    await expectAllClose(alone, await tf.slice(together, [1], [1]).data());
  });

  it('stays finite on a constant map', async () => {
    const { gamma, beta } = inputs();
    const constant = tf.mul<tf.Tensor4D>(tf.ones([1, 4, 4, 6]), 1e3);
    await expectAllFinite(groupNormalization(constant, gamma, beta, { groups: 3, epsilon: 1e-5 }));
  });

  it('keeps the result and nothing else, also when differentiated', () => {
    const parts = inputs();
    expectTensorsKept(1, () => groupNormalization(parts.x, parts.gamma, parts.beta, OPTIONS));
    expectTensorsKept(3, () => gradientsOf(parts));
  });

  it('names what does not fit', () => {
    const { x, gamma, beta } = inputs();
    expect(() => groupNormalization(x, tf.zeros([5]), beta, OPTIONS)).toThrow(
      "Cannot run groupNormalization as 'gamma' must have shape [6]: current shape is [5]",
    );
    expect(() => groupNormalization(x, gamma, beta, { groups: 4, epsilon: 1e-5 })).toThrow(
      "Cannot run groupNormalization as 'groups' must divide the number of channels, 6: current value is 4",
    );
  });
});

describe('GroupNormalization', () => {
  it('names the channels that its groups do not divide', () => {
    const build = () =>
      new GroupNormalization({ groups: 4, epsilon: 1e-5 }).apply(input({ shape: [2, 2, 6] }));
    expect(build).toThrow(
      "Cannot build GroupNormalization as 'groups' must divide the number of channels, 6: current value is 4",
    );
  });

  it('starts as plain normalization: unit mean square', async () => {
    const { x } = inputs();
    const layer = new GroupNormalization({ groups: 1, epsilon: 1e-8 });
    await expectAllClose(tf.mean(tf.square(layer.apply(x) as tf.Tensor), [1, 2, 3]), [1, 1], { rtol: 1e-4 });
    layer.dispose();
  });
});
