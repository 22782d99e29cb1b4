import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, it } from 'vitest';

import { SIMD_FLAG } from '../../../src/backends/wasm/simd/module.js';
import { groupNormalization } from '../../../src/models/layers/groupNormalization.js';
import { groupNormalization64 } from '../../reference/groupNormalization.js';
import { type Differentiable, uniform } from '../../support/differentiable.js';
import { expectAllClose } from '../../support/numeric.js';
import { onWasm } from '../../support/onWasm.js';

const EPSILON = 1e-5;
const TOLERANCE = { rtol: 1e-4, atol: 2e-5 };

/** Shape of the maps and groups: more pixels than a block of sums has, channels that fill vectors and some that do not. */
const CASES: readonly (readonly [shape: [number, number, number, number], groups: number])[] = [
  [[2, 9, 15, 8], 2],
  [[2, 9, 15, 6], 3],
  [[1, 5, 3, 5], 1],
  [[3, 2, 4, 12], 12],
];

async function expectNormalization(shape: [number, number, number, number], groups: number): Promise<void> {
  const [batch, height, width, channels] = shape;
  const values = {
    x: uniform(shape, 1).map((value) => 1 + 2 * value),
    gamma: uniform([channels], 2),
    beta: uniform([channels], 3),
    dy: uniform(shape, 4),
  };
  const expected = groupNormalization64({ batch, pixels: height * width, channels, groups }, values, EPSILON);
  const inputs = [tf.tensor(values.x, shape), tf.tensor1d(values.gamma), tf.tensor1d(values.beta)];
  const normalize: Differentiable = (x, gamma, beta) =>
    groupNormalization(x as tf.Tensor4D, gamma as tf.Tensor1D, beta as tf.Tensor1D, {
      groups,
      epsilon: EPSILON,
    });
  await expectAllClose(normalize(...inputs), expected.y, TOLERANCE);
  const [dx, dGamma, dBeta] = tf.grads(normalize)(inputs, tf.tensor(values.dy, shape));
  await expectAllClose(dx!, expected.dx, TOLERANCE);
  await expectAllClose(dGamma!, expected.dGamma, TOLERANCE);
  await expectAllClose(dBeta!, expected.dBeta, TOLERANCE);
}

describe('group normalization on wasm', () => {
  afterEach(() => tf.env().set(SIMD_FLAG, true));

  it.each(CASES)(
    'equals the float64 reference, with its gradients, for maps %j in %i groups',
    (shape, groups) => onWasm(() => expectNormalization(shape, groups)),
  );

  it.each(CASES)('does so without SIMD for maps %j in %i groups', (shape, groups) =>
    onWasm(async () => {
      tf.env().set(SIMD_FLAG, false);
      await expectNormalization(shape, groups);
    }),
  );
});
