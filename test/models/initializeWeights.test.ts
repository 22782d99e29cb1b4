import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import type { Initialization } from '../../src/models/config.js';
import { initializeWeights } from '../../src/models/initializeWeights.js';
import { seedSequence } from '../../src/random.js';
import { expectTensorsKept } from '../support/numeric.js';

const FAN_IN = 3 * 3 * 16;
const COUNT = FAN_IN * 64;

/** Values of a kernel, a bias and an output layer's kernel after drawing them. */
async function drawn(initialization: Initialization, seed = 0) {
  const variables = tf.tidy(() => ({
    kernel: tf.variable(tf.zeros([3, 3, 16, 64])),
    bias: tf.variable(tf.ones([64])),
    output: tf.variable(tf.zeros([3, 3, 16, 64])),
    gamma: tf.variable(tf.ones([64])),
  }));
  const weights = new Map([
    ['a/kernel', variables.kernel],
    ['a/bias', variables.bias],
    ['b/kernel', variables.output],
    ['c/gamma', variables.gamma],
  ]);
  const options = { initialization, seeds: seedSequence(seed), gains: { b: 0.1 } };
  expectTensorsKept(0, () => initializeWeights(weights, options));
  const values = await Promise.all(Object.values(variables).map((variable) => variable.data<'float32'>()));
  const copies = values.map((array) => Array.from(array));
  tf.dispose(variables);
  return { kernel: copies[0]!, bias: copies[1]!, output: copies[2]!, gamma: copies[3]! };
}

function deviation(values: number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
}

/** Four standard errors of the deviation of `COUNT` normal draws, relative. */
const BOUND = 4 / Math.sqrt(2 * COUNT);

describe('initializeWeights()', () => {
  it('draws He-normal kernels, smaller ones where a gain is given, and biases of zero', async () => {
    const { kernel, bias, output, gamma } = await drawn('heNormal');
    expect(Math.abs(deviation(kernel) / Math.sqrt(2 / FAN_IN) - 1)).toBeLessThan(BOUND);
    expect(Math.abs(deviation(output) / (0.1 / Math.sqrt(FAN_IN)) - 1)).toBeLessThan(BOUND);
    expect(bias).toEqual(new Array(64).fill(0));
    expect(gamma).toEqual(new Array(64).fill(1));
  });

  it("draws PyTorch's default: kernels and biases uniform within 1 / sqrt(fanIn)", async () => {
    const { kernel, bias } = await drawn('uniformFanIn');
    const bound = 1 / Math.sqrt(FAN_IN);
    for (const values of [kernel, bias]) expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound);
    expect(Math.max(...kernel.map(Math.abs))).toBeGreaterThan(0.99 * bound);
    expect(Math.abs(deviation(kernel) / (bound / Math.sqrt(3)) - 1)).toBeLessThan(BOUND);
    expect(new Set(bias).size).toBeGreaterThan(60);
  });

  it('draws small normal kernels and constant biases as the TensorFlow reference does', async () => {
    const { kernel, bias } = await drawn('smallNormal');
    expect(Math.abs(deviation(kernel) / 0.001 - 1)).toBeLessThan(BOUND);
    expect(bias).toEqual(new Array(64).fill(Math.fround(0.001)));
  });

  it('repeats for the same seed and gives every variable its own numbers', async () => {
    const first = await drawn('heNormal', 5);
    expect(await drawn('heNormal', 5)).toEqual(first);
    expect((await drawn('heNormal', 6)).kernel).not.toEqual(first.kernel);
    expect(first.kernel[0]! / first.output[0]!).not.toBeCloseTo(Math.SQRT2 / 0.1, 3);
  });
});
