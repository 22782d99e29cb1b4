import { describe, expect, it } from 'vitest';

import { mapLimited } from '../../src/data/mapLimited.js';

const pause = async () => new Promise((resolve) => setTimeout(resolve, 0));

describe('mapLimited()', () => {
  it('gives the results in order with at most `limit` calls at a time', async () => {
    let running = 0;
    let most = 0;
    const make = async (i: number) => {
      most = Math.max(most, ++running);
      for (let turn = 0; turn < 7 - i; turn++) await pause();
      running--;
      return i * i;
    };
    expect(await mapLimited(7, make, { limit: 3, dispose: () => {} })).toEqual([0, 1, 4, 9, 16, 25, 36]);
    expect(most).toBe(3);
    expect(await mapLimited(0, make, { limit: 3, dispose: () => {} })).toEqual([]);
  });

  it('starts nothing after a failure and frees every result', async () => {
    const started: number[] = [];
    const freed: number[] = [];
    const make = async (i: number) => {
      started.push(i);
      await pause();
      if (i === 1) throw new Error('no 1');
      await pause();
      return i;
    };
    const dispose = (result: number) => void freed.push(result);
    await expect(mapLimited(10, make, { limit: 3, dispose })).rejects.toThrow('no 1');
    expect([started, freed]).toEqual([
      [0, 1, 2],
      [0, 2],
    ]);
  });
});
