import { describe, expect, it } from 'vitest';

import { meanCiede2000, meanPairwiseCiede2000 } from '../../src/metrics/meanCiede2000.js';
import golden from '../golden/metrics.json' with { type: 'json' };
import { expectAllClose } from '../support/numeric.js';

const { one, other, differences } = golden.ciede2000;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('meanCiede2000()', () => {
  it('is the mean over pixels', async () => {
    await expectAllClose([meanCiede2000(one.flat(), other.flat())], [mean(differences)], {
      rtol: 1e-7,
      atol: 0,
    });
  });

  it('says what does not fit', () => {
    expect(() => meanCiede2000([1, 2], [1, 2])).toThrow(
      new RangeError(
        "Cannot compute meanCiede2000 as 'one.length' must be a multiple of 3: current value is 2",
      ),
    );
    expect(() => meanCiede2000([1, 2, 3], [])).toThrow(
      new RangeError(
        "Cannot compute meanCiede2000 as 'other.length' must be 3, the length of 'one': current value is 0",
      ),
    );
  });
});

describe('meanPairwiseCiede2000()', () => {
  it('is the mean over all pairs', () => {
    const [a, b, c] = [one.slice(0, 10).flat(), other.slice(0, 10).flat(), one.slice(10, 20).flat()];
    const pairs = [meanCiede2000(a, b), meanCiede2000(a, c), meanCiede2000(b, c)];
    expect(meanPairwiseCiede2000([a, b, c])).toBeCloseTo(mean(pairs), 10);
  });

  it('is 0 for equal results, and there is none for one', () => {
    expect(meanPairwiseCiede2000([[50, 3, 4], [50, 3, 4]])).toBe(0); // prettier-ignore
    expect(meanPairwiseCiede2000([[50, 3, 4]])).toBeNull();
  });

  it('says what does not fit', () => {
    expect(() => meanPairwiseCiede2000([[1, 2, 3, 4]])).toThrow(
      new RangeError(
        "Cannot compute meanPairwiseCiede2000 as 'results[0].length' must be a multiple of 3: current value is 4",
      ),
    );
  });
});
