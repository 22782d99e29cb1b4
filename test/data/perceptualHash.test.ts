import { describe, expect, it } from 'vitest';

import { areaMeans } from '../../src/data/areaMeans.js';
import { bitCount, hammingDistance, perceptualHash } from '../../src/data/perceptualHash.js';
import golden from '../golden/pictureStatistics.json' with { type: 'json' };
import { solid } from './pictures.js';
import { formulaPicture } from './formulaPicture.js';

describe('perceptualHash()', () => {
  it('agrees with the cosine transform of SciPy', () => {
    for (const { width, height, seed, hash } of golden.pictures) {
      expect([...perceptualHash(formulaPicture(width, height, seed))]).toEqual(hash);
    }
  });

  it('is the same for one, three and four channels', () => {
    const ramp = Array.from({ length: 40 * 40 }, (_, i) => (i * i) % 251);
    const picture = (channels: number[][]) => ({
      width: 40,
      height: 40,
      data: Uint8Array.from(channels.flat()),
    });
    const hash = perceptualHash(picture(ramp.map((v) => [v])));
    expect(perceptualHash(picture(ramp.map((v) => [v, v, v])))).toEqual(hash);
    expect(perceptualHash(picture(ramp.map((v) => [v, v, v, 9])))).toEqual(hash);
  });

  it('takes pictures of any size', () => {
    for (const side of [1, 2, 31, 33]) expect(perceptualHash(solid(side, 1, [5, 5, 5]))).toHaveLength(2);
    expect(() => perceptualHash({ width: 0, height: 1, data: new Uint8Array(0) })).toThrow(
      new RangeError(
        "Cannot compute areaMeans as 'image.width' must be a positive integer: current value is 0",
      ),
    );
  });
});

describe('areaMeans()', () => {
  it('averages whole cells and repeats pixels where there are fewer than cells', () => {
    const data = Uint8Array.from([0, 10, 20, 30, 40, 50, 60, 70]);
    const wide = { width: 4, height: 2, data };
    expect([...areaMeans(wide, 2)]).toEqual([5, 5, 5, 25, 25, 25, 45, 45, 45, 65, 65, 65]);
    const one = { width: 1, height: 1, data: Uint8Array.from([1, 2, 3]) };
    expect([...areaMeans(one, 2)]).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
  });
});

describe('hammingDistance()', () => {
  it('counts the bits that differ in both halves', () => {
    expect([0, 1, 0x80000000, 0xffffffff, -1, 0x0f0f0f0f].map(bitCount)).toEqual([0, 1, 1, 32, 32, 16]);
    expect(hammingDistance([0xffffffff, 0], [0, 0])).toBe(32);
    expect(hammingDistance([0, 0xf0000000], [1, 0])).toBe(5);
  });
});
