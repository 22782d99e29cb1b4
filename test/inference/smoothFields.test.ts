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
        changed += t > 0 ? meanChange(fields[0]!.values as Float32Array, before!) : 0;
        raw += t > 0 ? meanChange(painted.values, rawBefore!) : 0;
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
      // Two pixels at the edge belong to patches of both sides.
      const columns = Array.from({ length: SIDE }, (_, x) => x).filter((x) => Math.abs(x + 0.5 - edge) > 1);
      const far = columns.map((x) => Math.abs(values[2 * (16 * SIDE + x)]! - (x < edge ? 0.5 : -0.5)));
      expect(Math.max(...far)).toBeLessThan(0.05);
    }
  });

  it('follows colors that move with the picture', () => {
    const smooth = fieldSmoother(0.8);
    const { uniform } = randomGenerator(1);
    const wave = (x: number): number => Math.sin(x / 5) * 0.3;
    let changed = 0;
    let raw = 0;
    const clips = Array.from({ length: 12 }, (_, t) => {
      const noise = 0.2 * (uniform() - 0.5);
      const painted = field((x) => wave(x + t) + noise);
      const { fields } = smooth(
        picture((x, y) => texture(x + t, y)),
        [painted],
      );
      return { painted: painted.values, smoothed: fields[0]!.values };
    });
    const columns = Array.from({ length: SIDE - 12 }, (_, i) => 2 * (16 * SIDE + 6 + i));
    clips.slice(1).forEach(({ painted, smoothed }, t) => {
      for (const column of columns) {
        changed += Math.abs(smoothed[column]! - clips[t]!.smoothed[column + 2]!);
        raw += Math.abs(painted[column]! - clips[t]!.painted[column + 2]!);
      }
    });
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
