import { describe, expect, it } from 'vitest';

import { imageSignature, type ImageSignature, nearDuplicateFinder } from '../../src/data/nearDuplicates.js';
import type { PerceptualHash } from '../../src/data/perceptualHash.js';
import { randomGenerator } from '../../src/random.js';
import { solid } from './pictures.js';

const signature = (hash: PerceptualHash, level = 100): ImageSignature => ({
  hash,
  thumbnail: new Uint8Array(192).fill(level),
});

/** A hash with `count` bits of `hash` changed, from bit `first` on in steps of `step`. */
function changed([high, low]: PerceptualHash, count: number, first: number, step: number): PerceptualHash {
  const words: [number, number] = [high, low];
  for (let k = 0; k < count; k++) {
    const bit = (first + k * step) % 64;
    words[bit >> 5]! ^= 1 << (bit & 31);
  }
  return [words[0] >>> 0, words[1] >>> 0];
}

describe('nearDuplicateFinder()', () => {
  it('finds every hash within ten bits, wherever they are, and none beyond', () => {
    const { uniform } = randomGenerator(3);
    const { add, find } = nearDuplicateFinder();
    const hashes = Array.from({ length: 50 }, (): PerceptualHash => [
      Math.floor(uniform() * 2 ** 32),
      Math.floor(uniform() * 2 ** 32),
    ]);
    for (const [index, hash] of hashes.entries()) add(index, signature(hash));
    for (const [index, hash] of hashes.entries()) {
      for (const step of [1, 5, 7, 17]) {
        expect(find(signature(changed(hash, 10, index, step)))).toBe(index);
        expect(find(signature(changed(hash, 11, index, step)))).toBeUndefined();
      }
    }
  });

  it('asks for like colors too, up to a difference of 12 of 255', () => {
    const { add, find } = nearDuplicateFinder();
    add(4, signature([1, 2], 100));
    expect(find(signature([1, 2], 112))).toBe(4);
    expect(find(signature([1, 2], 113))).toBeUndefined();
  });

  it('gives the most similar picture, and of several the first', () => {
    const { add, find } = nearDuplicateFinder();
    add(7, signature([0, 0], 105));
    add(5, signature([3, 0], 101));
    add(6, signature([0, 3], 99));
    expect(find(signature([0, 0], 100))).toBe(5);
    expect(find(signature([0, 0], 104))).toBe(7);
  });
});

describe('imageSignature()', () => {
  it('holds the color of each of 8 x 8 areas', () => {
    const { thumbnail } = imageSignature(solid(20, 10, [1, 2, 3]));
    expect(thumbnail).toEqual(Uint8Array.from({ length: 192 }, (_, i) => (i % 3) + 1));
  });
});
