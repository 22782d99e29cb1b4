import { describe, expect, it } from 'vitest';

import { areaUnderErrorCurve } from '../../src/metrics/areaUnderErrorCurve.js';
import golden from '../golden/metrics.json' with { type: 'json' };

const { distances, weights, plain, weighted } = golden.area;
/** Of the golden sum over thresholds, 0.001 apart. */
const DIGITS = 4;

describe('areaUnderErrorCurve()', () => {
  it('equals the integral of the cumulative curve, plain and weighted', () => {
    expect(areaUnderErrorCurve(distances)).toBeCloseTo(plain, DIGITS);
    expect(areaUnderErrorCurve(distances, { weights })).toBeCloseTo(weighted, DIGITS);
    expect(plain).not.toBeCloseTo(weighted, DIGITS);
  });

  it('goes from 0 for errors beyond the limit to 1 for none', () => {
    expect(areaUnderErrorCurve([150, 400])).toBe(0);
    expect(areaUnderErrorCurve([0, 0])).toBe(1);
    expect(areaUnderErrorCurve([5, 10], { limit: 10 })).toBe(0.25);
  });

  it('says what does not fit', () => {
    expect(() => areaUnderErrorCurve([])).toThrow(
      new RangeError(
        "Cannot compute areaUnderErrorCurve as 'distances.length' must be above 0: current value is 0",
      ),
    );
    expect(() => areaUnderErrorCurve([1, 2], { weights: [0, 0] })).toThrow(
      new RangeError(
        "Cannot compute areaUnderErrorCurve as 'the sum of weights' must be above 0: current value is 0",
      ),
    );
    expect(() => areaUnderErrorCurve([1, 2], { weights: [1] })).toThrow(RangeError);
    expect(() => areaUnderErrorCurve([1], { limit: 0 })).toThrow(RangeError);
  });
});
