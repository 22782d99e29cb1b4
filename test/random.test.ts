import { describe, expect, it } from 'vitest';

import {
  deriveSeed,
  randomGenerator,
  randomNormal,
  randomUniform,
  seedSequence,
  shuffledIndices,
} from '../src/random.js';
import { expectTensorsKept } from './support/numeric.js';

const moments = (values: ArrayLike<number>) => {
  const list = Array.from(values);
  const mean = list.reduce((sum, x) => sum + x, 0) / list.length;
  const central = (power: number) => list.reduce((sum, x) => sum + (x - mean) ** power, 0) / list.length;
  return {
    mean,
    variance: central(2),
    skewness: central(3) / central(2) ** 1.5,
    kurtosis: central(4) / central(2) ** 2,
  };
};

describe('deriveSeed()', () => {
  it('gives positive safe integers that depend on every element and their order', () => {
    const paths = [
      [0],
      [0, 0],
      [0, 0, 0],
      [1],
      [0, 1],
      [1, 0],
      [2 ** 32],
      [2 ** 32, 1],
      [Number.MAX_SAFE_INTEGER],
    ];
    const seeds = paths.map(([seed, ...path]) => deriveSeed(seed!, ...path));
    expect(new Set(seeds).size).toBe(paths.length);
    expect(seeds.every((seed) => Number.isSafeInteger(seed) && seed > 0)).toBe(true);
  });

  it('does not collide over 1,000 steps of 100 purposes', () => {
    const seeds = new Set<number>();
    for (let step = 0; step < 1000; step++) for (let i = 0; i < 100; i++) seeds.add(deriveSeed(0, step, i));
    expect(seeds.size).toBe(100_000);
  });

  it('names the argument when the seed is not a non-negative integer', () => {
    expect(() => deriveSeed(-1)).toThrow(
      "Cannot derive a seed as 'seed' must be a non-negative integer: current value is -1",
    );
    expect(() => deriveSeed(0, 0.5)).toThrow(
      "Cannot derive a seed as 'path' must be a non-negative integer: current value is 0.5",
    );
  });
});

describe('seedSequence()', () => {
  it('repeats for the same seed, 0 included, and never repeats a seed', () => {
    const [first, second] = [seedSequence(0), seedSequence(0)];
    const seeds = Array.from({ length: 1000 }, () => first.next());
    expect(Array.from({ length: 1000 }, () => second.next())).toEqual(seeds);
    expect(new Set(seeds).size).toBe(1000);
  });
});

describe('randomGenerator()', () => {
  it('draws uniform numbers with the moments of the uniform distribution', () => {
    const generator = randomGenerator(0);
    const count = 100_000;
    const { mean, variance } = moments(Array.from({ length: count }, generator.uniform));
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / count));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / count));
  });

  it('draws normal numbers with the moments of the normal distribution', () => {
    const generator = randomGenerator(1);
    const count = 100_000;
    const { mean, variance, skewness, kurtosis } = moments(Array.from({ length: count }, generator.normal));
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(count));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
    expect(Math.abs(skewness)).toBeLessThan(4 * Math.sqrt(6 / count));
    expect(Math.abs(kurtosis - 3)).toBeLessThan(4 * Math.sqrt(24 / count));
  });

  it('draws neighbors that do not depend on each other, within a stream and across seeds', () => {
    const count = 20_000;
    const columns = Array.from({ length: count }, (_, seed) => randomGenerator(seed).normal());
    const row = Array.from({ length: count }, randomGenerator(7).normal);
    for (const values of [columns, row]) {
      const product = values.slice(1).reduce((sum, x, i) => sum + x * values[i]!, 0) / count;
      expect(Math.abs(product)).toBeLessThan(4 / Math.sqrt(count));
    }
  });

  it('draws every integer below the limit equally often', () => {
    const generator = randomGenerator(2);
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 60_000; i++) counts[generator.integer(6)]!++;
    const chiSquare = counts.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0);
    expect(chiSquare).toBeLessThan(20.5); // 5 degrees of freedom, p = 0.001
  });
});

describe('shuffledIndices()', () => {
  it('is a permutation that depends on the seed only', () => {
    const order = shuffledIndices(100, 0);
    expect(order).toEqual(shuffledIndices(100, 0));
    expect(order).not.toEqual(shuffledIndices(100, 1));
    expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it('gives every order of three equally often', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const key = shuffledIndices(3, seed).join('');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
    expect(counts.size).toBe(6);
    expect(chiSquare).toBeLessThan(20.5);
  });

  it('accepts no elements', () => {
    expect(shuffledIndices(0, 0)).toHaveLength(0);
  });
});

describe('randomNormal() and randomUniform()', () => {
  it('repeat for the same seed and differ for another', async () => {
    for (const draw of [randomNormal, randomUniform]) {
      const [a, b, c] = [draw([4, 5], 0), draw([4, 5], 0), draw([4, 5], 1)];
      expect(a.shape).toEqual([4, 5]);
      expect(await a.data()).toEqual(await b.data());
      expect(await a.data()).not.toEqual(await c.data());
    }
  });

  it('keep the result and nothing else', () => {
    expectTensorsKept(1, () => randomNormal([3], 0));
    expectTensorsKept(1, () => randomUniform([3], 0));
  });
});
