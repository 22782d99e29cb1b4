import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { describe, it } from 'vitest';

import golden from '../../golden/convolution.json' with { type: 'json' };
import { convolution64, convolutionShapes, type ConvolutionCase } from '../../reference/convolution.js';
import { onImages, uniform } from '../../support/differentiable.js';
import { BASE, expectConvolution, operation, tensor } from '../../support/expectConvolution.js';
import { expectAllClose, expectTensorsKept } from '../../support/numeric.js';

const STRIDES_AND_PADS = [1, 2, 3].flatMap((stride) => [
  [stride, 'same'] as const,
  [stride, 'valid'] as const,
]);

describe('gradients of conv2d', () => {
  it.each(STRIDES_AND_PADS)(
    'equal the float64 reference for stride %i and padding %s',
    async (stride, pad) => {
      for (const side of [1, 2, 3, 4, 5]) {
        const c: ConvolutionCase = { ...BASE, kernel: [side, side], strides: [stride, stride], pad };
        await expectConvolution(c);
        await expectConvolution({ ...c, size: [7, 9] });
      }
    },
  );

  it('equal the float64 reference for kernels, strides and pads that differ by axis', async () => {
    await expectConvolution({ ...BASE, kernel: [3, 1], strides: [2, 2] });
    await expectConvolution({ ...BASE, kernel: [1, 4], strides: [2, 1], pad: 'valid' });
    await expectConvolution({ ...BASE, kernel: [2, 5], strides: [1, 3], pad: [1, 2, 0, 3] });
    await expectConvolution({ ...BASE, kernel: [2, 2], strides: [2, 2], pad: [3, 3, 2, 2] });
  });

  it('equal the float64 reference for one example, one channel and one pixel', async () => {
    await expectConvolution({ ...BASE, batch: 1, inChannels: 1, outChannels: 1 });
    await expectConvolution({ ...BASE, size: [1, 1] });
    await expectConvolution({ ...BASE, size: [5, 5], kernel: [5, 5], pad: 'valid' });
  });

  it('equal the float64 reference for many channels', async () => {
    await expectConvolution({ ...BASE, size: [4, 4], inChannels: 40, outChannels: 33 });
    await expectConvolution({ ...BASE, size: [4, 4], inChannels: 33, outChannels: 40, strides: [2, 2] });
  });

  it('equal the float64 reference for more pixels and channels than a block of the SIMD kernels holds', async () => {
    const c: ConvolutionCase = { ...BASE, size: [12, 13], kernel: [1, 2] };
    await expectConvolution({ ...c, inChannels: 2, outChannels: 261 });
    await expectConvolution({ ...c, inChannels: 262, outChannels: 3, strides: [2, 1] });
  });

  it('equal the float64 reference for random shapes', async () => {
    const axis = fc.integer({ min: 1, max: 9 });
    const small = fc.integer({ min: 1, max: 4 });
    const cases = fc
      .record({
        batch: fc.integer({ min: 1, max: 3 }),
        size: fc.tuple(axis, axis),
        inChannels: fc.integer({ min: 1, max: 5 }),
        outChannels: fc.integer({ min: 1, max: 9 }),
        kernel: fc.tuple(small, small),
        strides: fc.tuple(small, small),
        pad: fc.constantFrom('same' as const, 'valid' as const),
      })
      .filter(({ pad, size, kernel }) => pad === 'same' || (kernel[0] <= size[0] && kernel[1] <= size[1]));
    const property = fc.asyncProperty(cases, (c) => expectConvolution(c));
    await fc.assert(property, { seed: 7, numRuns: 40 });
  });

  it('equal those of PyTorch', async () => {
    for (const { case: c, inputs, outputs } of golden.cases) {
      const { y, dx, dfilter } = outputs;
      const doubles = {
        y: Float64Array.from(y),
        dx: Float64Array.from(dx),
        dfilter: Float64Array.from(dfilter),
      };
      await expectConvolution(c as unknown as ConvolutionCase, inputs, doubles);
    }
  });

  it('keep both gradients and nothing else, also those of a gradient', () => {
    const [x, filter] = [tf.ones([2, 6, 6, 3]), tf.ones([3, 3, 3, 4])];
    const run = operation({ ...BASE, strides: [2, 2] });
    expectTensorsKept(2, () => tf.grads(run)([x, filter]));
    const slope = (weights: tf.Tensor) => tf.square(tf.grad((image) => tf.square(run(image, weights)))(x));
    expectTensorsKept(1, () => tf.grad(slope)(filter));
  });
});

describe('conv2dTranspose', () => {
  it('is the input gradient of conv2d, forward and backward', async () => {
    for (const stride of [1, 2, 3]) {
      const c: ConvolutionCase = { ...BASE, strides: [stride, stride], kernel: [4, 4] };
      const shapes = convolutionShapes(c);
      const [u, filter, dy] = [uniform(shapes.x, 1), uniform(shapes.filter, 2), uniform(shapes.y, 3)];
      const run = onImages((y, w) => tf.conv2dTranspose(y, w, shapes.x, stride, 'same'));
      const inputs = [tensor(dy, shapes.y), tensor(filter, shapes.filter)];
      const [dInput, dFilter] = tf.grads(run)(inputs, tensor(u, shapes.x)) as [tf.Tensor, tf.Tensor];
      // <transposed(dy, w), u> = <dy, conv(u, w)>: its gradient in dy is conv(u, w), in w that of the convolution of u.
      const expected = convolution64(c, { x: u, filter, dy });
      const tolerance = { rtol: 2e-5, atol: 2e-5 };
      await expectAllClose(run(...inputs), expected.dx, tolerance);
      await expectAllClose(dInput, expected.y, tolerance);
      await expectAllClose(dFilter, expected.dfilter, tolerance);
    }
  });
});

describe('gradients of depthwiseConv2d', () => {
  it.each(STRIDES_AND_PADS)(
    'equal the float64 reference for stride %i and padding %s',
    async (stride, pad) => {
      for (const outChannels of [1, 3]) {
        const c: ConvolutionCase = { ...BASE, depthwise: true, outChannels, strides: [stride, stride], pad };
        await expectConvolution(c);
        await expectConvolution({ ...c, size: [7, 9], kernel: [4, 4] });
      }
    },
  );

  it('keep both gradients and nothing else', () => {
    const inputs = [tf.ones([2, 6, 6, 3]), tf.ones([3, 3, 3, 2])];
    expectTensorsKept(2, () => tf.grads(operation({ ...BASE, depthwise: true }))(inputs));
  });
});
