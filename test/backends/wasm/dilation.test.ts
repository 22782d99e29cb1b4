import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, it } from 'vitest';

import { SIMD_FLAG } from '../../../src/backends/wasm/simd/module.js';
import { convolution64, convolutionShapes, type ConvolutionCase } from '../../reference/convolution.js';
import { uniform } from '../../support/differentiable.js';
import { BASE, expectConvolution, operation, tensor } from '../../support/expectConvolution.js';
import { expectAllClose } from '../../support/numeric.js';
import { onWasm } from '../../support/onWasm.js';

// The other backends of TensorFlow.js refuse to differentiate a dilated convolution.
describe.each([
  ['with SIMD', true],
  ['without SIMD', false],
])('gradients of a dilated conv2d, %s,', (_, isOn) => {
  const withSimd = (body: () => Promise<void>) =>
    onWasm(async () => {
      tf.env().set(SIMD_FLAG, isOn);
      await body();
    });
  afterEach(() => tf.env().set(SIMD_FLAG, true));

  it('equal the float64 reference', async () => {
    await withSimd(async () => {
      for (const pad of ['same', 'valid'] as const) {
        await expectConvolution({ ...BASE, pad, dilations: [2, 2] });
        await expectConvolution({ ...BASE, pad, size: [9, 7], kernel: [2, 3], dilations: [3, 1] });
      }
    });
  });

  it('can be differentiated again', async () => {
    await withSimd(async () => {
      const c: ConvolutionCase = { ...BASE, dilations: [2, 2] };
      const shapes = convolutionShapes(c);
      const [x, filter, dy] = [uniform(shapes.x, 1), uniform(shapes.filter, 2), uniform(shapes.y, 3)];
      // The input gradient is linear in `dy` and in the filter: its gradients for `u` are the convolution of `u` and its own.
      const u = uniform(shapes.x, 4);
      const inputGradient = (...[gradient, weights]: tf.Tensor[]) =>
        tf.grad((image) => operation(c)(image, weights!))(tensor(x, shapes.x), gradient);
      const inputs = [tensor(dy, shapes.y), tensor(filter, shapes.filter)];
      const [ddy, dfilter] = tf.grads(inputGradient)(inputs, tensor(u, shapes.x)) as [tf.Tensor, tf.Tensor];
      const expected = convolution64(c, { x: u, filter, dy });
      await expectAllClose(ddy, expected.y, { rtol: 2e-5, atol: 2e-5 });
      await expectAllClose(dfilter, expected.dfilter, { rtol: 2e-5, atol: 2e-5 });
    });
  });
});
