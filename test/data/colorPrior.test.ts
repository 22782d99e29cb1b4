import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { COLOR_BINS } from '../../src/data/colorBins.js';
import { measureColorPrior, smoothColorPrior } from '../../src/data/colorPrior.js';
import golden from '../golden/colorBins.json' with { type: 'json' };
import { expectAllClose, expectTensorsKeptAsync } from '../support/numeric.js';

async function* streamOf(batches: readonly tf.Tensor[]): AsyncGenerator<tf.Tensor> {
  yield* batches;
}

describe('measureColorPrior()', () => {
  it('counts the colors of every batch', async () => {
    const [red, grey] = [
      [80, 70],
      [0, 0],
    ] as const;
    const prior = await measureColorPrior(
      streamOf([tf.tensor3d([...red, ...grey, ...grey], [1, 3, 2]), tf.tensor2d([[1, -2]])]),
    );
    expect(prior[COLOR_BINS.findIndex(({ a, b }) => a === 80 && b === 70)]).toBe(1 / 4);
    expect(prior[COLOR_BINS.findIndex(({ a, b }) => a === 0 && b === 0)]).toBe(3 / 4);
    expect(prior.reduce((sum, p) => sum + p, 0)).toBe(1);
  });

  it('takes a list of batches as well as a stream', async () => {
    const centers = () => [tf.tensor2d(golden.centers), tf.tensor2d(golden.centers)];
    const prior = await measureColorPrior(centers());
    expect(prior).toEqual(new Float64Array(313).fill(2 / 626));
    expect(await measureColorPrior(streamOf(centers()))).toEqual(prior);
  });

  it('disposes the batches and keeps no tensor', async () => {
    await expectTensorsKeptAsync(0, async () => measureColorPrior([tf.zeros([3, 2]), tf.zeros([1, 2])]));
    await expectTensorsKeptAsync(0, async () => {
      await expect(measureColorPrior([tf.zeros([3, 3])])).rejects.toThrow('shape');
    });
  });

  it('names the argument when there is nothing to count', async () => {
    await expect(measureColorPrior([])).rejects.toThrow(
      'Cannot measureColorPrior as \'batches\' must hold at least one color: current value is "0 colors"',
    );
  });
});

describe('smoothColorPrior()', () => {
  it('spreads each bin by a Gaussian of 5 units, as NumPy does', async () => {
    await expectAllClose(smoothColorPrior(golden.spreadOf), golden.spread, { rtol: 1e-6, atol: 1e-9 });
  });

  it('keeps the sum and, for a narrow Gaussian, the prior', async () => {
    const wide = smoothColorPrior(golden.prior, { sigma: 30 });
    await expectAllClose([wide.reduce((sum, p) => sum + p, 0)], [1]);
    await expectAllClose(smoothColorPrior(golden.prior, { sigma: 0.5 }), golden.prior, { atol: 1e-9 });
  });

  it('names the argument and its value when it is wrong', () => {
    expect(() => smoothColorPrior(golden.prior, { sigma: 0 })).toThrow(
      "Cannot smoothColorPrior as 'sigma' must be a positive finite number: current value is 0",
    );
    expect(() => smoothColorPrior([])).toThrow(
      "Cannot smoothColorPrior as 'prior.length' must be 313: current value is 0",
    );
  });
});
