import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

import { convolutionOf } from '../../../src/backends/wasm/convolution.js';
import { simdOf } from '../../../src/backends/wasm/simd/module.js';
import { isForWinograd, WINOGRAD_FLAG } from '../../../src/backends/wasm/simd/winograd.js';
import { convolutionShapes, type ConvolutionCase } from '../../reference/convolution.js';
import { uniform } from '../../support/differentiable.js';
import { BASE, expectConvolution, operation, tensor } from '../../support/expectConvolution.js';
import { onWasm } from '../../support/onWasm.js';

const CASE: ConvolutionCase = { ...BASE, inChannels: 16, outChannels: 24 };

/** For sums of up to 2,500 products: float32 loses about three times the digits that it loses by the definition. */
const LONG_SUMS = { rtol: 2e-5, atol: 1e-4 };

/** The case as the kernels see it. */
function infoOf(c: ConvolutionCase) {
  const { x, filter } = convolutionShapes(c);
  const pad =
    typeof c.pad === 'string' ? c.pad : ([[0, 0], c.pad.slice(0, 2), c.pad.slice(2), [0, 0]] as const);
  return convolutionOf(x, filter, { strides: [...c.strides], pad, dilations: [...(c.dilations ?? [1, 1])] });
}

/** Checks a case that is computed by Winograd's algorithm. */
async function expectWinograd(c: ConvolutionCase, tolerance?: typeof LONG_SUMS): Promise<void> {
  await onWasm(async () => {
    expect(simdOf(tf.backend() as BackendWasm)).toBeDefined();
    expect(isForWinograd(infoOf(c))).toBe(true);
    await expectConvolution(c, undefined, undefined, tolerance);
  });
}

/** The bits of the convolution of a case and of its gradients. */
async function bitsOf(c: ConvolutionCase): Promise<Uint32Array[]> {
  const shapes = convolutionShapes(c);
  const inputs = [tensor(uniform(shapes.x, 1), shapes.x), tensor(uniform(shapes.filter, 2), shapes.filter)];
  const gradients = tf.grads(operation(c))(inputs, tensor(uniform(shapes.y, 3), shapes.y));
  const results = [operation(c)(...inputs), ...gradients];
  const lists = await Promise.all(results.map((result) => result.data()));
  tf.dispose([inputs, results]);
  return lists.map((list) => new Uint32Array((list as Float32Array).slice().buffer));
}

describe('convolutions by the algorithm of Winograd', () => {
  afterEach(() => tf.env().set(WINOGRAD_FLAG, true));

  it('equal the float64 reference for tiles that the maps fill and that they do not', async () => {
    await expectWinograd(CASE);
    await expectWinograd({ ...CASE, batch: 1, size: [4, 4] });
    await expectWinograd({ ...CASE, batch: 3, size: [7, 12] });
    await expectWinograd({ ...CASE, batch: 1, size: [15, 10] });
  });

  it('equal the float64 reference for channels that do not fill a panel', async () => {
    await expectWinograd({ ...CASE, inChannels: 19, outChannels: 21 });
    await expectWinograd({ ...CASE, inChannels: 17, outChannels: 18 });
    await expectWinograd({ ...CASE, batch: 1, inChannels: 32, outChannels: 2 });
    await expectWinograd({ ...CASE, inChannels: 2, outChannels: 9 });
  });

  it('equal the float64 reference for other pads', async () => {
    await expectWinograd({ ...CASE, size: [10, 13], pad: 'valid' });
    await expectWinograd({ ...CASE, size: [9, 8], pad: [2, 0, 1, 2] }, LONG_SUMS);
    await expectWinograd({ ...CASE, size: [5, 5], pad: [4, 3, 3, 4] }, LONG_SUMS);
  });

  it('equal the float64 reference for more channels, outputs and tiles than a block holds', async () => {
    await expectWinograd({ ...CASE, batch: 1, size: [4, 4], inChannels: 270, outChannels: 16 }, LONG_SUMS);
    await expectWinograd({ ...CASE, batch: 1, size: [4, 4], inChannels: 16, outChannels: 270 }, LONG_SUMS);
    await expectWinograd({ ...CASE, batch: 5, size: [16, 16], outChannels: 16 }, LONG_SUMS);
  });

  it('equal the float64 reference for random shapes', async () => {
    const side = fc.constantFrom(4, 7, 8, 11);
    const channels = fc.integer({ min: 2, max: 26 });
    const cases = fc.record({
      batch: fc.integer({ min: 1, max: 3 }),
      size: fc.tuple(side, side),
      inChannels: channels,
      outChannels: channels,
    });
    const property = fc.asyncProperty(cases, (c) => expectWinograd({ ...BASE, ...c }, LONG_SUMS));
    await fc.assert(property, { seed: 3, numRuns: 8 });
  });

  it('give the same bits again, whatever the memory holds', async () => {
    await onWasm(async () => {
      const c = { ...CASE, inChannels: 18, size: [7, 7] } as const;
      const first = await bitsOf(c);
      tf.dispose(tf.tensor(new Float32Array(1_000_000).fill(NaN)));
      expect(await bitsOf(c)).toEqual(first);
    });
  });

  it('are left to the definition where they gain nothing or are turned off', () => {
    expect(isForWinograd(infoOf(CASE))).toBe(true);
    expect(isForWinograd(infoOf({ ...CASE, size: [5, 5] }))).toBe(false);
    expect(isForWinograd(infoOf({ ...CASE, inChannels: 1 }))).toBe(false);
    expect(isForWinograd(infoOf({ ...CASE, outChannels: 1025 }))).toBe(false);
    expect(isForWinograd(infoOf({ ...CASE, strides: [2, 2] }))).toBe(false);
    expect(isForWinograd(infoOf({ ...CASE, dilations: [1, 2] }))).toBe(false);
    expect(isForWinograd(infoOf({ ...CASE, kernel: [3, 1] }))).toBe(false);
    tf.env().set(WINOGRAD_FLAG, false);
    expect(isForWinograd(infoOf(CASE))).toBe(false);
  });
});
