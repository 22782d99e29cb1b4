import { describe, expect, it } from 'vitest';

import { prefetch } from '../../src/data/prefetch.js';

const collect = async <T>(values: AsyncIterable<T>) => {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
};

/** Notes what is made and freed; a value takes two turns of the event loop. */
function recorder(failAt = Infinity) {
  const made: number[] = [];
  const freed: number[] = [];
  let running = 0;
  const produce = async (position: number, signal: AbortSignal) => {
    expect(++running).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 0));
    running--;
    signal.throwIfAborted();
    if (position === failAt) throw new Error(`no ${position}`);
    made.push(position);
    return position;
  };
  return { made, freed, produce, dispose: (value: number) => void freed.push(value) };
}

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setTimeout(resolve, 0));
};

describe('prefetch()', () => {
  it('gives the values in order, one made at a time, whatever it makes ahead', async () => {
    for (const ahead of [0, 1, 5]) {
      expect(await collect(prefetch(2, 7, { ...recorder(), ahead }))).toEqual([2, 3, 4, 5, 6]);
    }
    expect(await collect(prefetch(3, 3, { ...recorder(), ahead: 2 }))).toEqual([]);
  });

  it('makes no more values ahead than it is told to', async () => {
    const { made, ...options } = recorder();
    const values = prefetch(0, 100, { ...options, ahead: 2 });
    expect((await values.next()).value).toBe(0);
    await turns(20);
    expect(made).toEqual([0, 1, 2]);
    await values.return();
  });

  it('throws an error where its value would have come', async () => {
    const { freed, ...options } = recorder(3);
    const seen: number[] = [];
    const loop = async () => {
      for await (const value of prefetch(0, 6, { ...options, ahead: 4 })) {
        seen.push(value);
        await turns(20);
      }
    };
    await expect(loop()).rejects.toThrow('no 3');
    expect([seen, freed]).toEqual([[0, 1, 2], []]);
  });

  it('frees what was made ahead when the loop is left', async () => {
    const { made, freed, ...options } = recorder();
    for await (const value of prefetch(0, 100, { ...options, ahead: 3 })) {
      await turns(20);
      if (value === 1) break;
    }
    expect(freed).toEqual(made.filter((value) => value > 1));
    expect(freed.length).toBeGreaterThan(0);
  });

  it('ends with the reason of its signal and frees the rest', async () => {
    const { made, freed, ...options } = recorder();
    const controller = new AbortController();
    const values = prefetch(0, 100, { ...options, ahead: 3, signal: controller.signal });
    await values.next();
    await turns(20);
    controller.abort(new Error('enough'));
    await expect(values.next()).rejects.toThrow('enough');
    expect(freed).toEqual(made.slice(1));
  });
});
