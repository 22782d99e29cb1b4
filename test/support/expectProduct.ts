import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

import { flatIndex, valuesBy } from '../reference/indices.js';
import { uniform } from './differentiable.js';
import { expectAllClose } from './numeric.js';

interface Product {
  readonly stack: number;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

const TRANSPOSITIONS = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

/** Checks the product of random matrices, with either operand transposed, against float64. */
export async function expectProduct({ stack, rows, inner, columns }: Product): Promise<void> {
  for (const [transposeA, transposeB] of TRANSPOSITIONS) {
    const aShape = transposeA ? [stack, inner, rows] : [stack, rows, inner];
    const bShape = transposeB ? [stack, columns, inner] : [stack, inner, columns];
    const [a, b] = [uniform(aShape, 1), uniform(bShape, 2)];
    const expected = valuesBy([stack, rows, columns], ([s, i, j]) => {
      let sum = 0;
      for (let k = 0; k < inner; k++) {
        const left = flatIndex(aShape, transposeA ? [s!, k, i!] : [s!, i!, k]);
        const right = flatIndex(bShape, transposeB ? [s!, j!, k] : [s!, k, j!]);
        sum += a[left]! * b[right]!;
      }
      return sum;
    });
    const drop = (shape: number[]) => (stack === 1 ? shape.slice(1) : shape);
    const result = tf.matMul(tf.tensor(a, drop(aShape)), tf.tensor(b, drop(bShape)), transposeA, transposeB);
    expect(result.shape).toEqual(drop([stack, rows, columns]));
    await expectAllClose(result, expected, { rtol: 2e-5, atol: 1e-5 });
  }
}
