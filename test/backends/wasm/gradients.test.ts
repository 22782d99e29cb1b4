import * as tf from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';

import { uniform } from '../../support/differentiable.js';
import { expectAllClose, expectTensorsKept, numericGradient } from '../../support/numeric.js';

/** Activations of tf.layers with their float64 definitions. */
const ACTIVATIONS: Readonly<Record<string, readonly [(x: tf.Tensor) => tf.Tensor, (x: number) => number]>> = {
  relu: [tf.relu, (x) => Math.max(0, x)],
  relu6: [(x) => tf.relu6(x), (x) => Math.min(6, Math.max(0, x))],
  elu: [tf.elu, (x) => (x > 0 ? x : Math.expm1(x))],
  selu: [tf.selu, (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x))],
  leakyRelu: [(x) => tf.leakyRelu(x, 0.3), (x) => (x > 0 ? x : 0.3 * x)],
  softplus: [tf.softplus, (x) => Math.log1p(Math.exp(x))],
  sigmoid: [tf.sigmoid, (x) => 1 / (1 + Math.exp(-x))],
  tanh: [tf.tanh, Math.tanh],
};

const VALUES = uniform([64], 1).map((value) => 8 * value);

describe('gradients of activations', () => {
  it.each(Object.entries(ACTIVATIONS))(
    'equal the float64 reference: %s',
    async (_, [activation, reference]) => {
      const x = tf.tensor1d(VALUES);
      const slopes = [...VALUES].map((value) => numericGradient(([at]) => reference(at!), [value])[0]!);
      await expectAllClose(activation(x), [...VALUES].map(reference), { atol: 1e-5 });
      await expectAllClose(tf.grad(activation)(x), slopes, { atol: 1e-5 });
      expectTensorsKept(1, () => tf.grad(activation)(x));
    },
  );

  it('of prelu reach its slopes, one per channel', async () => {
    const [x, alpha] = [tf.tensor2d(VALUES, [16, 4]), tf.tensor1d([0.1, 0.2, 0.3, 0.4])];
    const [dx, dAlpha] = tf.grads((u, slopes) => tf.prelu(u, slopes))([x, alpha]) as [tf.Tensor, tf.Tensor];
    await expectAllClose(
      dx,
      [...VALUES].map((value, i) => (value > 0 ? 1 : 0.1 * ((i % 4) + 1))),
    );
    const sums = [0, 1, 2, 3].map((channel) =>
      VALUES.reduce((sum, value, i) => (i % 4 === channel ? sum + Math.min(0, value) : sum), 0),
    );
    await expectAllClose(dAlpha, sums);
  });
});
