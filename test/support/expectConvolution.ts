import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

import { convolution64, convolutionShapes, type ConvolutionCase } from '../reference/convolution.js';
import { onImages, uniform } from './differentiable.js';
import { expectAllClose, type Tolerance } from './numeric.js';

interface Inputs {
  readonly x: ArrayLike<number>;
  readonly filter: ArrayLike<number>;
  readonly dy: ArrayLike<number>;
}

type Outputs = ReturnType<typeof convolution64>;

export const tensor = (values: ArrayLike<number>, shape: number[]) =>
  tf.tensor(Float32Array.from(values), shape);

/** The forward operation of a case. */
export function operation({ depthwise = false, strides, pad, dilations = [1, 1] }: ConvolutionCase) {
  const run = depthwise ? tf.depthwiseConv2d : tf.conv2d;
  const explicit = typeof pad === 'string' ? pad : [[0, 0], pad.slice(0, 2), pad.slice(2), [0, 0]];
  return onImages((x, filter) => run(x, filter, [...strides], explicit as 'same', 'NHWC', [...dilations]));
}

/** For sums of up to 900 products. */
const TOLERANCE: Tolerance = { rtol: 2e-5, atol: 2e-5 };

/** Checks a convolution and both its gradients, by default on random values against the float64 reference. */
export async function expectConvolution(
  c: ConvolutionCase,
  values?: Inputs,
  outputs?: Outputs,
  tolerance = TOLERANCE,
): Promise<void> {
  const shapes = convolutionShapes(c);
  const { x, filter, dy } = values ?? {
    x: uniform(shapes.x, 1),
    filter: uniform(shapes.filter, 2),
    dy: uniform(shapes.y, 3),
  };
  const expected = outputs ?? convolution64(c, { x, filter, dy });
  const inputs = [tensor(x, shapes.x), tensor(filter, shapes.filter)];
  const gradient = tensor(dy, shapes.y);
  const y = operation(c)(...inputs);
  const [dx, dfilter] = tf.grads(operation(c))(inputs, gradient) as [tf.Tensor, tf.Tensor];
  expect(y.shape).toEqual(shapes.y);
  await expectAllClose(y, expected.y, tolerance);
  await expectAllClose(dx, expected.dx, tolerance);
  await expectAllClose(dfilter, expected.dfilter, tolerance);
  tf.dispose([inputs, gradient, y, dx, dfilter]);
}

export const BASE: ConvolutionCase = {
  batch: 2,
  size: [8, 8],
  inChannels: 3,
  outChannels: 4,
  kernel: [3, 3],
  strides: [1, 1],
  pad: 'same',
};
