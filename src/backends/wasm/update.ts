import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import type { AdamUpdate, Approach } from '../../fusedKernels.js';
import { addressOf, allocate, floats, kernel } from './heap.js';
import { simdOf } from './simd/module.js';

type Arrays = readonly Float32Array[];

/** One update of Adam, element by element, for hosts without SIMD. */
function adamElements(
  [weight, first, second, gradient]: Arrays,
  [nextWeight, nextFirst, nextSecond]: Arrays,
  { beta1, beta2, epsilon, rate, kept }: AdamUpdate,
): void {
  gradient!.forEach((g, i) => {
    const m = beta1 * first![i]! + (1 - beta1) * g;
    const v = beta2 * second![i]! + (1 - beta2) * g * g;
    nextFirst![i] = m;
    nextSecond![i] = v;
    nextWeight![i] = kept * weight![i]! - (rate * m) / (Math.sqrt(v) + epsilon);
  });
}

const addressesOf = (backend: BackendWasm, infos: readonly tf.TensorInfo[]): number[] =>
  infos.map((info) => addressOf(backend, info));

/** An update of Adam. The new values are new tensors: clones of the variables keep theirs. */
export const adamUpdate = kernel<'weight' | 'first' | 'second' | 'gradient', AdamUpdate>(
  ({ inputs: { weight, first, second, gradient }, backend, attrs }) => {
    const old = [weight, first, second, gradient];
    const next = [weight, first, second].map(({ shape }) => allocate(backend, [...shape]));
    const simd = simdOf(backend);
    if (simd === undefined) {
      const [from, to] = [old, next].map((infos) => infos.map((info) => floats(backend, info)));
      adamElements(from!, to!, attrs);
      return next;
    }
    const { beta1, beta2, epsilon, rate, kept } = attrs;
    const numbers = [beta1, 1 - beta1, beta2, 1 - beta2, epsilon, rate, kept];
    const count = tf.util.sizeFromShape(weight.shape);
    simd.adam(count, ...addressesOf(backend, old), ...addressesOf(backend, next), ...numbers);
    return next;
  },
);

interface ApproachTensors {
  readonly from: tf.TensorInfo;
  readonly target: tf.TensorInfo;
  /** May be one of the others. */
  readonly result: tf.TensorInfo;
}

/** Fills `result` with `from + share * (target - from)`. */
export function approachInto(backend: BackendWasm, tensors: ApproachTensors, share: number): void {
  const { from, target, result } = tensors;
  const simd = simdOf(backend);
  if (simd === undefined) {
    const [start, end] = [floats(backend, from), floats(backend, target)];
    floats(backend, result).set(start.map((value, i) => value + (end[i]! - value) * share));
    return;
  }
  const [a, b, to] = addressesOf(backend, [from, target, result]) as [number, number, number];
  simd.approach(tf.util.sizeFromShape(from.shape), a, b, share, to);
}

/** A step from one tensor toward another. */
export const approach = kernel<'from' | 'target', Approach>(
  ({ inputs: { from, target }, backend, attrs: { share } }) => {
    const result = allocate(backend, [...from.shape]);
    approachInto(backend, { from, target, result }, share);
    return result;
  },
);

function sumOfSquares(backend: BackendWasm, x: tf.TensorInfo): number {
  const simd = simdOf(backend);
  if (simd !== undefined) return simd.sumOfSquares(tf.util.sizeFromShape(x.shape), addressOf(backend, x));
  return floats(backend, x).reduce((sum, value) => sum + value * value, 0);
}

/** The root of the sum of the squares of all elements of all inputs. */
export const globalNorm = kernel<string, object>(({ inputs, backend }) => {
  const squares = Object.values(inputs).map((x) => sumOfSquares(backend, x));
  const result = allocate(backend, []);
  floats(backend, result)[0] = Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
  return result;
});
