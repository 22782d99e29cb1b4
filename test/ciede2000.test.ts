import { describe, expect, it } from 'vitest';

import { ciede2000 } from '../src/ciede2000.js';
import golden from './golden/metrics.json' with { type: 'json' };
import { expectAllClose } from './support/numeric.js';

const { one, other, differences } = golden.ciede2000;

describe('ciede2000()', () => {
  it.each(golden.sharma)('is $difference for $one and $other, as published', ({ one, other, difference }) => {
    expect(Math.abs(ciede2000(one, other) - difference)).toBeLessThanOrEqual(0.00005 + 1e-9); // four digits
    expect(ciede2000(other, one)).toBeCloseTo(ciede2000(one, other), 9);
  });

  it('equals scikit-image for colors of the whole range', async () => {
    const found = one.map((color, i) => ciede2000(color, other[i]!));
    await expectAllClose(found, differences, { rtol: 1e-7, atol: 1e-9 });
  });

  it('is 0 for equal colors, greys included', () => {
    for (const color of [[0, 0, 0], [100, 0, 0], [50, 80, -60]]) expect(ciede2000(color, color)).toBe(0); // prettier-ignore
  });

  it('says when a color is none', () => {
    expect(() => ciede2000([1, 2, 3], [1, 2])).toThrow(
      new RangeError("Cannot compute ciede2000 as 'other.length' must be 3: current value is 2"),
    );
  });
});
