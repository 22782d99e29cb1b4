import { describe, expect, it } from 'vitest';

import { latentNoise } from '../../src/models/latentNoise.js';
import { expectTensorsKept } from '../support/numeric.js';

const SHAPE: [number, number] = [200, 100];
/** Variance of the standard normal distribution cut at two deviations: 1 - 4 * pdf(2) / (2 * cdf(2) - 1). */
const TRUNCATED_VARIANCE = 1 - (4 * 0.053990966513188) / 0.954499736103642;

async function variance(kind: 'normal' | 'truncatedNormal') {
  const values = await latentNoise(SHAPE, kind, { seed: 0 }).data<'float32'>();
  return values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
}

describe('latentNoise()', () => {
  it('is standard normal, or the same cut at two standard deviations', async () => {
    const standardError = Math.sqrt(2 / 20_000);
    expect(Math.abs((await variance('normal')) - 1)).toBeLessThan(4 * standardError);
    expect(Math.abs((await variance('truncatedNormal')) - TRUNCATED_VARIANCE)).toBeLessThan(
      4 * standardError,
    );
    const cut = await latentNoise(SHAPE, 'truncatedNormal', { seed: 0 }).data();
    expect(Math.max(...cut.map(Math.abs))).toBeLessThan(2);
  });

  it('repeats for the same seed, differs for another and keeps one tensor', async () => {
    for (const kind of ['normal', 'truncatedNormal'] as const) {
      const first = await latentNoise([2, 3], kind, { seed: 0 }).data();
      expect(await latentNoise([2, 3], kind, { seed: 0 }).data()).toEqual(first);
      expect(await latentNoise([2, 3], kind, { seed: 1 }).data()).not.toEqual(first);
      expectTensorsKept(1, () => latentNoise([2, 3], kind, { seed: 0 }));
    }
  });
});
