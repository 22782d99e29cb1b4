import * as tf from '@tensorflow/tfjs-core';

import { type ConformanceCase, elementwise, values } from './conformanceCase.js';

const POSITIVE = { range: [0.1, 4] } as const;
const NO_GRADIENT = { differentiable: false } as const;

/** Operations on one tensor. */
const UNARY: readonly ConformanceCase[] = [
  elementwise(
    'maximum',
    (x) => tf.maximum(x, 0.5),
    (x) => Math.max(x, 0.5),
  ),
  elementwise(
    'minimum',
    (x) => tf.minimum(x, 0.5),
    (x) => Math.min(x, 0.5),
  ),
  elementwise('exp', tf.exp, Math.exp),
  elementwise('expm1', tf.expm1, Math.expm1),
  elementwise('log', tf.log, Math.log, POSITIVE),
  elementwise('sqrt', tf.sqrt, Math.sqrt, POSITIVE),
  elementwise('rsqrt', tf.rsqrt, (x) => 1 / Math.sqrt(x), POSITIVE),
  elementwise('square', tf.square, (x) => x * x),
  elementwise('neg', tf.neg, (x) => -x),
  elementwise('abs', tf.abs, Math.abs),
  elementwise('relu', tf.relu, (x) => Math.max(0, x)),
  elementwise('sigmoid', tf.sigmoid, (x) => 1 / (1 + Math.exp(-x))),
  elementwise('softplus', tf.softplus, (x) => Math.log1p(Math.exp(x))),
  elementwise('tanh', tf.tanh, Math.tanh),
  elementwise(
    'cast',
    (x) => tf.cast(tf.cast(x, 'float32'), 'float32'),
    (x) => x,
  ),
  elementwise(
    'clipByValue',
    (x) => tf.clipByValue(x, -1, 2),
    (x) => Math.min(2, Math.max(-1, x)),
  ),
  elementwise(
    'identity',
    (x) => tf.clone(x),
    (x) => x,
  ),
  elementwise(
    'pow of a number',
    (x) => tf.pow(x, 2.4),
    (x) => x ** 2.4,
    POSITIVE,
  ),
  elementwise(
    'step',
    (x) => tf.step(x),
    (x) => (x > 0 ? 1 : 0),
    NO_GRADIENT,
  ),
  elementwise('ceil', tf.ceil, Math.ceil, NO_GRADIENT),
  elementwise('floor', tf.floor, Math.floor, NO_GRADIENT),
  elementwise('zerosLike', tf.zerosLike, () => 0, NO_GRADIENT),
  elementwise('onesLike', tf.onesLike, () => 1, NO_GRADIENT),
];

const COLUMNS = 4;

/** A matrix of three rows with a row of numbers. */
function binary(
  name: string,
  run: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  reference: (a: number, b: number) => number,
  {
    range = [-3, 3],
    differentiable = true,
  }: { range?: readonly [number, number]; differentiable?: boolean } = {},
): ConformanceCase {
  return {
    name,
    inputs: [values([3, COLUMNS], 1, range), values([COLUMNS], 2, range)],
    run: (a, b) => run(a, b),
    reference: (a, b) => a.map((x, i) => reference(x, b[i % COLUMNS]!)),
    differentiable,
  };
}

/** Operations on two tensors, of which one is broadcast. */
const BINARY: readonly ConformanceCase[] = [
  binary(
    'add',
    (a, b) => tf.add(a, b),
    (a, b) => a + b,
  ),
  binary(
    'sub',
    (a, b) => tf.sub(a, b),
    (a, b) => a - b,
  ),
  binary(
    'mul',
    (a, b) => tf.mul(a, b),
    (a, b) => a * b,
  ),
  binary(
    'div',
    (a, b) => tf.div(a, b),
    (a, b) => a / b,
    POSITIVE,
  ),
  binary(
    'pow',
    (a, b) => tf.pow(a, b),
    (a, b) => a ** b,
    POSITIVE,
  ),
  binary(
    'greater',
    (a, b) => tf.cast(tf.greater(a, b), 'float32'),
    (a, b) => Number(a > b),
    NO_GRADIENT,
  ),
  binary(
    'greaterEqual',
    (a, b) => tf.cast(tf.greaterEqual(a, b), 'float32'),
    (a, b) => Number(a >= b),
    NO_GRADIENT,
  ),
  binary(
    'less',
    (a, b) => tf.cast(tf.less(a, b), 'float32'),
    (a, b) => Number(a < b),
    NO_GRADIENT,
  ),
  binary(
    'equal',
    (a, b) => tf.cast(tf.equal(tf.ceil(a), tf.ceil(b)), 'float32'),
    (a, b) => Number(Math.ceil(a) === Math.ceil(b)),
    NO_GRADIENT,
  ),
];

export const ELEMENTWISE_CASES: readonly ConformanceCase[] = [...UNARY, ...BINARY];
