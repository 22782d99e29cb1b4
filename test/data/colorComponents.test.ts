import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { fitColorComponents } from '../../src/data/colorComponents.js';
import golden from '../golden/colorComponents.json' with { type: 'json' };
import { expectAllClose, expectTensorsKeptAsync } from '../support/numeric.js';

const [height, width, channels] = golden.shape as [number, number, number];
const size = height * width * channels;

/** The golden color fields in batches of `batchSize`. */
function goldenBatches(batchSize: number): tf.Tensor4D[] {
  const count = Math.ceil(golden.examples / batchSize);
  return Array.from({ length: count }, (_, i) => {
    const values = golden.data.slice(i * batchSize * size, (i + 1) * batchSize * size);
    return tf.tensor4d(values, [values.length / size, height, width, channels]);
  });
}

async function* streamOf(batches: readonly tf.Tensor4D[]): AsyncGenerator<tf.Tensor4D> {
  yield* batches;
}

describe('fitColorComponents()', () => {
  it('equals the exact decomposition of all color fields', async () => {
    const fitted = await fitColorComponents(streamOf(goldenBatches(16)), { count: golden.count });
    expect(fitted.shape).toEqual(golden.shape);
    expect(fitted.examples).toBe(golden.examples);
    expect(fitted.totalVariance).toBeCloseTo(golden.totalVariance, 6);
    await expectAllClose(fitted.mean, golden.mean, { rtol: 1e-5, atol: 1e-6 });
    await expectAllClose(fitted.variances, golden.exact.variances, { rtol: 1e-5, atol: 0 });
    await expectAllClose(fitted.components, golden.exact.components, { rtol: 1e-4, atol: 1e-5 });
  });

  it('gives the same numbers whatever the size of the batches', async () => {
    const options = { count: 4, oversampling: 2, chunkSize: 8 };
    const fitted = await fitColorComponents(goldenBatches(16), options);
    expect(await fitColorComponents(goldenBatches(7), options)).toEqual(fitted);
    expect(await fitColorComponents(streamOf(goldenBatches(50)), options)).toEqual(fitted);
  });

  it('orders vectors with channels innermost', async () => {
    // Only the second channel of the last pixel varies.
    const fields = tf.buffer([3, height, width, channels]);
    [0, 0.3, 0.6].forEach((value, i) => fields.set(value, i, height - 1, width - 1, channels - 1));
    const { components, variances } = await fitColorComponents([fields.toTensor() as tf.Tensor4D], {
      count: 1,
    });
    await expectAllClose(components, new Float32Array(size).with(size - 1, 1), { atol: 1e-6 });
    await expectAllClose(variances, [0.09], { atol: 1e-6 });
  });

  it('disposes the batches and keeps no tensor', async () => {
    await expectTensorsKeptAsync(0, async () => fitColorComponents(goldenBatches(16), { count: 2 }));
  });

  it('names the argument and its value when an option is wrong', async () => {
    await expect(fitColorComponents([], { count: 0 })).rejects.toThrow(
      "Cannot fitColorComponents as 'count' must be a positive integer: current value is 0",
    );
    await expect(fitColorComponents([], { oversampling: -1 })).rejects.toThrow(
      "Cannot fitColorComponents as 'oversampling' must be a non-negative integer: current value is -1",
    );
    await expect(fitColorComponents([], { chunkSize: 1.5 })).rejects.toThrow(
      "Cannot fitColorComponents as 'chunkSize' must be a positive integer: current value is 1.5",
    );
  });

  it('says so when there are too few color fields or they are all grey', async () => {
    await expect(fitColorComponents(goldenBatches(16).slice(3))).rejects.toThrow(
      "Cannot fitColorComponents as 'batches' must vary along component 20: " +
        'current value is "2 color fields"',
    );
    await expect(fitColorComponents([tf.zeros([50, 2, 2, 2])], { count: 1 })).rejects.toThrow(
      "Cannot fitColorComponents as 'batches' must vary along component 1: " +
        'current value is "50 color fields"',
    );
    await expect(fitColorComponents([])).rejects.toThrow('current value is "0 color fields"');
  });

  it('names both shapes when the batches are not of one image size', async () => {
    await expect(fitColorComponents([tf.zeros([1, 2, 2, 2]), tf.zeros([1, 2, 3, 2])])).rejects.toThrow(
      "Cannot fitColorComponents as 'batches' must have shape [batch, 2, 2, 2]: current shape is [1, 2, 3, 2]",
    );
  });
});
