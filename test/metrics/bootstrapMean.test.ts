import { describe, expect, it } from 'vitest';

import { bootstrapMean } from '../../src/metrics/bootstrapMean.js';
import golden from '../golden/metrics.json' with { type: 'json' };

const { values, mean, interval } = golden.bootstrap;

describe('bootstrapMean()', () => {
  it('has the interval of SciPy, as nearly as so many draws can', () => {
    const found = bootstrapMean(values, { seed: 0, resamples: 20_000 })!;
    expect(found.value).toBeCloseTo(mean, 8);
    expect(found.count).toBe(80);
    const width = interval[1]! - interval[0]!;
    for (const side of [0, 1] as const) {
      expect(Math.abs(found.interval![side] - interval[side]!)).toBeLessThan(0.03 * width);
    }
  });

  it('narrows with the level, and is the mean for equal values', () => {
    const widthAt = (level: number) => {
      const [low, high] = bootstrapMean(values, { seed: 0, level })!.interval!;
      return high - low;
    };
    expect(widthAt(0.5)).toBeLessThan(widthAt(0.95) / 2);
    expect(bootstrapMean([2, 2, 2], { seed: 0 })).toEqual({ value: 2, interval: [2, 2], count: 3 });
  });

  it('draws the same photos for the same seed, so that differences are paired', () => {
    expect(bootstrapMean(values, { seed: 3 })).toEqual(bootstrapMean(values, { seed: 3 }));
    expect(bootstrapMean(values, { seed: 3 })).not.toEqual(bootstrapMean(values, { seed: 4 }));
    const shifted = bootstrapMean(values.map((value) => value + 1), { seed: 3 })!; // prettier-ignore
    expect(shifted.interval![0]).toBeCloseTo(bootstrapMean(values, { seed: 3 })!.interval![0] + 1, 10);
  });

  it('weighs and transforms', () => {
    const weighted = bootstrapMean([1, 5, 100], { seed: 0, weights: [3, 1, 0] })!;
    expect(weighted.value).toBe(2);
    expect(weighted.interval![1]).toBeLessThanOrEqual(5);
    const root = bootstrapMean([4, 4], { seed: 0, transform: Math.sqrt })!;
    expect(root).toEqual({ value: 2, interval: [2, 2], count: 2 });
    const size = bootstrapMean([-3, 1], { seed: 0, transform: Math.abs })!;
    expect(size.value).toBe(1);
    expect(size.interval![0]).toBeGreaterThanOrEqual(0);
  });

  it('has no interval for one photo, and nothing to say of none', () => {
    expect(bootstrapMean([7], { seed: 0 })).toEqual({ value: 7, interval: null, count: 1 });
    expect(bootstrapMean([], { seed: 0 })).toBeNull();
    expect(bootstrapMean([1, 2], { seed: 0, weights: [0, 0] })).toBeNull();
  });

  it('says what does not fit', () => {
    expect(() => bootstrapMean([1, NaN], { seed: 0 })).toThrow(
      new RangeError("Cannot compute bootstrapMean as 'values[1]' must be finite: current value is NaN"),
    );
    expect(() => bootstrapMean([1], { seed: 0, level: 1 })).toThrow(
      new RangeError(
        "Cannot compute bootstrapMean as 'level' must be above 0 and below 1: current value is 1",
      ),
    );
    expect(() => bootstrapMean([1], { seed: -1 })).toThrow(RangeError);
    expect(() => bootstrapMean([1], { seed: 0, resamples: 0 })).toThrow(RangeError);
    expect(() => bootstrapMean([1], { seed: 0, weights: [] })).toThrow(RangeError);
  });
});
