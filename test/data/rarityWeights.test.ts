import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { COLOR_BINS } from '../../src/data/colorBins.js';
import { IMAGENET_COLOR_PRIOR } from '../../src/data/imagenetColorPrior.js';
import { pixelWeights, rarityWeights } from '../../src/data/rarityWeights.js';
import golden from '../golden/colorBins.json' with { type: 'json' };
import { expectAllClose, expectTensorsKept } from '../support/numeric.js';

const uniform = new Array<number>(313).fill(1 / 313);

describe('IMAGENET_COLOR_PRIOR', () => {
  it('equals the published prior to 1e-6', async () => {
    await expectAllClose(IMAGENET_COLOR_PRIOR, golden.prior, { rtol: 1e-6, atol: 0 });
  });

  it('has grey as its most frequent color', () => {
    const most = IMAGENET_COLOR_PRIOR.indexOf(Math.max(...IMAGENET_COLOR_PRIOR));
    expect(COLOR_BINS[most]).toEqual({ a: 0, b: 0 });
  });
});

describe('rarityWeights()', () => {
  it('equals the published formula for the ImageNet prior', async () => {
    const { prior } = golden;
    await expectAllClose(rarityWeights({ prior }), golden.smoothedWeights, { atol: 0 });
    await expectAllClose(rarityWeights({ prior, uniformMix: 0.1 }), golden.mixedWeights, { atol: 0 });
    await expectAllClose(rarityWeights({ prior, mode: 'raw' }), golden.rawWeights, { atol: 0 });
  });

  it('gives bins that never occur the largest weight of those that do', async () => {
    const weights = rarityWeights({ prior: golden.sparsePrior });
    await expectAllClose(weights, golden.sparseWeights, { atol: 0 });
    const raw = rarityWeights({ prior: golden.sparsePrior, mode: 'raw' });
    expect(raw[0]).toBe(Math.max(...raw));
    expect(Math.max(...raw)).toBeLessThan(Infinity);
  });

  it('has a mean of 1 over the pixels that the prior describes, whatever the mixture', async () => {
    for (const uniformMix of [0, 0.3, 1]) {
      const weights = rarityWeights({ prior: golden.prior, uniformMix });
      const mean = weights.reduce((sum, weight, bin) => sum + weight * golden.prior[bin]!, 0);
      await expectAllClose([mean], [1]);
    }
  });

  it('gives every color the same weight for a uniform prior or a uniform mixture', async () => {
    const ones = new Array<number>(313).fill(1);
    await expectAllClose(rarityWeights({ prior: uniform }), ones);
    await expectAllClose(rarityWeights({ prior: golden.prior, uniformMix: 1 }), ones);
  });

  it('does not depend on the scale of the prior', async () => {
    const counts = golden.prior.map((p) => p * 1e6);
    await expectAllClose(rarityWeights({ prior: counts }), rarityWeights({ prior: golden.prior }));
  });

  it('names the argument and its value when an option is wrong', () => {
    expect(() => rarityWeights({ prior: [1, 2] })).toThrow(
      "Cannot compute rarityWeights as 'prior.length' must be 313: current value is 2",
    );
    expect(() => rarityWeights({ prior: uniform.with(7, -1) })).toThrow(
      "Cannot compute rarityWeights as 'prior[7]' must be a non-negative finite number: current value is -1",
    );
    expect(() => rarityWeights({ prior: new Float32Array(313) })).toThrow(
      "Cannot compute rarityWeights as 'the sum of prior' must be above 0: current value is 0",
    );
    expect(() => rarityWeights({ prior: uniform, uniformMix: 1.5 })).toThrow(
      "Cannot compute rarityWeights as 'uniformMix' must be from 0 to 1: current value is 1.5",
    );
    expect(() => rarityWeights({ prior: uniform, mode: 'cubic' as never })).toThrow(
      'Cannot compute rarityWeights as \'mode\' must be one of "smoothed", "raw": current value is "cubic"',
    );
  });
});

describe('pixelWeights()', () => {
  const weights = Float32Array.from({ length: 313 }, (_, bin) => bin);

  it('gives each pixel the weight of its bin', async () => {
    const centers = tf.tensor4d(golden.centers.slice(0, 312).flat(), [2, 12, 13, 2]);
    const result = pixelWeights(centers, weights);
    expect(result.shape).toEqual([2, 12, 13, 1]);
    await expectAllClose(result, weights.slice(0, 312), { rtol: 0, atol: 0 });
  });

  it('keeps the result and nothing else', () => {
    const ab = tf.zeros<tf.Rank.R4>([1, 2, 2, 2]);
    expectTensorsKept(1, () => pixelWeights(ab, weights));
  });

  it('names the argument when the shape or the number of weights is wrong', () => {
    expect(() => pixelWeights(tf.zeros([1, 2, 2, 1]), weights)).toThrow(
      "Cannot compute pixelWeights as 'ab' must have shape [batch, height, width, 2]: current shape is [1, 2, 2, 1]",
    );
    expect(() => pixelWeights(tf.zeros([1, 2, 2, 2]), weights.slice(1))).toThrow(
      "Cannot compute pixelWeights as 'weights.length' must be 313: current value is 312",
    );
  });
});
