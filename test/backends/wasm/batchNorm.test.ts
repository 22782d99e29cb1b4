import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { uniform } from '../../support/differentiable.js';
import { expectAllClose, expectTensorsKept, numericGradient } from '../../support/numeric.js';

const [ROWS, CHANNELS] = [18, 3];
const SHAPE: [number, number, number, number] = [2, 3, 3, CHANNELS];
const EPSILON = 1e-3;

const x = uniform(SHAPE, 1);
const dy = uniform(SHAPE, 2);
const [mean, offset, scale] = [3, 4, 5].map((seed) => uniform([CHANNELS], seed)) as [
  Float32Array,
  Float32Array,
  Float32Array,
];
const variance = uniform([CHANNELS], 6).map((value) => value + 1.5);

/** Normalizes `x` with the statistics and parameters behind it in one flat list. */
function normalized64(list: readonly number[]): number[] {
  const [images, rest] = [list.slice(0, ROWS * CHANNELS), list.slice(ROWS * CHANNELS)];
  const parameter = (index: number, channel: number) => rest[index * CHANNELS + channel]!;
  return images.map((value, i) => {
    const channel = i % CHANNELS;
    const centered = value - parameter(0, channel);
    return (
      (centered * parameter(3, channel)) / Math.sqrt(parameter(1, channel) + EPSILON) + parameter(2, channel)
    );
  });
}

const inputs = () => [
  tf.tensor(x, SHAPE),
  ...[mean, variance, offset, scale].map((values) => tf.tensor1d(values)),
];
const flat = [x, mean, variance, offset, scale].flatMap((values) => [...values]);
const run = (...[images, ...statistics]: tf.Tensor[]) => {
  const [m, v, o, s] = statistics as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
  return tf.batchNorm(images!, m, v, o, s, EPSILON);
};

describe('batchNorm', () => {
  it('equals the float64 reference', async () => {
    await expectAllClose(run(...inputs()), normalized64(flat));
    const [images, m, v] = inputs() as [tf.Tensor, tf.Tensor1D, tf.Tensor1D];
    const plain = [x, mean, variance, [0, 0, 0], [1, 1, 1]].flatMap((values) => [...values]);
    await expectAllClose(tf.batchNorm(images, m, v, undefined, undefined, EPSILON), normalized64(plain));
  });

  it('has the gradients of the float64 reference', async () => {
    const loss = (list: readonly number[]) =>
      normalized64(list).reduce((sum, value, i) => sum + value * dy[i]!, 0);
    const gradients = tf.grads(run)(inputs(), tf.tensor(dy, SHAPE));
    const values = await Promise.all(gradients.map((gradient) => gradient.data()));
    await expectAllClose(
      values.flatMap((part) => [...part]),
      numericGradient(loss, flat),
      { rtol: 1e-5, atol: 1e-5 },
    );
  });

  it('keeps the result and nothing else', () => {
    const tensors = inputs();
    const before = tf.backend().numDataIds();
    expectTensorsKept(1, () => run(...tensors));
    expect(tf.backend().numDataIds() - before).toBe(1);
  });
});
