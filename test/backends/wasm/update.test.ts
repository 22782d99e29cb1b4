import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';

import { ADAM_UPDATE, APPROACH, GLOBAL_NORM, runFusedKernel } from '../../../src/fusedKernels.js';
import { SIMD_FLAG } from '../../../src/backends/wasm/simd/module.js';
import { uniform } from '../../support/differentiable.js';
import { expectAllClose, expectTensorsKept } from '../../support/numeric.js';
import { onWasm } from '../../support/onWasm.js';

const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7, rate: 0.03, kept: 0.99 };
const SIZES = [1, 2, 3, 4, 7, 1030];

describe.each([
  ['with SIMD', true],
  ['without SIMD', false],
])('the kernels of an update, %s,', (_, isOn) => {
  const withSimd = (body: () => Promise<void>) =>
    onWasm(async () => {
      tf.env().set(SIMD_FLAG, isOn);
      await body();
    });
  afterEach(() => tf.env().set(SIMD_FLAG, true));

  it('make a step of Adam, for any number of elements', async () => {
    await withSimd(async () => {
      for (const size of SIZES) {
        const [w, m, g] = [uniform([size], 1), uniform([size], 2), uniform([size], 3)];
        const v = uniform([size], 4).map(Math.abs);
        const [weight, first, second, gradient] = [w, m, v, g].map((values) => tf.tensor1d(values));
        const next = runFusedKernel(
          ADAM_UPDATE,
          { weight: weight!, first: first!, second: second!, gradient: gradient! },
          ADAM,
        )!;
        const nextM = Float64Array.from(m, (value, i) => 0.9 * value + 0.1 * g[i]!);
        const nextV = Float64Array.from(v, (value, i) => 0.999 * value + 0.001 * g[i]! ** 2);
        const nextW = Float64Array.from(
          w,
          (value, i) => 0.99 * value - (0.03 * nextM[i]!) / (Math.sqrt(nextV[i]!) + 1e-7),
        );
        await expectAllClose(next[0]!, nextW);
        await expectAllClose(next[1]!, nextM);
        await expectAllClose(next[2]!, nextV);
        await expectAllClose(weight!, w);
      }
    });
  });

  it('move one tensor toward another', async () => {
    await withSimd(async () => {
      for (const size of SIZES) {
        const [a, b] = [uniform([size], 1), uniform([size], 2)];
        const [moved] = runFusedKernel(
          APPROACH,
          { from: tf.tensor1d(a), target: tf.tensor1d(b) },
          { share: 0.2 },
        )!;
        await expectAllClose(
          moved!,
          Float64Array.from(a, (value, i) => 0.8 * value + 0.2 * b[i]!),
        );
      }
    });
  });

  it('take the norm of all elements together', async () => {
    await withSimd(async () => {
      tf.dispose(Array.from({ length: 50 }, () => tf.tensor1d([1e6, 1e6, 1e6]))); // what lies behind the elements must not count
      const arrays = SIZES.map((size) => uniform([size], size));
      const squares = arrays.flatMap((values) => Array.from(values, (value) => value ** 2));
      const inputs = Object.fromEntries(arrays.map((values, i) => [i, tf.tensor1d(values)]));
      const [norm] = runFusedKernel(GLOBAL_NORM, inputs)!;
      expect(norm!.shape).toEqual([]);
      await expectAllClose(norm!, [Math.sqrt(squares.reduce((sum, square) => sum + square, 0))]);
      const [infinite] = runFusedKernel(GLOBAL_NORM, { x: tf.tensor1d([1, Infinity]) })!;
      expect(await infinite!.data()).toEqual(Float32Array.of(Infinity));
      const [nan] = runFusedKernel(GLOBAL_NORM, { x: tf.tensor1d([1, Number.NaN]) })!;
      expect(await nan!.data()).toEqual(Float32Array.of(Number.NaN));
    });
  });

  it('keep their results and nothing else', async () => {
    await withSimd(async () => {
      const x = tf.ones([5]);
      expectTensorsKept(3, () =>
        runFusedKernel(ADAM_UPDATE, { weight: x, first: x, second: x, gradient: x }, ADAM),
      );
      expectTensorsKept(1, () => runFusedKernel(APPROACH, { from: x, target: x }, { share: 0.1 }));
      expectTensorsKept(1, () => runFusedKernel(GLOBAL_NORM, { x }));
    });
  });
});

describe('runFusedKernel()', () => {
  it('returns nothing where the backend has no such kernel', () => {
    expect(runFusedKernel('PolyhueNoKernel', {})).toBeUndefined();
  });
});
