import '@tensorflow/tfjs-layers'; // registers the gradients in Node, where tfjs-core alone does not

import * as tf from '@tensorflow/tfjs-core';

import {
  EPSILON,
  FACTORS,
  INPUTS,
  referenceGradient,
  referenceOutput,
  SHAPES,
} from './selfCheckReference.js';
import { disposeTape } from '../tape.js';

export const BACKEND_TASKS = ['inference', 'training'] as const;

/** What a backend is wanted for. Training needs gradients and 32-bit numbers besides. */
export type BackendTask = (typeof BACKEND_TASKS)[number];

/** Far above what float32 loses here, far below what a wrong kernel or a 16-bit texture does. */
const TOLERANCE = 1e-3;

function output(image: tf.Tensor, filter: tf.Tensor, matrix: tf.Tensor): tf.Tensor2D {
  const convolved = tf.conv2d(image as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
  const grouped = tf.reshape(convolved, [...SHAPES.groups]);
  const { mean, variance } = tf.moments(grouped, [1, 3], true);
  const normalized = tf.div(tf.sub(grouped, mean), tf.sqrt(tf.add(variance, EPSILON)));
  return tf.matMul(tf.reshape(normalized, [...SHAPES.rows]), matrix);
}

/** What the backend computes and what it should be, by name. */
interface Comparison {
  readonly what: string;
  readonly actual: tf.Tensor;
  readonly expected: readonly number[];
}

function inputTensors(): tf.Tensor[] {
  const { image, filter, matrix } = INPUTS;
  return [
    tf.tensor4d([...image], [...SHAPES.image]),
    tf.tensor4d([...filter], [...SHAPES.filter]),
    tf.tensor2d([...matrix], [...SHAPES.matrix]),
  ];
}

function outputComparison(): Comparison[] {
  const actual = tf.tidy(() => {
    const [image, filter, matrix] = inputTensors();
    return output(image!, filter!, matrix!);
  });
  return [
    { what: 'convolution, normalization and matrix product', actual, expected: referenceOutput(INPUTS) },
  ];
}

function gradientComparisons(): Comparison[] {
  const loss = (image: tf.Tensor, filter: tf.Tensor, matrix: tf.Tensor): tf.Tensor =>
    tf.sum(tf.mul(output(image, filter, matrix), tf.tensor2d(FACTORS, [...SHAPES.output])));
  const [image, filter, matrix] = tf.tidy(() => tf.grads(loss)(inputTensors()));
  return [
    { what: 'gradient of the image', actual: image!, expected: referenceGradient('image') },
    { what: 'gradient of the filter', actual: filter!, expected: referenceGradient('filter') },
    { what: 'gradient of the matrix', actual: matrix!, expected: referenceGradient('matrix') },
  ];
}

async function difference({ what, actual, expected }: Comparison): Promise<string | null> {
  const values = await actual.data<'float32'>();
  const bad = expected.findIndex(
    (wanted, i) => !(Math.abs(values[i]! - wanted) <= TOLERANCE * (1 + Math.abs(wanted))),
  );
  if (bad < 0) return null;
  return `it computes the ${what} wrongly: element ${bad} is ${values[bad]}, not ${expected[bad]!.toPrecision(7)}`;
}

async function firstDifference(comparisons: readonly Comparison[]): Promise<string | null> {
  try {
    const differences = await Promise.all(comparisons.map(difference));
    return differences.find((found) => found !== null) ?? null;
  } finally {
    tf.dispose(comparisons.map(({ actual }) => actual));
  }
}

/** Numbers that 16 bits cannot hold: too fine, too large, too small. */
const FINE_NUMBERS = [1 + 2 ** -13, 70_000, 1e-9];

/** So many that no backend computes them beside the GPU. */
const REPETITIONS = 2 ** 12;

/** Whether numbers lose digits: `floatPrecision()` of WebGL says 16 where it is 32 (TensorFlow.js 4.22). */
async function isCoarse(): Promise<boolean> {
  const wanted = Float32Array.from(
    { length: FINE_NUMBERS.length * REPETITIONS },
    (_, i) => FINE_NUMBERS[i % FINE_NUMBERS.length]!,
  );
  const product = tf.tidy(() => tf.mul(tf.tensor1d(wanted.slice()), tf.ones([wanted.length])));
  try {
    const values = await product.data<'float32'>();
    return values.some((value, i) => !(Math.abs(value - wanted[i]!) <= 1e-6 * wanted[i]!));
  } finally {
    product.dispose();
  }
}

async function trainingFault(): Promise<string | null> {
  if (!(await isCoarse())) return firstDifference(gradientComparisons());
  return 'it computes with 16-bit numbers, too coarse for training: choose another backend, such as "wasm"';
}

/**
 * Checks that the current backend computes correctly here: a convolution, a normalization and a matrix product, and for
 * training their gradients, against the same in float64. It takes milliseconds.
 *
 * @returns What is wrong, to be read after "the backend cannot be used: "; `null` where nothing is.
 */
export async function findBackendFault(task: BackendTask): Promise<string | null> {
  try {
    const fault = await firstDifference(outputComparison());
    if (fault !== null || task === 'inference') return fault;
    return await trainingFault();
  } catch (error) {
    disposeTape();
    return (error as Error).message;
  }
}
