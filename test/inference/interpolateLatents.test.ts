import { describe, expect, it } from 'vitest';

import { interpolateLatents } from '../../src/inference/interpolateLatents.js';

describe('interpolateLatents()', () => {
  it('divides the straight line into equal parts, both ends included', () => {
    const codes = interpolateLatents(Float32Array.of(0, 1), Float32Array.of(4, -1), 5);
    expect(codes.map((code) => Array.from(code))).toEqual([
      [0, 1],
      [1, 0.5],
      [2, 0],
      [3, -0.5],
      [4, -1],
    ]);
  });

  it('ends exactly at codes whose difference is not exact', () => {
    const [from, to] = [Float32Array.of(0.1, 1e8), Float32Array.of(0.7, -3e-8)];
    const codes = interpolateLatents(from, to, 7);
    expect([codes[0], codes[6]]).toEqual([from, to]);
    expect(codes[0]).not.toBe(from);
  });

  it('says when the codes or their number do not fit', () => {
    const code = Float32Array.of(1, 2);
    expect(() => interpolateLatents(code, code, 1)).toThrow(
      new RangeError("Cannot interpolate latents as 'count' must be at least 2: current value is 1"),
    );
    expect(() => interpolateLatents(code, code, 2.5)).toThrow(
      new RangeError(
        "Cannot interpolate latents as 'count' must be a positive integer: current value is 2.5",
      ),
    );
    expect(() => interpolateLatents(code, Float32Array.of(1), 2)).toThrow(
      new RangeError("Cannot interpolate latents as 'to.length' must be 2: current value is 1"),
    );
  });
});
