import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

import golden from '../golden/losses.json' with { type: 'json' };
import { expectAllClose, type Tolerance } from '../support/numeric.js';

/** The inputs of the golden cases. */
interface GoldenInputs {
  readonly target: tf.Tensor4D;
  readonly reconstruction: tf.Tensor4D;
  readonly weights: tf.Tensor4D;
  readonly components: tf.Tensor2D;
  readonly variances: tf.Tensor1D;
  readonly means: tf.Tensor2D;
  readonly logVariances: tf.Tensor2D;
  readonly priorMeans: tf.Tensor2D;
  readonly priorLogVariances: tf.Tensor2D;
  readonly noise: tf.Tensor2D;
  readonly divergences: tf.Tensor2D;
  readonly z: tf.Tensor2D;
  readonly logits: tf.Tensor2D;
  readonly mixtureMeans: tf.Tensor3D;
  readonly logStdDevs: tf.Tensor3D;
  readonly isotropicLogStdDevs: tf.Tensor3D;
}

type InputName = keyof GoldenInputs;

interface GoldenCase {
  readonly value: readonly number[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

/** Makes an input of the golden cases, or hands out the one that is differentiated. */
export type GoldenInput = <N extends InputName>(name: N) => GoldenInputs[N];

export function goldenInput<N extends InputName>(name: N): GoldenInputs[N] {
  const { shape, values } = golden.inputs[name];
  return tf.tensor<tf.Rank>(values, shape) as GoldenInputs[N];
}

/**
 * Checks a function of the golden inputs against PyTorch: its value, and the gradient of `sum{ (1 + i / 10) * value[i] : i }`
 * with respect to every input that PyTorch differentiated.
 */
export async function expectGolden(
  name: keyof typeof golden.cases,
  compute: (input: GoldenInput) => tf.Tensor,
  tolerance: Partial<Tolerance> = {},
): Promise<void> {
  const { value, gradients }: GoldenCase = golden.cases[name];
  const actual = compute(goldenInput);
  await expectAllClose(actual, value, tolerance);

  const names = Object.keys(gradients) as InputName[];
  expect(names.length).toBeGreaterThan(0);
  const differentiated = (...xs: tf.Tensor[]) => {
    const given = <N extends InputName>(name: N) => xs[names.indexOf(name)] as GoldenInputs[N] | undefined;
    return compute((name) => given(name) ?? goldenInput(name));
  };
  const upstream = tf.reshape(
    value.map((_, i) => 1 + i / 10),
    actual.shape,
  );
  const computed = tf.grads(differentiated)(names.map(goldenInput), upstream);
  for (const [i, wanted] of names.entries()) {
    await expectAllClose(computed[i]!, gradients[wanted]!, tolerance);
  }
}
