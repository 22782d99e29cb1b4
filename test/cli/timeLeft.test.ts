import { describe, expect, it } from 'vitest';

import { timeLeftMeter } from '../../src/cli/timeLeft.js';

describe('timeLeftMeter()', () => {
  it.each([
    [0, 50, ''],
    [10, 10, ', 90 s left'],
    [10, 30, ', 5 min left'],
    [10, 1000, ', 2 h 30 min left'],
    [99, 1, ', 1 s left'],
    [100, 9, ''],
  ])('after %d of 100 parts in %d seconds says "%s"', (done, seconds, text) => {
    let now = 5000;
    const left = timeLeftMeter(100, () => now);
    now += seconds * 1000;
    expect(left(done)).toBe(text);
  });
});
