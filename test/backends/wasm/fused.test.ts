import * as tf from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';

import { convolution64, convolutionShapes } from '../../reference/convolution.js';
import { valuesBy } from '../../reference/indices.js';
import { uniform } from '../../support/differentiable.js';
import { BASE, tensor } from '../../support/expectConvolution.js';
import { expectAllClose, expectTensorsKept } from '../../support/numeric.js';

const ACTIVATIONS = {
  linear: (x: number) => x,
  relu: (x: number) => Math.max(x, 0),
  relu6: (x: number) => Math.min(Math.max(x, 0), 6),
  elu: (x: number) => (x > 0 ? x : Math.expm1(x)),
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  leakyrelu: (x: number) => (x > 0 ? x : 0.3 * x),
} as const;

const CASES = Object.entries(ACTIVATIONS) as [keyof typeof ACTIVATIONS, (x: number) => number][];
const TOLERANCE = { rtol: 2e-5, atol: 2e-5 };

describe('fused.conv2d', () => {
  it.each(CASES)('adds the bias and applies %s', async (activation, f) => {
    const shapes = convolutionShapes(BASE);
    const [x, filter, dy] = [uniform(shapes.x, 1), uniform(shapes.filter, 2), uniform(shapes.y, 3)];
    const { y } = convolution64(BASE, { x, filter, dy });
    for (const bias of [uniform([4], 4), undefined]) {
      const result = tf.fused.conv2d({
        x: tensor(x, shapes.x) as tf.Tensor4D,
        filter: tensor(filter, shapes.filter) as tf.Tensor4D,
        strides: 1,
        pad: 'same',
        ...(bias && { bias: tf.tensor1d(bias) }),
        activation,
        leakyreluAlpha: 0.3,
      });
      await expectAllClose(
        result,
        y.map((value, i) => f(value + (bias?.[i % 4] ?? 0))),
        TOLERANCE,
      );
    }
  });
});

describe('fused.matMul', () => {
  it.each(CASES)('adds the bias and applies %s', async (activation, f) => {
    const [a, b, bias] = [uniform([3, 5], 1), uniform([5, 4], 2), uniform([4], 3)];
    const expected = valuesBy([3, 4], ([row, column]) => {
      let sum = bias[column!]!;
      for (let k = 0; k < 5; k++) sum += a[row! * 5 + k]! * b[k * 4 + column!]!;
      return f(sum);
    });
    const result = tf.fused.matMul({
      a: tf.tensor2d(a, [3, 5]),
      b: tf.tensor2d(b, [5, 4]),
      bias: tf.tensor1d(bias),
      activation,
      leakyreluAlpha: 0.3,
    });
    await expectAllClose(result, expected, TOLERANCE);
  });

  it('keeps the result and nothing else', () => {
    const [a, b, bias] = [tf.ones([3, 5]), tf.ones([5, 4]), tf.ones([4])];
    expectTensorsKept(1, () => tf.fused.matMul({ a, b, bias, activation: 'relu' }));
  });
});
