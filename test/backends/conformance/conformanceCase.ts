import * as tf from '@tensorflow/tfjs-core';

import { uniform } from '../../support/differentiable.js';

/** Float32 values, so that every backend and the reference start from the same numbers. */
interface CaseInput {
  readonly shape: number[];
  readonly values: Float32Array;
}

/** An operation that models or losses use, and the same in float64 by its definition. */
export interface ConformanceCase {
  readonly name: string;
  readonly inputs: readonly CaseInput[];
  readonly run: (...inputs: tf.Tensor[]) => tf.Tensor;
  readonly reference: (...inputs: readonly (readonly number[])[]) => ArrayLike<number>;
  /** False for what has no gradient, such as a comparison. */
  readonly differentiable: boolean;
}

/** Values uniform from `least` to `most`. */
export function values(shape: number[], seed: number, [least, most]: readonly [number, number] = [-1, 1]) {
  const spread = (most - least) / 2;
  return { shape, values: uniform(shape, seed).map((value) => least + spread * (value + 1)) };
}

/** What the output is multiplied by before it is summed to the loss that is differentiated. */
export function factorsOf(size: number): number[] {
  return Array.from(uniform([size], 99));
}

/** The output of a case and, where it has them, the gradients of its inputs, to be disposed by the caller. */
export function runCase({ inputs, run, differentiable }: ConformanceCase): {
  readonly output: tf.Tensor;
  readonly gradients: tf.Tensor[];
} {
  return tf.tidy<tf.TensorContainerObject & { output: tf.Tensor; gradients: tf.Tensor[] }>(() => {
    const tensors = inputs.map((input) => tf.tensor(input.values.slice(), input.shape));
    const output = run(...tensors);
    if (!differentiable) return { output, gradients: [] };
    const dy = tf.tensor(factorsOf(output.size), output.shape);
    return { output, gradients: tf.grads((...at: tf.Tensor[]) => run(...at))(tensors, dy) };
  });
}

/** An operation on one tensor that works element by element. */
export function elementwise(
  name: string,
  run: (x: tf.Tensor) => tf.Tensor,
  reference: (x: number) => number,
  {
    range = [-3, 3],
    differentiable = true,
  }: { range?: readonly [number, number]; differentiable?: boolean } = {},
): ConformanceCase {
  return {
    name,
    inputs: [values([3, 7], 1, range)],
    run,
    reference: (x) => x.map(reference),
    differentiable,
  };
}
