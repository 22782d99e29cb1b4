import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { BoundedLogStdDevs, FixedLogStdDevs } from '../../../src/models/layers/logStdDevs.js';
import { expectAllClose, expectTensorsKept, numericGradient } from '../../support/numeric.js';

const BOUNDS = { least: -4, most: 1 };
const softplus = (x: number) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0);
const bounded = (x: number) => {
  const below = BOUNDS.most - softplus(BOUNDS.most - x);
  return BOUNDS.least + softplus(below - BOUNDS.least);
};

describe('BoundedLogStdDevs', () => {
  const layer = new BoundedLogStdDevs(BOUNDS);
  const x = [-50, -6, -4, -1.5, 0, 1, 3, 50];

  it('equals the float64 formula', async () => {
    await expectAllClose(layer.apply(tf.tensor1d(x)) as tf.Tensor, x.map(bounded));
  });

  it('has the gradient of the float64 formula', async () => {
    const gradient = tf.grad((y) => tf.sum(layer.apply(y) as tf.Tensor))(tf.tensor1d(x));
    await expectAllClose(
      gradient,
      numericGradient((y) => y.reduce((sum, value) => sum + bounded(value), 0), x),
    );
  });

  it('keeps between the bounds and is nearly the identity in between', () => {
    expect(bounded(-50)).toBeCloseTo(-4, 10);
    expect(bounded(50)).toBeLessThan(1 + Math.exp(-5));
    expect(Math.abs(bounded(-1.5) + 1.5)).toBeLessThan(0.01);
  });

  it('refuses bounds that leave nothing between them', () => {
    expect(() => new BoundedLogStdDevs({ least: 1, most: 1 })).toThrow(
      "Cannot create BoundedLogStdDevs as 'most - least' must be a positive finite number: current value is 0",
    );
  });

  it('keeps the result and nothing else', () => {
    const y = tf.tensor1d(x);
    expectTensorsKept(1, () => layer.apply(y));
  });
});

describe('FixedLogStdDevs', () => {
  it('refuses a deviation of zero', () => {
    expect(() => new FixedLogStdDevs({ stdDev: 0 })).toThrow(
      "Cannot create FixedLogStdDevs as 'stdDev' must be a positive finite number: current value is 0",
    );
  });

  it('gives every component the same deviation', async () => {
    const layer = new FixedLogStdDevs({ stdDev: 0.1 });
    const logits = tf.zeros([2, 3]);
    const result = layer.apply(logits) as tf.Tensor;
    expect(result.shape).toEqual([2, 3, 1]);
    await expectAllClose(result, new Array<number>(6).fill(Math.log(0.1)));
    expectTensorsKept(1, () => layer.apply(logits));
  });
});
