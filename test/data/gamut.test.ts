import { describe, expect, it } from 'vitest';

import { canShow, gamutShare } from '../../src/data/gamut.js';
import { LAB_SCALES, labCurveInverse, RGB_FROM_XYZ } from '../../src/data/colorCurves.js';
import { randomGenerator } from '../../src/random.js';

/** Linear light of L, a and b: the published matrix row by row, no shortcut of the code. */
function linearRgb(L: number, a: number, b: number): number[] {
  const f = (L + 16) / 116;
  const xyz = [f + a / 500, f, f - b / 200].map(labCurveInverse);
  return [0, 1, 2].map((row) =>
    xyz.reduce((sum, value, column) => sum + RGB_FROM_XYZ[row * 3 + column]! * value, 0),
  );
}

const isShown = (L: number, a: number, b: number): boolean => linearRgb(L, a, b).every(canShow);

/** The first share, in steps of a fiftieth of a Lab unit, at which sRGB cannot show the color any more. */
function firstUnshown(L: number, a: number, b: number): number {
  const step = 0.02 / Math.hypot(a, b);
  let share = step;
  while (share < 1 && isShown(L, share * a, share * b)) share += step;
  return share;
}

describe('gamutShare()', () => {
  it('is the largest share that sRGB can show, to a third of a Lab unit', () => {
    const { uniform } = randomGenerator(3);
    let compared = 0;
    for (let i = 0; i < 4000; i++) {
      const [L, a, b] = [100 * uniform(), 260 * uniform() - 130, 260 * uniform() - 130];
      if (isShown(L, a, b)) continue;
      const exact = gamutShare((L + 16) / 116, a / LAB_SCALES.a, b / LAB_SCALES.b);
      const share = exact * (1 - 1e-9); // Sums of another order round differently.
      expect(isShown(L, share * a, share * b), `L ${L}, a ${a}, b ${b}`).toBe(true);
      expect(
        Math.abs(share - firstUnshown(L, a, b)) * Math.hypot(a, b),
        `L ${L}, a ${a}, b ${b}`,
      ).toBeLessThan(0.33);
      compared++;
    }
    expect(compared).toBeGreaterThan(2000);
  });

  it('is 0, or next to it, for black and white', () => {
    for (const L of [0, 100]) {
      const share = gamutShare((L + 16) / 116, 60 / LAB_SCALES.a, 40 / LAB_SCALES.b);
      expect(share).toBeGreaterThanOrEqual(0);
      expect(isShown(L, 60 * share, 40 * share)).toBe(true);
      expect(share).toBeLessThan(0.02);
    }
  });
});
