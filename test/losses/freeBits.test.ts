import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { freeBits } from '../../src/losses/freeBits.js';
import { expectGolden, goldenInput } from '../reference/lossGoldens.js';
import { expectAllClose, expectTensorsKept } from '../support/numeric.js';

describe('freeBits()', () => {
  it('has the value and gradient of PyTorch, summed over the batch that it averages', async () => {
    await expectGolden('freeBitsBatchTotal', (input) =>
      tf.sum(freeBits(input('divergences'), { floor: 0.2 })),
    );
  });

  it('has the values and gradients of PyTorch for each example', async () => {
    await expectGolden('freeBitsExample', (input) =>
      freeBits(input('divergences'), { floor: 0.2, scope: 'example' }),
    );
  });

  it('counts a dimension in full where its mean is above the floor, and as the floor where not', async () => {
    const divergences = tf.tensor2d([
      [0.1, 0.1],
      [0.7, 0.2],
    ]); // means 0.4 and 0.15
    await expectAllClose(freeBits(divergences, { floor: 0.3 }), [0.1 + 0.3, 0.7 + 0.3]);
    await expectAllClose(freeBits(divergences, { floor: 0.3, scope: 'example' }), [0.3 + 0.3, 0.7 + 0.3]);
  });

  it('is the sum over the dimensions for the floor 0', async () => {
    const divergences = goldenInput('divergences');
    const expected = await tf.sum(divergences, 1).data();
    await expectAllClose(freeBits(divergences, { floor: 0 }), expected);
    await expectAllClose(freeBits(divergences, { floor: 0, scope: 'example' }), expected);
  });

  it('names the argument that breaks its rule', () => {
    expect(() => freeBits(goldenInput('divergences'), { floor: -1 })).toThrow(
      "Cannot compute freeBits as 'floor' must be a non-negative finite number: current value is -1",
    );
    expect(() => freeBits(goldenInput('divergences'), { floor: 1, scope: 'all' as 'batch' })).toThrow(
      'Cannot compute freeBits as \'scope\' must be one of "batch", "example": current value is "all"',
    );
    expect(() => freeBits(tf.zeros<tf.Rank>([3]) as tf.Tensor2D, { floor: 1 })).toThrow(
      "Cannot compute freeBits as 'divergences' must have shape [batch, latentDim]: current shape is [3]",
    );
  });

  it('keeps the result and nothing else', () => {
    const divergences = goldenInput('divergences');
    expectTensorsKept(1, () => freeBits(divergences, { floor: 0.2 }));
  });
});
