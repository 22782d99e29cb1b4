import * as tf from '@tensorflow/tfjs-core';

import { assertPositive, TrainingError } from '../errors.js';
import { GLOBAL_NORM, runFusedKernel } from '../fusedKernels.js';
import { disposeAll, mapValues, tidyValues, type NamedTensors, type NamedVariables } from './variables.js';
import { disposeTape } from '../tape.js';

/** Loss parts and gradients of one batch, to be disposed by whoever holds them. */
export interface LossGradients {
  /** Scalars by part name. */
  readonly parts: NamedTensors;
  /** One gradient of `total` for each variable, in the order of the variables. */
  readonly gradients: NamedTensors;
}

/** Scaled gradients and the norm that they were scaled by, to be disposed by the caller. */
export interface ClippedGradients {
  readonly gradients: NamedTensors;
  /** Norm before clipping, a scalar. */
  readonly norm: tf.Scalar;
}

function missingMessage(names: readonly string[]): string {
  const list = names.map((name) => JSON.stringify(name)).join(', ');
  return (
    "Cannot train as 'variables' must be trainable and used by the loss: " +
    `there is no gradient for ${list}`
  );
}

function requireEvery(
  gradients: Readonly<Record<string, tf.Tensor>>,
  variables: NamedVariables,
): NamedTensors {
  // tfjs keys gradients by its own variable names and leaves out, or sets to null, those it did not compute.
  const missing = [...variables].filter(([, variable]) => !gradients[variable.name]).map(([name]) => name);
  if (missing.length > 0) {
    tf.dispose(gradients);
    throw new TrainingError(missingMessage(missing));
  }
  return mapValues(variables, (variable) => gradients[variable.name]!);
}

/**
 * Evaluates a loss and its gradient with respect to every variable.
 *
 * A variable without a gradient is an error, not a zero: with weight decay or running means a zero would still change it.
 *
 * @param loss Builds the parts; `total` is differentiated.
 * @throws {TrainingError} If `total` does not depend on some of the variables, or they are not trainable.
 */
export function lossGradients(
  loss: () => Readonly<Record<string, tf.Scalar>> & { readonly total: tf.Scalar },
  variables: NamedVariables,
): LossGradients {
  const parts = new Map<string, tf.Tensor>();
  const forward = (): tf.Scalar => {
    const made = loss();
    // Only `total` outlives the scope that tfjs runs this function in; the other parts are kept by hand.
    for (const [name, part] of Object.entries(made)) parts.set(name, tf.keep(tf.clone(part)));
    return made.total;
  };
  try {
    const { value, grads } = tf.variableGrads(forward, [...variables.values()]);
    tf.dispose(value);
    return { parts, gradients: requireEvery(grads, variables) };
  } catch (error) {
    disposeAll(parts);
    disposeTape();
    throw error;
  }
}

/** Consumes both terms. */
function addAll(a: NamedTensors, b: NamedTensors): NamedTensors {
  const sum = tidyValues(a, (tensor, name) => tf.add(tensor, b.get(name)!));
  disposeAll(a);
  disposeAll(b);
  return sum;
}

/** Consumes `tensors`. */
function scaleAll(tensors: NamedTensors, factor: number): NamedTensors {
  const scaled = tidyValues(tensors, (tensor) => tf.mul(tensor, factor));
  disposeAll(tensors);
  return scaled;
}

/**
 * Mean of loss parts and gradients over several batches: that of the batch which holds all of them, if they are of equal
 * size and the loss is a mean over examples.
 *
 * @param compute Evaluates batch `index`; one sum is held at a time, and nothing if `compute` throws.
 */
export async function meanLossGradients(
  count: number,
  compute: (index: number) => LossGradients | Promise<LossGradients>,
): Promise<LossGradients> {
  let sum = await compute(0);
  try {
    for (let index = 1; index < count; index++) {
      const next = await compute(index);
      sum = {
        parts: addAll(sum.parts, next.parts),
        gradients: addAll(sum.gradients, next.gradients),
      };
    }
  } catch (error) {
    disposeAll(sum.parts);
    disposeAll(sum.gradients);
    throw error;
  }
  if (count === 1) return sum;
  return { parts: scaleAll(sum.parts, 1 / count), gradients: scaleAll(sum.gradients, 1 / count) };
}

/**
 * Euclidean norm of all gradients together: `sqrt(sum of squares)`.
 *
 * @returns A scalar, to be disposed by the caller; infinite where a square or, on some backends, their sum overflows float32.
 */
export function globalNorm(gradients: NamedTensors): tf.Scalar {
  const fused = runFusedKernel(GLOBAL_NORM, Object.fromEntries(gradients));
  if (fused !== undefined) return fused[0] as tf.Scalar;
  return tf.tidy(() => {
    const squares = [...gradients.values()].map((gradient) => tf.sum<tf.Scalar>(tf.square(gradient)));
    // Not tf.addN: on webgpu it fails without a word, and all work queued with it, beyond some eight tensors (4.22).
    return tf.sqrt(tf.sum<tf.Scalar>(tf.stack(squares)));
  });
}

/**
 * Scales gradients so that their global norm is at most `maxNorm`; smaller ones keep their values.
 *
 * `g * maxNorm / max(norm, maxNorm)`, which never divides by zero. A norm that is not finite gives gradients that are not
 * finite either: check it before they are used.
 *
 * @param gradients Stay the caller's.
 * @throws {RangeError} If `maxNorm` is not a positive finite number.
 * @see R. Pascanu, T. Mikolov and Y. Bengio, On the difficulty of training recurrent neural networks, 2013, algorithm 1.
 */
export function clipByGlobalNorm(gradients: NamedTensors, maxNorm: number): ClippedGradients {
  assertPositive('compute clipByGlobalNorm', 'maxNorm', maxNorm);
  const norm = globalNorm(gradients);
  const factor = tf.tidy(() => tf.div(maxNorm, tf.maximum(norm, maxNorm)));
  const clipped = tidyValues(gradients, (gradient) => tf.mul(gradient, factor));
  tf.dispose(factor);
  return { gradients: clipped, norm };
}
