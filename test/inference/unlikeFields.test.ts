import { describe, expect, it } from 'vitest';

import type { TensorData } from '../../src/checkpoint/tensorData.js';
import { ciede2000 } from '../../src/ciede2000.js';
import { type FieldCandidate, mostDistinct, unlikeFields } from '../../src/inference/unlikeFields.js';

const SIDE = 8;
const LIGHTNESS = new Float32Array(SIDE * SIDE).fill(60);

/** A field of one color, in Lab units. */
const solid = (a: number, b: number): TensorData => ({
  shape: [SIDE, SIDE, 2],
  values: Float32Array.from({ length: SIDE * SIDE * 2 }, (_, i) => (i % 2 === 0 ? a : b) / 128),
});

const candidate = (colorField: TensorData, componentWeight = 0.1): FieldCandidate => ({
  latent: Float32Array.of(0),
  component: 0,
  seed: null,
  componentWeight,
  colorField,
});

const [RED, REDDISH, GREEN, BLUE, GREY] = [
  solid(50, 30),
  solid(51, 30),
  solid(-50, 40),
  solid(10, -50),
  solid(0, 0),
];

describe('unlikeFields()', () => {
  it('keeps the first of those that look alike, and counts the others', () => {
    const { kept, offer } = unlikeFields(LIGHTNESS, 1);
    for (const field of [RED, GREEN, REDDISH, RED, BLUE, BLUE]) offer(candidate(field));
    expect(kept.map(({ colorField }) => colorField)).toEqual([RED, GREEN, BLUE]);
    expect(kept.map(({ nearDuplicates }) => nearDuplicates)).toEqual([2, 0, 1]);
  });

  it('keeps all, equal ones too, where no difference is asked for', () => {
    const { kept, offer } = unlikeFields(LIGHTNESS, 0);
    for (const field of [RED, RED]) offer(candidate(field));
    expect(kept).toHaveLength(2);
  });

  it('keeps a field that differs strongly in a small part', () => {
    const values = Float32Array.from(GREY.values);
    values.fill(0.5, 0, 8); // 4 of 64 pixels
    const { kept, offer } = unlikeFields(LIGHTNESS, 1);
    for (const field of [GREY, { ...GREY, values }]) offer(candidate(field));
    expect(kept).toHaveLength(2);
  });
});

describe('mostDistinct()', () => {
  const options = { count: 3, leastDifference: 1 };

  it('begins with the weightiest and goes on with the farthest', () => {
    const candidates = [
      candidate(REDDISH),
      candidate(RED, 0.2),
      candidate(GREY),
      candidate(GREEN),
      candidate(BLUE),
      candidate(BLUE),
    ];
    const found = mostDistinct(LIGHTNESS, candidates, options);
    expect(found.map(({ colorField }) => colorField)).toEqual([RED, GREEN, BLUE]);
    expect(found.map(({ nearDuplicates }) => nearDuplicates)).toEqual([1, 0, 1]);
  });

  it('weighs difference by the fourth root of the weight', () => {
    const pale = solid(28, 18);
    const difference = (field: TensorData) =>
      ciede2000([60, 50, 30], [60, field.values[0]! * 128, field.values[1]! * 128]);
    const ratio = difference(GREEN) / difference(pale);
    for (const [share, expected] of [
      [1.2 * ratio ** -4, GREEN],
      [0.8 * ratio ** -4, pale],
    ] as const) {
      const candidates = [candidate(RED, 0.5), candidate(GREEN, 0.4 * share), candidate(pale, 0.4)];
      const found = mostDistinct(LIGHTNESS, candidates, { ...options, count: 2 });
      expect(found[1]!.colorField).toBe(expected);
    }
  });

  it('estimates differences over a thousand pixels of all columns', () => {
    const lightness = new Float32Array(4096).fill(60);
    // Far from grey but in 16 pixels and every fourth column, and less far in all.
    const field = (value: (pixel: number) => number) =>
      candidate({ shape: [64, 64, 2], values: Float32Array.from({ length: 8192 }, (_, i) => value(i >> 1)) });
    const far = field((pixel) => (pixel % 257 === 0 || pixel % 4 === 0 ? 0 : 0.3));
    const near = field(() => 0.1);
    const grey = { ...field(() => 0), componentWeight: 0.2 };
    const found = mostDistinct(lightness, [grey, near, far], { count: 2, leastDifference: 1 });
    expect(found[1]!.colorField).toBe(far.colorField);
  });

  it('passes over a far field of next to no weight for a near one that is likely', () => {
    const candidates = [candidate(RED, 0.6), candidate(GREEN, 1e-6), candidate(GREY, 0.4)];
    const found = mostDistinct(LIGHTNESS, candidates, { ...options, count: 2 });
    expect(found.map(({ colorField }) => colorField)).toEqual([RED, GREY]);
  });

  it('takes an unlikely field that differs before a likely one that does not', () => {
    const candidates = [candidate(RED, 0.5), candidate(REDDISH, 0.5), candidate(GREEN, 1e-12)];
    const found = mostDistinct(LIGHTNESS, candidates, { ...options, count: 2 });
    expect(found.map(({ colorField }) => colorField)).toEqual([RED, GREEN]);
  });

  it('ends early where the rest looks like what it has', () => {
    const candidates = [RED, REDDISH, REDDISH, RED].map((field) => candidate(field));
    const [only, ...rest] = mostDistinct(LIGHTNESS, candidates, options);
    expect(rest).toEqual([]);
    expect(only!.nearDuplicates).toBe(3);
  });

  it('returns as many as are asked for where no difference is', () => {
    const candidates = [RED, RED, RED].map((field) => candidate(field));
    expect(mostDistinct(LIGHTNESS, candidates, { count: 3, leastDifference: 0 })).toHaveLength(3);
    expect(mostDistinct(LIGHTNESS, candidates, { count: 9, leastDifference: 0 })).toHaveLength(3);
  });

  it('compares all pixels, not only those that distances are estimated by', () => {
    const lightness = new Float32Array(4096).fill(60);
    const values = new Float32Array(4096 * 2);
    for (let pixel = 0; pixel < 4096; pixel += 5) values.fill(0.3, pixel * 2, pixel * 2 + 2);
    const field = (own: Float32Array) => candidate({ shape: [64, 64, 2], values: own });
    const least = { count: 2, leastDifference: 10 };
    expect(mostDistinct(lightness, [field(new Float32Array(8192)), field(values)], least)).toHaveLength(1);
  });
});
