import { describe, expect, it } from 'vitest';

import { resultVariance } from '../../src/metrics/resultVariance.js';
import golden from '../golden/metrics.json' with { type: 'json' };
import { expectAllClose } from '../support/numeric.js';

const { results, variance } = golden.results;

describe('resultVariance()', () => {
  it('equals the population variance of NumPy', async () => {
    await expectAllClose([resultVariance(results)!], [variance], { rtol: 1e-7, atol: 0 });
  });

  it('is 0 for equal results, and there is none for one', () => {
    expect(resultVariance([[0.5, 2], [0.5, 2]])).toBe(0); // prettier-ignore
    expect(resultVariance([results[0]!])).toBeNull();
  });

  it('says what does not fit', () => {
    expect(() => resultVariance([])).toThrow(
      new RangeError("Cannot compute resultVariance as 'results.length' must be above 0: current value is 0"),
    );
    expect(() => resultVariance([[1, 2], [1]])).toThrow(
      new RangeError(
        "Cannot compute resultVariance as 'results[1].length' must be 2, the length of 'results[0]': current value is 1",
      ),
    );
  });
});
