import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { SeededDropout } from '../../../src/models/layers/seededDropout.js';
import { expectAllClose, expectTensorsKept } from '../../support/numeric.js';

const drop = (layer: SeededDropout, x: tf.Tensor, kwargs: object) =>
  layer.apply(x, { ...kwargs }) as tf.Tensor;

describe('SeededDropout', () => {
  it('drops the given share and scales the rest, so that the mean stays', async () => {
    const count = 10_000;
    const rate = 0.3;
    const values = await drop(new SeededDropout({ rate, index: 0 }), tf.ones([100, 100]), {
      training: true,
      seed: 0,
    }).data();
    const kept = values.filter((value) => value !== 0);
    expect(Math.abs(kept.length / count - 0.7)).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / count));
    await expectAllClose(kept, new Array<number>(kept.length).fill(1 / 0.7));
  });

  it('repeats its mask for the same seed and draws another for another seed or layer', async () => {
    const x = tf.ones([8, 8]);
    const layer = new SeededDropout({ rate: 0.5, index: 0 });
    const first = await drop(layer, x, { training: true, seed: 7 }).data();
    expect(await drop(layer, x, { training: true, seed: 7 }).data()).toEqual(first);
    expect(await drop(layer, x, { training: true, seed: 8 }).data()).not.toEqual(first);
    const other = new SeededDropout({ rate: 0.5, index: 1 });
    expect(await drop(other, x, { training: true, seed: 7 }).data()).not.toEqual(first);
  });

  it('draws another mask at every call without a seed', async () => {
    const layer = new SeededDropout({ rate: 0.5, index: 0 });
    const first = await drop(layer, tf.ones([8, 8]), { training: true }).data();
    expect(await drop(layer, tf.ones([8, 8]), { training: true }).data()).not.toEqual(first);
  });

  it('changes nothing outside training or at rate 0', async () => {
    const x = tf.tensor1d([1, 2, 3]);
    await expectAllClose(drop(new SeededDropout({ rate: 0.9, index: 0 }), x, { seed: 1 }), [1, 2, 3]);
    const still = new SeededDropout({ rate: 0, index: 0 });
    await expectAllClose(drop(still, x, { training: true, seed: 1 }), [1, 2, 3]);
  });

  it('has its mask as gradient', async () => {
    const layer = new SeededDropout({ rate: 0.5, index: 0 });
    const run = (x: tf.Tensor) => drop(layer, x, { training: true, seed: 3 });
    const gradient = tf.grad((x) => tf.sum(run(x)))(tf.linspace(1, 5, 16));
    await expectAllClose(gradient, await run(tf.ones([16])).data());
  });

  it('keeps the result and nothing else', () => {
    const x = tf.ones([4]);
    const layer = new SeededDropout({ rate: 0.5, index: 0 });
    expectTensorsKept(1, () => drop(layer, x, { training: true, seed: 3 }));
    expectTensorsKept(1, () => drop(layer, x, {}));
  });

  it('refuses to drop everything', () => {
    expect(() => new SeededDropout({ rate: 1, index: 0 })).toThrow(
      "Cannot create SeededDropout as 'rate' must be at least 0 and below 1: current value is 1",
    );
  });
});
