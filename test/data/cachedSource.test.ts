import { describe, expect, it } from 'vitest';

import { cachedSource } from '../../src/data/cachedSource.js';
import type { ImageSource } from '../../src/data/imageSource.js';
import { numberedSource, solid } from './pictures.js';

/** Notes which pictures are decoded. */
function counting(source: ImageSource) {
  const reads: number[] = [];
  const read: ImageSource['read'] = async (index, options) => {
    reads.push(index);
    return source.read(index, options);
  };
  return { reads, source: { ...source, read } };
}

describe('cachedSource()', () => {
  it('decodes each picture once while there is room', async () => {
    const { reads, source } = counting(numberedSource(4));
    const cached = cachedSource(source, { maxBytes: 3 * 12 });
    for (const index of [0, 1, 2, 3, 3, 2, 1, 0]) {
      expect((await cached.read(index)).data[0]).toBe(index);
    }
    expect(reads).toEqual([0, 1, 2, 3, 3]);
    expect([cached.length, cached.name(3)]).toEqual([4, '3.png']);
  });

  it('counts a picture once when it is asked for twice at the same time', async () => {
    const { reads, source } = counting(numberedSource(2));
    const cached = cachedSource(source, { maxBytes: 2 * 12 });
    await Promise.all([cached.read(0), cached.read(0)]);
    await cached.read(1);
    reads.length = 0;
    await cached.read(1);
    expect(reads).toEqual([]);
  });

  it('shrinks large pictures, whether it keeps them or not', async () => {
    const source: ImageSource = { length: 1, name: () => 'large', read: async () => solid(8, 6, [1, 2, 3]) };
    for (const maxBytes of [0, 1000]) {
      const image = await cachedSource(source, { maxBytes, shortestSide: 3 }).read(0);
      expect([image.width, image.height]).toEqual([4, 3]);
    }
  });

  it('does not keep a failure', async () => {
    let broken = true;
    const source: ImageSource = {
      ...numberedSource(1),
      read: async () => (broken ? Promise.reject(new Error('later')) : solid(1, 1, [5])),
    };
    const cached = cachedSource(source);
    await expect(cached.read(0)).rejects.toThrow('later');
    broken = false;
    expect((await cached.read(0)).data[0]).toBe(5);
  });

  it('says what is wrong with an option', () => {
    expect(() => cachedSource(numberedSource(1), { maxBytes: -1 })).toThrow(
      new RangeError(
        "Cannot create cachedSource as 'maxBytes' must be a non-negative finite number: current value is -1",
      ),
    );
    expect(() => cachedSource(numberedSource(1), { shortestSide: 0 })).toThrow(
      new RangeError(
        "Cannot create cachedSource as 'shortestSide' must be a positive integer: current value is 0",
      ),
    );
  });
});
