import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { BACKEND_TASKS, findBackendFault } from '../../src/backends/selfCheck.js';
import { INPUTS, referenceGradient, referenceOutput } from '../../src/backends/selfCheckReference.js';
import golden from '../golden/selfCheck.json' with { type: 'json' };
import { doubled, registerCpuTwin } from '../support/cpuTwin.js';
import { expectAllClose, expectTensorsKeptAsync } from '../support/numeric.js';

/** The golden values have nine digits. */
const EXACT = { rtol: 1e-8, atol: 1e-8 };

/** A kernel whose results have the 11 significant bits of 16-bit numbers. */
function inHalfPrecision(kernel: tf.KernelConfig): tf.KernelFunc {
  return (call) => {
    const result = kernel.kernelFunc(call) as tf.TensorInfo;
    const values = (call.backend as MathBackendCPU).data.get(result.dataId).values as Float32Array;
    values.forEach((value, i) => {
      const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 10);
      values[i] = value === 0 ? 0 : Math.round(value / unit) * unit;
    });
    return result;
  };
}

describe('referenceOutput()', () => {
  it('equals PyTorch', async () => {
    await expectAllClose(referenceOutput(INPUTS), golden.output, EXACT);
  });
});

describe('referenceGradient()', () => {
  it.each(['image', 'filter', 'matrix'] as const)('equals PyTorch for the %s', async (input) => {
    await expectAllClose(referenceGradient(input), golden[input], { rtol: 1e-7, atol: 1e-7 });
  });
});

describe('findBackendFault()', () => {
  it.each(BACKEND_TASKS)('finds nothing wrong with this backend for %s', async (task) => {
    expect(await findBackendFault(task)).toBeNull();
  });

  it('keeps no tensors', async () => {
    await expectTensorsKeptAsync(0, async () => findBackendFault('training'));
  });

  it.each([tf.Conv2D, tf.BatchMatMul])('finds a wrong %s', async (name) => {
    registerCpuTwin('wrong', (kernel) => (kernel.kernelName === name ? doubled(kernel) : kernel.kernelFunc));
    await tf.setBackend('wrong');
    // Normalization undoes the doubling of a convolution, so only its gradient shows it.
    const task = name === tf.Conv2D ? 'training' : 'inference';
    expect(await findBackendFault(task)).toMatch(/^it computes the .* wrongly: element \d+ is .*, not /);
  });

  it.each([
    [tf.Conv2DBackpropInput, 'gradient of the image'],
    [tf.Conv2DBackpropFilter, 'gradient of the filter'],
  ])('finds a wrong %s for training only', async (name, what) => {
    registerCpuTwin('wrong', (kernel) => (kernel.kernelName === name ? doubled(kernel) : kernel.kernelFunc));
    await tf.setBackend('wrong');
    expect(await findBackendFault('inference')).toBeNull();
    expect(await findBackendFault('training')).toMatch(
      new RegExp(`^it computes the ${what} wrongly: element \\d+ is .*, not `),
    );
  });

  it('says which value is wrong', async () => {
    registerCpuTwin('wrong', (kernel) =>
      kernel.kernelName === tf.Sqrt ? doubled(kernel) : kernel.kernelFunc,
    );
    await tf.setBackend('wrong');
    // Twice the standard deviation, half the result: -0.384144381 by PyTorch.
    expect(await findBackendFault('inference')).toMatch(
      /^it computes the convolution, normalization and matrix product wrongly: element 0 is -0.19207\d+, not -0.3841444$/,
    );
  });

  it('says which kernel is missing, and leaves no tensors', async () => {
    registerCpuTwin('poor', ({ kernelName, kernelFunc }) =>
      kernelName === tf.Conv2DBackpropFilter ? undefined : kernelFunc,
    );
    await tf.setBackend('poor');
    expect(await findBackendFault('inference')).toBeNull();
    await expectTensorsKeptAsync(0, async () => {
      expect(await findBackendFault('training')).toContain(
        "Kernel 'Conv2DBackpropFilter' not registered for backend 'poor'",
      );
    });
  });

  it('refuses 16-bit numbers for training', async () => {
    registerCpuTwin('coarse', (kernel) =>
      kernel.kernelName === tf.Multiply ? inHalfPrecision(kernel) : kernel.kernelFunc,
    );
    await tf.setBackend('coarse');
    expect(await findBackendFault('inference')).toBeNull();
    await expectTensorsKeptAsync(0, async () => {
      expect(await findBackendFault('training')).toBe(
        'it computes with 16-bit numbers, too coarse for training: choose another backend, such as "wasm"',
      );
    });
  });

  it('goes by the numbers, not by what the backend says of itself', async () => {
    registerCpuTwin('modest');
    await tf.setBackend('modest');
    tf.backend().floatPrecision = () => 16;
    expect(await findBackendFault('training')).toBeNull();
  });
});
