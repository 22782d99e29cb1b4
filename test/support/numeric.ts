import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

/** What float32 arithmetic of each backend is held to; `exp`, `log` and `pow` of shaders are the coarse ones. */
const TOLERANCES: Readonly<Record<string, Tolerance>> = {
  cpu: { rtol: 1e-5, atol: 1e-6 },
  wasm: { rtol: 1e-5, atol: 1e-6 },
  webgpu: { rtol: 1e-4, atol: 1e-5 },
  webgl: { rtol: 1e-4, atol: 1e-5 },
};

export function backendTolerance(): Tolerance {
  const tolerance = TOLERANCES[tf.getBackend()];
  if (tolerance === undefined) throw new Error(`No tolerance is listed for the "${tf.getBackend()}" backend`);
  return tolerance;
}

async function valuesOf(actual: tf.Tensor | ArrayLike<number>): Promise<ArrayLike<number>> {
  return actual instanceof tf.Tensor ? actual.data() : actual;
}

/** Every element within `atol + rtol * |expected|`; NaN and infinities never pass. */
export async function expectAllClose(
  actual: tf.Tensor | ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Partial<Tolerance> = {},
): Promise<void> {
  const { rtol, atol } = { ...backendTolerance(), ...tolerance };
  const values = await valuesOf(actual);
  expect(values.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [value, wanted] = [values[i]!, expected[i]!];
    const close = Math.abs(value - wanted) <= atol + rtol * Math.abs(wanted);
    if (!close) expect.fail(`element ${i} is ${value}, expected ${wanted} (rtol ${rtol}, atol ${atol})`);
  }
}

/** No element is NaN or infinite. */
export async function expectAllFinite(actual: tf.Tensor | ArrayLike<number>): Promise<void> {
  const values = await valuesOf(actual);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) expect.fail(`element ${i} is ${values[i]}`);
  }
}

/** Runs `fn` and checks that it leaves exactly `kept` new tensors behind. */
export function expectTensorsKept(kept: number, fn: () => unknown): void {
  const before = tf.memory().numTensors;
  fn();
  expect(tf.memory().numTensors - before).toBe(kept);
}

/** Runs async `fn` and checks that it leaves exactly `kept` new tensors behind. */
export async function expectTensorsKeptAsync(kept: number, fn: () => Promise<unknown>): Promise<void> {
  const before = tf.memory().numTensors;
  await fn();
  expect(tf.memory().numTensors - before).toBe(kept);
}

/** Central difference of a float64 function; accurate to about 1e-9 for smooth `f`. */
export function numericGradient(f: (x: number[]) => number, at: readonly number[], h = 1e-6): number[] {
  return at.map((_, i) => {
    const shifted = (delta: number) => at.map((x, j) => (i === j ? x + delta : x));
    return (f(shifted(h)) - f(shifted(-h))) / (2 * h);
  });
}
