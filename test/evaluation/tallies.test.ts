import { describe, expect, it } from 'vitest';

import { abTally, riskByChroma, riskTally, tallyAb, tallyRisk } from '../../src/evaluation/tallies.js';

/** `ab / 128` of colors. */
const field = (...ab: number[]) => Float32Array.from(ab, (value) => value / 128);

describe('tallyAb()', () => {
  it('counts colors in bins of 4 units, a slowest, those beyond at the border', () => {
    const counts = abTally();
    tallyAb(counts, field(0, 0, 3.9, 3.9, -128, 127, 500, -500));
    const found = Array.from(counts, (count, i) => [Math.floor(i / 64), i % 64, count]);
    expect(found.filter(([, , count]) => count! > 0)).toEqual([
      [0, 63, 1],
      [32, 32, 2],
      [63, 0, 1],
    ]);
  });
});

describe('tallyRisk()', () => {
  it('averages distances by the true chroma, in bins of 5 units, those beyond in the last', () => {
    const tally = riskTally();
    const colorField = field(0, 0, 3, 4, 0, 6, 200, 0);
    const photo = {
      index: 0,
      name: '',
      size: 2,
      rgb: new Uint8ClampedArray(12),
      lightness: new Float32Array(4),
      colorField,
    };
    tallyRisk(tally, photo, field(6, 8, 3, 4, 0, 0, 200, 1));
    const risk = riskByChroma(tally);
    expect(risk).toHaveLength(24);
    expect([risk[0], risk[1], risk[2], risk[23]]).toEqual([10, 3, null, 1]); // in bin 1: 0 and 6
  });
});
