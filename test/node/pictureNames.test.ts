import { describe, expect, it } from 'vitest';

import { compareNames, isPictureName } from '../../src/node/pictureNames.js';
import { shuffledIndices } from '../../src/random.js';

describe('isPictureName()', () => {
  it('goes by the ending, in any case, and leaves out names that begin with a dot', () => {
    const names = [
      'a.jpg',
      'b/A.JPEG',
      '.x/c.Png',
      'd.webp',
      'e.avif',
      'f.tif',
      'g.TIFF',
      'h.gif',
      'a.b.jpg',
    ];
    expect(names.filter((name) => !isPictureName(name))).toEqual([]);
    const others = ['a.txt', 'jpg', 'ajpg', 'a.jpg.txt', 'a.svg', '.jpg', 'b/._a.jpg', 'a.jpg/', ''];
    expect(others.filter(isPictureName)).toEqual([]);
  });
});

describe('compareNames()', () => {
  it('orders numbers by value and everything else by code unit', () => {
    const ordered = [
      '',
      '01',
      '1',
      '2',
      '10',
      '10a',
      'A',
      'a',
      'a1',
      'a/1.png',
      'a/2.png',
      'a/010.png',
      'b',
      'b1b2',
      'b1b10',
      'é',
    ];
    for (let seed = 0; seed < 20; seed++) {
      const shuffled = Array.from(shuffledIndices(ordered.length, seed), (i) => ordered[i]!);
      expect(shuffled.sort(compareNames)).toEqual(ordered);
    }
  });

  it('compares numbers that no floating-point number holds', () => {
    expect(compareNames('9007199254740993', '9007199254740992')).toBeGreaterThan(0);
  });
});
