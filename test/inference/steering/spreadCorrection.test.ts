import { describe, expect, it } from 'vitest';

import {
  fieldCorrection,
  type FieldPlace,
  valueAt,
} from '../../../src/inference/steering/spreadCorrection.js';
import { randomGenerator } from '../../../src/random.js';
import { expectAllClose } from '../../support/numeric.js';

const SIZE = 16;
const PIXELS = SIZE * SIZE;
const FLAT = new Float64Array(PIXELS).fill(50);
/** Dark left half, light right half. */
const HALVES = Float64Array.from({ length: PIXELS }, (_, i) => (i % SIZE < SIZE / 2 ? 20 : 80));

const at = (row: number, column: number): FieldPlace => ({ pixels: [row * SIZE + column], weights: [1] });

/** What a correction makes of a grey field. */
function corrected(
  places: readonly FieldPlace[],
  targets: [number, number][],
  lightness = FLAT,
): Float32Array {
  const field = new Float32Array(PIXELS * 2);
  fieldCorrection(places, lightness, SIZE)(field, targets);
  return field;
}

/** A pixel and those around it. */
function around(pixel: number): number[] {
  const near = Array.from({ length: PIXELS }, (_, other) => other);
  return near.filter((other) => Math.abs((other % SIZE) - (pixel % SIZE)) <= 1 && Math.abs(rowOf(other) - rowOf(pixel)) <= 1); // prettier-ignore
}

const rowOf = (pixel: number) => Math.floor(pixel / SIZE);

/** Lengths of the shortest ways to all pixels, by as many relaxations of all steps as there are pixels. */
function waysTo(start: number, lightness: Float64Array): Float64Array {
  const steps = Array.from({ length: PIXELS }, (_, pixel) =>
    around(pixel).map((other) => {
      const length = Math.hypot(rowOf(pixel) - rowOf(other), (pixel % SIZE) - (other % SIZE)) / SIZE;
      return [other, length + 0.006 * Math.abs(lightness[pixel]! - lightness[other]!)] as const;
    }),
  );
  let ways = new Float64Array(PIXELS).fill(Infinity);
  ways[start] = 0;
  for (let i = 0; i < PIXELS; i++)
    ways = ways.map((_, pixel) => Math.min(...steps[pixel]!.map(([other, length]) => ways[other]! + length)));
  return ways;
}

describe('fieldCorrection()', () => {
  it('gives places their values, up to a thousandth of what was missing', () => {
    const between = { pixels: [40, 41, 56, 57], weights: [0.4, 0.1, 0.4, 0.1] };
    const places = [at(2, 3), between, at(12, 10)];
    const field = corrected(places, [[0.5, -0.2], [0, 0.3], [-0.4, 0.4]]); // prettier-ignore
    expect(Math.abs(valueAt(field, places[0]!, 0) - 0.5)).toBeLessThan(2e-3);
    expect(Math.abs(valueAt(field, between, 1) - 0.3)).toBeLessThan(2e-3);
    expect(Math.abs(valueAt(field, places[2]!, 0) + 0.4)).toBeLessThan(2e-3);
  });

  it('falls with the length of the shortest way, which edges make longer', async () => {
    const { uniform } = randomGenerator(5);
    const lightness = Float64Array.from({ length: PIXELS }, () => 100 * uniform());
    for (const seen of [FLAT, HALVES, lightness]) {
      const start = 5 * SIZE + 4;
      const field = corrected([at(5, 4)], [[0.8, 0]], seen);
      const expected = Array.from(
        waysTo(start, seen),
        (way) => (0.8 / 1.001) * Math.exp(-0.5 * (way / 0.12) ** 2),
      );
      await expectAllClose(
        field.filter((_, i) => i % 2 === 0),
        expected,
        { rtol: 1e-4, atol: 1e-6 },
      );
    }
  });

  it('stops at an edge', () => {
    const field = corrected([at(8, 7)], [[1, 1]], HALVES);
    expect(field[(8 * SIZE + 5) * 2]).toBeGreaterThan(0.5); // as far away, on this side
    expect(field[(8 * SIZE + 8) * 2]).toBeLessThan(0.01); // next to it, beyond the edge
  });

  it('leaves a field that has the values already, and one without places, as it is', () => {
    expect(corrected([at(1, 1)], [[0, 0]])).toEqual(new Float32Array(PIXELS * 2));
    expect(corrected([], [])).toEqual(new Float32Array(PIXELS * 2));
  });

  it('goes between wishes for the same place that disagree', () => {
    const field = corrected([at(3, 3), at(3, 3)], [[0.6, 0], [0.2, 0]]); // prettier-ignore
    expect(field[(3 * SIZE + 3) * 2]).toBeCloseTo(0.4, 3);
    expect(field.every((value) => Math.abs(value) <= 0.41)).toBe(true);
  });
});
