import { describe, expect, it } from 'vitest';

import type { ImageSource } from '../../src/data/imageSource.js';
import { splitSource } from '../../src/data/splitSource.js';
import { numberedSource } from './pictures.js';

const namesOf = (source: ImageSource) => Array.from({ length: source.length }, (_, i) => source.name(i));

describe('splitSource()', () => {
  it('puts every picture into one part and keeps their order', () => {
    const whole = numberedSource(50);
    const { training, validation } = splitSource(whole, { fraction: 0.2, seed: 0 });
    expect(validation.length).toBe(10);
    const order = (names: string[]) => names.toSorted((a, b) => Number.parseInt(a) - Number.parseInt(b));
    for (const part of [training, validation]) expect(namesOf(part)).toEqual(order(namesOf(part)));
    expect(order([...namesOf(training), ...namesOf(validation)])).toEqual(namesOf(whole));
  });

  it('depends on the seed and on nothing else', () => {
    const heldOut = (seed: number) =>
      namesOf(splitSource(numberedSource(50), { count: 10, seed }).validation);
    expect(heldOut(0)).toEqual(heldOut(0));
    expect(heldOut(0)).not.toEqual(heldOut(1));
  });

  it('holds out nothing or everything when asked to', () => {
    expect(splitSource(numberedSource(3), { count: 0, seed: 0 }).validation.length).toBe(0);
    expect(splitSource(numberedSource(3), { fraction: 1, seed: 0 }).training.length).toBe(0);
  });

  it('keeps the pictures of a group together and holds out no more than asked for', () => {
    const names = ['a_1', 'b_1', 'a_2', 'c_1', 'a_3', 'b_2', 'd_1', 'c_2'];
    const source = { ...numberedSource(8), name: (index: number) => names[index]! };
    const person = (name: string) => name.slice(0, 1);
    const chosen = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const { training, validation } = splitSource(source, { count: 3, seed, groupOf: person });
      const people = new Set(namesOf(validation).map(person));
      expect(namesOf(training).filter((name) => people.has(person(name)))).toEqual([]);
      expect(namesOf(validation)).toEqual(names.filter((name) => people.has(person(name))));
      expect([2, 3]).toContain(validation.length);
      chosen.add([...people].join(''));
    }
    expect(chosen.size).toBeGreaterThan(2);
  });

  it('says so when no group is small enough to be held out', () => {
    expect(() => splitSource(numberedSource(3), { count: 1, seed: 0, groupOf: () => 'all' })).toThrow(
      new RangeError(
        "Cannot split a source as 'groupOf' must give groups of which the smallest has at most 1 pictures: current value is 3",
      ),
    );
    expect(
      splitSource(numberedSource(3), { count: 0, seed: 0, groupOf: () => 'all' }).validation.length,
    ).toBe(0);
  });

  it('says what is wrong with the share or the number', () => {
    expect(() => splitSource(numberedSource(3), { fraction: 1.5, seed: 0 })).toThrow(
      new RangeError("Cannot split a source as 'fraction' must be from 0 to 1: current value is 1.5"),
    );
    expect(() => splitSource(numberedSource(3), { count: 4, seed: 0 })).toThrow(
      new RangeError(
        "Cannot split a source as 'count' must be at most 3, the pictures there are: current value is 4",
      ),
    );
    expect(() => splitSource(numberedSource(3), { count: 1, seed: -1 })).toThrow(
      new RangeError("Cannot split a source as 'seed' must be a non-negative integer: current value is -1"),
    );
  });
});
