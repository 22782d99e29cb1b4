import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { expectAllClose, expectTensorsKept, numericGradient } from '../../support/numeric.js';
import { type ConformanceCase, factorsOf, runCase } from './conformanceCase.js';
import { CASES } from './cases.js';

/** Gradients of the sum of outputs times factors with respect to each input, in float64. */
function referenceGradients({ inputs, reference }: ConformanceCase, size: number): number[][] {
  const factors = factorsOf(size);
  const lists = inputs.map((input) => Array.from(input.values));
  return lists.map((list, which) =>
    numericGradient((x) => {
      const output = reference(...lists.map((other, i) => (i === which ? x : other)));
      return factors.reduce((sum, factor, i) => sum + factor * output[i]!, 0);
    }, list),
  );
}

describe('an operation that models or losses use', () => {
  it.each(CASES)('equals its float64 definition, and so do its gradients: $name', async (c) => {
    const lists = c.inputs.map((input) => Array.from(input.values));
    const { output, gradients } = runCase(c);
    await expectAllClose(output, c.reference(...lists));
    const wanted = c.differentiable ? referenceGradients(c, output.size) : [];
    expect(gradients).toHaveLength(wanted.length);
    for (const [i, gradient] of gradients.entries()) await expectAllClose(gradient, wanted[i]!);
    tf.dispose([output, gradients]);
  });

  it.each(CASES)('keeps its results and nothing else: $name', (c) => {
    const results = c.differentiable ? 1 + c.inputs.length : 1;
    expectTensorsKept(results, () => runCase(c));
  });
});
