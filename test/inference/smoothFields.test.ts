import { describe, expect, it } from 'vitest';

import { fieldSmoother, isCut } from '../../src/inference/smoothFields.js';
import { randomGenerator } from '../../src/random.js';

const SIDE = 32;

/** A picture whose pixels are `valueAt(x, y)`. */
const picture = (valueAt: (x: number, y: number) => number): Float32Array =>
  Float32Array.from({ length: SIDE * SIDE }, (_, i) => valueAt(i % SIDE, Math.floor(i / SIDE)));

/** A field of `a = valueAt(x, y)`, `b = 0`. */
const field = (valueAt: (x: number, y: number) => number) => ({
  shape: [SIDE, SIDE, 2],
  values: Float32Array.from({ length: SIDE * SIDE * 2 }, (_, i) =>
    i % 2 === 0 ? valueAt((i >> 1) % SIDE, Math.floor((i >> 1) / SIDE)) : 0,
  ),
});

const texture = (x: number, y: number): number => 50 + 30 * Math.sin(x / 3) * Math.cos(y / 4);

const meanChange = (one: Float32Array, other: Float32Array): number =>
  one.reduce((sum, value, i) => sum + Math.abs(value - other[i]!), 0) / one.length;

describe('fieldSmoother()', () => {
  it('takes the flicker from colors where nothing moves, also while the brightness flickers', () => {
    const { uniform } = randomGenerator(0);
    for (const brightness of [0, 6]) {
      const smooth = fieldSmoother(0.8);
      let [before, rawBefore]: Float32Array[] = [field(() => 0).values, field(() => 0).values];
      let [changed, raw] = [0, 0];
      for (let t = 0; t < 20; t++) {
        const shift = uniform() - 0.5;
        const painted = field(() => shift);
        const light = brightness * (uniform() - 0.5);
        const { fields } = smooth(
          picture((x, y) => texture(x, y) * (1 + light / 50) + light),
          [painted],
        );
        if (t > 0) {
          changed += meanChange(fields[0]!.values as Float32Array, before!);
          raw += meanChange(painted.values, rawBefore!);
        }
        [before, rawBefore] = [fields[0]!.values as Float32Array, painted.values];
      }
      // A first-order filter that keeps 0.8 changes by 0.2 of the step to the input: about a fifth.
      expect(changed / raw).toBeLessThan(0.3);
    }
  });

  it('drags no color behind a moving edge', () => {
    const smooth = fieldSmoother(0.8);
    for (let t = 0; t < 12; t++) {
      const edge = 4 + 2 * t; // dark and red on its left, light and green on its right
      const painted = field((x) => (x < edge ? 0.5 : -0.5));
      const { fields, cut } = smooth(
        picture((x) => (x < edge ? 30 : 70)),
        [painted],
      );
      expect(cut).toBe(t === 0);
      const values = fields[0]!.values as Float32Array;
      for (let x = 0; x < SIDE; x++) {
        // Two pixels at the edge belong to patches of both sides.
        if (Math.abs(x + 0.5 - edge) < 1) continue;
        expect(Math.abs(values[2 * (16 * SIDE + x)]! - (x < edge ? 0.5 : -0.5))).toBeLessThan(0.05);
      }
    }
  });

  it('follows colors that move with the picture', () => {
    const smooth = fieldSmoother(0.8);
    const { uniform } = randomGenerator(1);
    const bump = (x: number, y: number): number => Math.sin(x / 5) * 0.3 + 0 * y;
    let changed = 0;
    let raw = 0;
    let previous: Float32Array | undefined;
    let previousRaw: Float32Array | undefined;
    for (let t = 0; t < 12; t++) {
      const noise = 0.2 * (uniform() - 0.5);
      const painted = field((x, y) => bump(x + t, y) + noise);
      const { fields } = smooth(
        picture((x, y) => texture(x + t, y)),
        [painted],
      );
      const values = fields[0]!.values as Float32Array;
      for (let x = 6; previous !== undefined && x < SIDE - 6; x++) {
        const [here, there] = [2 * (16 * SIDE + x), 2 * (16 * SIDE + x + 1)];
        changed += Math.abs(values[here]! - previous[there]!);
        raw += Math.abs(painted.values[here]! - previousRaw![there]!);
      }
      [previous, previousRaw] = [values, painted.values];
    }
    expect(changed / raw).toBeLessThan(0.5);
  });

  it('begins anew at a cut, and leaves colors alone without smoothing', () => {
    const [one, other] = [picture(texture), picture((x, y) => 100 - texture(x, y))];
    const smooth = fieldSmoother(0.8);
    smooth(one, [field(() => 1)]);
    const { fields, cut } = smooth(other, [field(() => -1)]);
    expect([cut, fields[0]!.values]).toEqual([true, field(() => -1).values]);
    const alone = fieldSmoother(0);
    alone(one, [field(() => 1)]);
    expect(alone(one, [field(() => -1)])).toEqual({ fields: [field(() => -1)], cut: false });
  });
});

describe('isCut()', () => {
  it('tells a new shot from a change of brightness, a fade and a small movement', () => {
    const one = picture(texture);
    expect(
      isCut(
        one,
        one.map((value) => value * 0.6 + 20),
        SIDE,
      ),
    ).toBe(false);
    expect(
      isCut(
        one,
        picture((x, y) => texture(x + 1, y + 1)),
        SIDE,
      ),
    ).toBe(false);
    expect(
      isCut(
        one,
        picture((x, y) => texture(x + 12, y)),
        SIDE,
      ),
    ).toBe(true);
    const black = picture(() => 0);
    expect(
      isCut(
        black,
        picture(() => 5),
        SIDE,
      ),
    ).toBe(false);
    expect(
      isCut(
        black,
        picture(() => 90),
        SIDE,
      ),
    ).toBe(true);
    expect(isCut(black, black, SIDE)).toBe(false);
  });
});
