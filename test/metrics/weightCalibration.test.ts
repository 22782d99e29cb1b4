import { describe, expect, it } from 'vitest';

import { weightCalibration } from '../../src/metrics/weightCalibration.js';
import golden from '../golden/metrics.json' with { type: 'json' };
import { expectAllClose } from '../support/numeric.js';

const { weights, outcomes, frequency, meanWeight } = golden.calibration;

describe('weightCalibration()', () => {
  it('equals the calibration curve of scikit-learn', async () => {
    const { bins, expectedError } = weightCalibration(weights.flat(), outcomes.flat())!;
    const close = { rtol: 1e-7, atol: 1e-9 };
    await expectAllClose(bins.map((bin) => bin.frequency), frequency, close); // prettier-ignore
    await expectAllClose(bins.map((bin) => bin.meanWeight), meanWeight, close); // prettier-ignore
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(200);
    const gaps = bins.map(({ count }, i) => (count * Math.abs(frequency[i]! - meanWeight[i]!)) / 200);
    expect(expectedError).toBeCloseTo(
      gaps.reduce((sum, gap) => sum + gap, 0),
      7,
    );
  });

  it('has no error where weights come true as often as they say, and all where they never do', () => {
    expect(weightCalibration([0.5, 0.5, 0.25, 0.25, 0.25, 0.25], [1, 0, 0, 1, 0, 0])!.expectedError).toBe(0);
    expect(weightCalibration([1, 0], [0, 1])!.expectedError).toBe(1);
  });

  it('puts each weight into one bin, 1 into the last', () => {
    const { bins } = weightCalibration([0, 0.5, 1], [0, 0, 1], { bins: 2 })!;
    expect(bins).toEqual([
      { least: 0, most: 0.5, count: 1, meanWeight: 0, frequency: 0 },
      { least: 0.5, most: 1, count: 2, meanWeight: 0.75, frequency: 0.5 },
    ]);
  });

  it('is none where there is no prediction', () => {
    expect(weightCalibration([], [])).toBeNull();
  });

  it('says what does not fit', () => {
    expect(() => weightCalibration([1.5], [1])).toThrow(
      new RangeError(
        "Cannot compute weightCalibration as 'weights[0]' must be from 0 to 1: current value is 1.5",
      ),
    );
    expect(() => weightCalibration([1], [])).toThrow(
      new RangeError(
        "Cannot compute weightCalibration as 'outcomes.length' must be 1, the length of 'weights': current value is 0",
      ),
    );
    expect(() => weightCalibration([1], [1], { bins: 0 })).toThrow(RangeError);
  });
});
