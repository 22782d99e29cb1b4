import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { flatIndex, forEachIndex, valuesBy } from '../../reference/indices.js';
import { onImages, uniform } from '../../support/differentiable.js';
import { expectAllClose, expectTensorsKept } from '../../support/numeric.js';
import { onWasm } from '../../support/onWasm.js';

/** Of the batch, only the first example has a right gradient on the cpu backend of TensorFlow.js. */
const batch = () => (tf.getBackend() === 'cpu' ? 1 : 2);

describe('resizeNearestNeighbor', () => {
  it.each([
    [2, 2],
    [1, 3],
    [4, 1],
    [1, 1],
  ])('repeats every pixel %i by %i times and sums their gradients', async (vertical, horizontal) => {
    for (const channels of [2, 16]) {
      const shape = [batch(), 3, 4, channels];
      const large = [batch(), 3 * vertical, 4 * horizontal, channels];
      const [x, dy] = [uniform(shape, 1), uniform(large, 2)];
      const run = onImages((image) => tf.image.resizeNearestNeighbor(image, [3 * vertical, 4 * horizontal]));
      const source = (index: readonly number[]) => {
        const [n, row, column, channel] = index as [number, number, number, number];
        return flatIndex(shape, [n, Math.floor(row / vertical), Math.floor(column / horizontal), channel]);
      };
      const expected = new Float64Array(x.length);
      forEachIndex(large, (index) => {
        expected[source(index)]! += dy[flatIndex(large, index)]!;
      });
      await expectAllClose(
        run(tf.tensor(x, shape)),
        valuesBy(large, (index) => x[source(index)]!),
      );
      await expectAllClose(tf.grad(run)(tf.tensor(x, shape), tf.tensor(dy, large)), expected);
    }
  });

  it('keeps the result and nothing else', () => {
    const x = tf.ones([2, 3, 4, 5]);
    const run = onImages((image) => tf.image.resizeNearestNeighbor(image, [6, 8]));
    const before = tf.backend().numDataIds();
    expectTensorsKept(1, () => run(x));
    expectTensorsKept(1, () => tf.grad(run)(x));
    expect(tf.backend().numDataIds() - before).toBe(2);
  });
});

/** For output `i` of an axis: inputs and their weights, by the formula of `align_corners=False` of PyTorch. */
function mix(i: number, inSize: number, outSize: number): [input: number, weight: number][] {
  const source = Math.max(0, ((i + 0.5) * inSize) / outSize - 0.5);
  const first = Math.min(Math.floor(source), inSize - 1);
  return [
    [first, 1 - (source - first)],
    [Math.min(first + 1, inSize - 1), source - first],
  ];
}

describe('resizeBilinear with half-pixel centers', () => {
  it.each([
    [6, 8],
    [7, 5],
    [2, 3],
    [1, 1],
  ])('to %i by %i has the gradient of the float64 reference on wasm', async (height, width) => {
    await onWasm(async () => {
      const [shape, large] = [
        [2, 3, 4, 3],
        [2, height, width, 3],
      ];
      const [x, dy] = [uniform(shape, 1), uniform(large, 2)];
      const [y, dx] = [new Float64Array(dy.length), new Float64Array(x.length)];
      forEachIndex([...large, 2, 2], (index) => {
        const [n, row, column, channel, a, b] = index as [number, number, number, number, number, number];
        const [inputRow, rowWeight] = mix(row, 3, height)[a]!;
        const [inputColumn, columnWeight] = mix(column, 4, width)[b]!;
        const from = flatIndex(shape, [n, inputRow, inputColumn, channel]);
        const to = flatIndex(large, [n, row, column, channel]);
        y[to]! += rowWeight * columnWeight * x[from]!;
        dx[from]! += rowWeight * columnWeight * dy[to]!;
      });
      const run = onImages((image) => tf.image.resizeBilinear(image, [height, width], false, true));
      await expectAllClose(run(tf.tensor(x, shape)), y);
      await expectAllClose(tf.grad(run)(tf.tensor(x, shape), tf.tensor(dy, large)), dx);
    });
  });
});
