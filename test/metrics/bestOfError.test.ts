import { describe, expect, it } from 'vitest';

import { bestOfError, perPixelBestError } from '../../src/metrics/bestOfError.js';
import golden from '../golden/metrics.json' with { type: 'json' };
import { expectAllClose } from '../support/numeric.js';

const { results, truth, absolute, rootMeanSquare, perPixelAbsolute, perPixelRootMeanSquare } = golden.results;
const EXACT = { rtol: 1e-7, atol: 0 };

describe('bestOfError()', () => {
  it.each([
    ['absolute', absolute],
    ['rootMeanSquare', rootMeanSquare],
  ] as const)('equals NumPy in the norm "%s", one result at a time and together', async (norm, errors) => {
    const alone = results.map((result) => bestOfError([result], truth, { norm }).error);
    await expectAllClose(alone, errors, EXACT);
    const { error, index } = bestOfError(results, truth, { norm });
    await expectAllClose([error], [Math.min(...errors)], EXACT);
    expect(index).toBe(errors.indexOf(Math.min(...errors)));
  });

  it('is absolute by default, 0 for the truth, and names the first of equals', () => {
    expect(bestOfError(results, truth)).toEqual(bestOfError(results, truth, { norm: 'absolute' }));
    expect(bestOfError([results[0]!, truth, truth], truth)).toEqual({ error: 0, index: 1 });
  });

  it('says what does not fit', () => {
    expect(() => bestOfError([], truth)).toThrow(
      new RangeError("Cannot compute bestOfError as 'results.length' must be above 0: current value is 0"),
    );
    expect(() => bestOfError([truth, [1]], truth)).toThrow(
      new RangeError(
        "Cannot compute bestOfError as 'results[1].length' must be 24, the length of 'truth': current value is 1",
      ),
    );
    expect(() => bestOfError([[]], [])).toThrow(
      new RangeError("Cannot compute bestOfError as 'truth.length' must be above 0: current value is 0"),
    );
    expect(() => bestOfError([truth], truth, { norm: 'max' as 'absolute' })).toThrow(TypeError);
  });
});

describe('perPixelBestError()', () => {
  it('equals NumPy in both norms', async () => {
    await expectAllClose([perPixelBestError(results, truth)], [perPixelAbsolute], EXACT);
    const squared = perPixelBestError(results, truth, { norm: 'rootMeanSquare' });
    await expectAllClose([squared], [perPixelRootMeanSquare], EXACT);
  });

  it('is that of the whole image for one result, and below it for several', () => {
    expect(perPixelBestError([results[2]!], truth)).toBe(bestOfError([results[2]!], truth).error);
    expect(perPixelBestError(results, truth)).toBeLessThan(bestOfError(results, truth).error);
  });

  it('says what does not fit', () => {
    expect(() => perPixelBestError([[1, 2]], [1])).toThrow(
      new RangeError(
        "Cannot compute perPixelBestError as 'results[0].length' must be 1, the length of 'truth': current value is 2",
      ),
    );
  });
});
