import { describe, expect, it } from 'vitest';

import { abStatistics, statisticsDistance } from '../../../src/inference/steering/colorStatistics.js';

describe('abStatistics()', () => {
  it('gives means and covariances over all colors', () => {
    const { mean, covariance } = abStatistics([1, 2, 3, 8, 5, -1]);
    expect(mean).toEqual([3, 3]);
    // Deviations: (-2, -1), (0, 5), (2, -4).
    expect(covariance[0]).toBeCloseTo(8 / 3, 12);
    expect(covariance[1]).toBeCloseTo(-6 / 3, 12);
    expect(covariance[2]).toBeCloseTo(42 / 3, 12);
  });
});

describe('statisticsDistance()', () => {
  const one = { mean: [1, 2], covariance: [9, 0, 4] } as const;

  it('is the distance of means and deviations where covariances are diagonal', () => {
    const other = { mean: [4, -2], covariance: [1, 0, 25] } as const;
    expect(statisticsDistance(one, other)).toBeCloseTo(Math.sqrt(9 + 16 + (3 - 1) ** 2 + (2 - 5) ** 2), 10);
  });

  it('equals the formula with matrix roots of another program', () => {
    const [p, q] = [
      { mean: [3, -7], covariance: [40, 12, 25] } as const,
      { mean: [-2, 4], covariance: [15, -9, 60] } as const,
    ];
    expect(statisticsDistance(p, q)).toBeCloseTo(12.910931073729964, 9); // numpy 1.24.2, roots by eigenvalues
    expect(statisticsDistance(q, p)).toBeCloseTo(12.910931073729964, 9);
  });

  it('is 0 for equal statistics, those of grey too, and the same both ways', () => {
    const grey = { mean: [0, 0], covariance: [0, 0, 0] } as const;
    expect(statisticsDistance(one, one)).toBeCloseTo(0, 6);
    expect(statisticsDistance(grey, grey)).toBe(0);
    expect(statisticsDistance(grey, one)).toBeCloseTo(Math.sqrt(5 + 13), 10);
    expect(statisticsDistance(one, grey)).toBeCloseTo(Math.sqrt(5 + 13), 10);
  });
});
