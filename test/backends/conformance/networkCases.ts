import * as tf from '@tensorflow/tfjs-core';

import { type ConvolutionCase, convolution64, convolutionShapes } from '../../reference/convolution.js';
import { valuesBy } from '../../reference/indices.js';
import { type ConformanceCase, values } from './conformanceCase.js';

const [ROWS, INNER, COLUMNS] = [3, 4, 5];

/** `a b`, of which each is given transposed or not. */
function product(transposeA: boolean, transposeB: boolean): ConformanceCase {
  const element = (a: readonly number[], row: number, k: number) =>
    a[transposeA ? k * ROWS + row : row * INNER + k]!;
  const other = (b: readonly number[], k: number, column: number) =>
    b[transposeB ? column * INNER + k : k * COLUMNS + column]!;
  return {
    name: `matMul, transposed: ${transposeA}, ${transposeB}`,
    inputs: [
      values(transposeA ? [INNER, ROWS] : [ROWS, INNER], 1),
      values(transposeB ? [COLUMNS, INNER] : [INNER, COLUMNS], 2),
    ],
    run: (a, b) => tf.matMul(a, b, transposeA, transposeB),
    reference: (a, b) =>
      valuesBy([ROWS, COLUMNS], ([row, column]) =>
        Array.from({ length: INNER }, (_, k) => element(a, row!, k) * other(b, k, column!)).reduce(
          (x, y) => x + y,
        ),
      ),
    differentiable: true,
  };
}

/** Activations that tf.layers fuses with a dense layer or a convolution. */
const DENSE: ConformanceCase = {
  ...product(false, false),
  name: 'fused matMul with bias',
  inputs: [...product(false, false).inputs, values([COLUMNS], 3)],
  run: (a, b, bias) => tf.fused.matMul({ a: a, b: b, bias: bias }),
  reference: (a, b, bias) =>
    Array.from(product(false, false).reference(a, b), (value, i) => value + bias[i % COLUMNS]!),
};

const CONVOLUTION: ConvolutionCase = {
  batch: 2,
  size: [5, 6],
  inChannels: 2,
  outChannels: 3,
  kernel: [3, 3],
  strides: [1, 1],
  pad: 'same',
};

const convolved = (c: ConvolutionCase, x: readonly number[], filter: readonly number[]) =>
  convolution64(c, { x, filter, dy: new Float64Array(convolutionShapes(c).y.reduce((a, b) => a * b)) }).y;

function convolution(c: ConvolutionCase): ConformanceCase {
  const shapes = convolutionShapes(c);
  return {
    name: `conv2d, stride ${c.strides[0]}, padding ${c.pad}`,
    inputs: [values(shapes.x, 1), values(shapes.filter, 2)],
    run: (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, [...c.strides], c.pad as 'same'),
    reference: (x, filter) => convolved(c, x, filter),
    differentiable: true,
  };
}

const FUSED_CONVOLUTION: ConformanceCase = {
  ...convolution(CONVOLUTION),
  name: 'fused conv2d with bias',
  inputs: [...convolution(CONVOLUTION).inputs, values([3], 3)],
  run: (x, filter, bias) =>
    tf.fused.conv2d({
      x: x as tf.Tensor4D,
      filter: filter as tf.Tensor4D,
      strides: 1,
      pad: 'same',
      bias: bias,
    }),
  reference: (x, filter, bias) => convolved(CONVOLUTION, x, filter).map((value, i) => value + bias[i % 3]!),
};

const [BATCH, SIDE, CHANNELS] = [2, 4, 3];
const MAPS = values([BATCH, SIDE, SIDE, CHANNELS], 4);
const at = (n: number, row: number, column: number, c: number): number =>
  ((n * SIDE + row) * SIDE + column) * CHANNELS + c;

/** The mean of windows of `side` by `side` pixels that do not overlap. */
function pooling(side: number): ConformanceCase {
  const length = SIDE / side;
  return {
    name: `avgPool of ${side} by ${side}`,
    inputs: [MAPS],
    run: (x) => tf.avgPool(x as tf.Tensor4D, side, side, 'valid'),
    reference: (x) =>
      valuesBy([BATCH, length, length, CHANNELS], ([n, row, column, c]) => {
        const window = valuesBy(
          [side, side],
          ([a, b]) => x[at(n!, row! * side + a!, column! * side + b!, c!)]!,
        );
        return window.reduce((sum, value) => sum + value) / side ** 2;
      }),
    differentiable: true,
  };
}

const EPSILON = 1e-3;

export const NETWORK_CASES: readonly ConformanceCase[] = [
  product(false, false),
  product(false, true),
  product(true, false),
  product(true, true),
  DENSE,
  convolution(CONVOLUTION),
  convolution({ ...CONVOLUTION, strides: [2, 2] }),
  convolution({ ...CONVOLUTION, strides: [2, 2], kernel: [4, 4], pad: 'valid' }),
  FUSED_CONVOLUTION,
  pooling(2),
  pooling(SIDE),
  {
    name: 'batchNorm',
    inputs: [MAPS, values([3], 5), values([3], 6, [0.5, 2]), values([3], 7), values([3], 8)],
    run: (x, mean, variance, offset, scale) => tf.batchNorm(x, mean, variance, offset, scale, EPSILON),
    reference: (x, mean, variance, offset, scale) =>
      x.map((value, i) => {
        const c = i % CHANNELS;
        return ((value - mean[c]!) * scale[c]!) / Math.sqrt(variance[c]! + EPSILON) + offset[c]!;
      }),
    differentiable: true,
  },
  {
    name: 'moments',
    inputs: [MAPS],
    run: (x) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      return tf.stack([mean, variance]);
    },
    reference: (x) => {
      const channels = [0, 1, 2].map((c) => x.filter((_, i) => i % CHANNELS === c));
      const mean = (list: readonly number[]) => list.reduce((a, b) => a + b) / list.length;
      const means = channels.map(mean);
      return [...means, ...channels.map((list, c) => mean(list.map((value) => (value - means[c]!) ** 2)))];
    },
    differentiable: true,
  },
  {
    name: 'resizeNearestNeighbor',
    inputs: [MAPS],
    run: (x) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [2 * SIDE, 2 * SIDE]),
    reference: (x) =>
      valuesBy(
        [BATCH, 2 * SIDE, 2 * SIDE, CHANNELS],
        ([n, row, column, c]) => x[at(n!, row! >> 1, column! >> 1, c!)]!,
      ),
    differentiable: false, // the gradient of tfjs is wrong on cpu; Upsample has its own
  },
];
