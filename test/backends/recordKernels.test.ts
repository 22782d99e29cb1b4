import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, inject, it } from 'vitest';

import { recordKernels } from '../../src/backends/recordKernels.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';

async function run(): Promise<void> {
  const sum = tf.tidy(() => tf.sum(tf.mul(tf.ones([2]), tf.ones([2]))));
  await sum.data();
  tf.dispose(tf.tidy(() => tf.logSoftmax(tf.ones([1, 2]))));
  sum.dispose();
}

describe('recordKernels()', () => {
  it('names each kernel once, in alphabetical order, and nothing that is no kernel', async () => {
    const kernels = await recordKernels(run);
    expect(kernels).toEqual([...new Set(kernels)].sort());
    expect(kernels).toEqual(expect.arrayContaining(['Exp', 'Multiply', 'Sum']));
    for (const kernel of kernels) expect(tf.getKernel(kernel, 'cpu')).toBeDefined();
  });

  it('keeps no tensors and the backend that was current', async () => {
    await expectTensorsKeptAsync(0, async () => recordKernels(run));
    expect(tf.getBackend()).toBe(inject('backend'));
  });

  it('passes on what the computation throws, and stops profiling', async () => {
    const failing = async (): Promise<void> => {
      throw new Error('out of paint');
    };
    await expect(recordKernels(failing)).rejects.toThrow('out of paint');
    expect(tf.getBackend()).toBe(inject('backend'));
    expect(tf.engine().state.profiling).toBe(false);
  });
});
