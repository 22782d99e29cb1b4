import { describe, expect, it } from 'vitest';

import { incrementalPca, type PcaResult } from '../../src/data/incrementalPca.js';
import { randomGenerator } from '../../src/random.js';
import golden from '../golden/colorComponents.json' with { type: 'json' };
import { expectAllClose } from '../support/numeric.js';

const dimensions = golden.mean.length;
const tight = { rtol: 1e-6, atol: 1e-7 };

function fit(data: readonly number[], keep: number, chunkSize: number): PcaResult {
  const pca = incrementalPca({ keep, chunkSize });
  for (let i = 0; i < data.length; i += dimensions) pca.add(Float64Array.from(data.slice(i, i + dimensions)));
  return pca.result();
}

describe('incrementalPca()', () => {
  it('is the exact decomposition when it keeps every axis', async () => {
    for (const chunkSize of [7, 50, 64]) {
      const { rows, mean, components, variances, totalVariance } = fit(golden.data, dimensions, chunkSize);
      expect(rows).toBe(golden.examples);
      await expectAllClose(mean, golden.mean, tight);
      await expectAllClose(variances.slice(0, golden.count), golden.exact.variances, tight);
      const leading = components.slice(0, golden.count).flatMap((row) => Array.from(row));
      await expectAllClose(leading, golden.exact.components, { rtol: 1e-5, atol: 1e-6 });
      await expectAllClose([totalVariance], [golden.totalVariance], tight);
    }
  });

  it("equals scikit-learn's IncrementalPCA when it keeps as few axes", async () => {
    const { chunkSize, components, variances } = golden.incremental;
    const result = fit(golden.data, golden.count, chunkSize);
    await expectAllClose(result.variances, variances, tight);
    const rows = result.components.flatMap((row) => Array.from(row));
    await expectAllClose(rows, components, { rtol: 1e-5, atol: 1e-6 });
  });

  it('comes closer to the exact variances the more axes it keeps', () => {
    const error = (keep: number) => {
      const { variances } = fit(golden.data, keep, 5);
      return Math.abs(variances[3]! / golden.exact.variances[3]! - 1);
    };
    expect(error(8)).toBeLessThan(error(4));
    expect(error(16)).toBeLessThan(1e-3);
    expect(error(24)).toBeLessThan(1e-6);
  });

  it('has orthonormal components whose largest element is positive', async () => {
    const generator = randomGenerator(3);
    const data = Array.from({ length: 30 * dimensions }, generator.normal);
    const { components } = fit(data, 10, 8);
    const products = components.flatMap((x) =>
      components.map((y) => x.reduce((sum, value, i) => sum + value * y[i]!, 0)),
    );
    await expectAllClose(
      products,
      products.map((_, i) => (i % 11 === 0 ? 1 : 0)),
      { atol: 1e-12 },
    );
    for (const row of components) {
      expect(Math.max(...row)).toBe(Math.max(...row.map(Math.abs)));
    }
  });
});
