import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { readTensors, tensorFrom } from '../../src/checkpoint/tensorData.js';
import { expectTensorsKept, expectTensorsKeptAsync } from '../support/numeric.js';

describe('readTensors() and tensorFrom()', () => {
  it('keep names, order, shapes, types and values', async () => {
    const tensors = new Map<string, tf.Tensor>([
      ['b', tf.tensor2d([1.5, -2, 0.25, 3, 4, 5], [2, 3])],
      ['a', tf.scalar(7, 'int32')],
    ]);
    const data = await readTensors(tensors);
    expect([...data.keys()]).toEqual(['b', 'a']);
    expect(data.get('b')).toEqual({ shape: [2, 3], values: Float32Array.of(1.5, -2, 0.25, 3, 4, 5) });
    expect(data.get('a')).toEqual({ shape: [], values: Int32Array.of(7) });
    for (const [name, tensor] of tensors) {
      const back = tensorFrom(data.get(name)!);
      expect([back.shape, back.dtype]).toEqual([tensor.shape, tensor.dtype]);
      expect(await back.data()).toEqual(await tensor.data());
    }
  });

  it('copy: what happens to a tensor later does not reach its data', async () => {
    const variable = tf.variable(tf.tensor1d([1, 2]));
    const data = await readTensors(new Map([['v', variable]]));
    variable.assign(tf.tensor1d([3, 4]));
    expect(data.get('v')!.values).toEqual(Float32Array.of(1, 2));
    const source = Float32Array.of(1, 2);
    const tensor = tensorFrom({ shape: [2], values: source });
    source[0] = 9;
    expect(await tensor.data()).toEqual(Float32Array.of(1, 2));
    variable.dispose();
  });

  it('keep no tensor but the one that is made', async () => {
    const tensor = tf.ones([3]);
    await expectTensorsKeptAsync(0, async () => readTensors(new Map([['x', tensor]])));
    expectTensorsKept(1, () => tensorFrom({ shape: [1], values: Int32Array.of(1) }));
  });
});
