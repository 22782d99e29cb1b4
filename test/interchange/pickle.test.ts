import { describe, expect, it } from 'vitest';

import { PickledGlobal, PickleError, type PickleRules, unpickle } from '../../src/interchange/pickle.js';

/** Rules that know one function, which makes a text of its arguments. */
const RULES: PickleRules = {
  find: (name) => {
    if (name === 'known.join') return new PickledGlobal(name);
    throw new PickleError(`unknown ${name}`);
  },
  call: ({ name }, args) => `${name}(${args.join(', ')})`,
  persistent: (id) => ({ id }),
  build: () => {},
};

/** Bytes of characters from 0 to 255. */
const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const load = (text: string): unknown => unpickle(bytesOf(text), RULES).value;

describe('unpickle()', () => {
  it.each<[string, string, unknown]>([
    ['None', 'N.', null],
    ['True and False', '(\x88\x89t.', [true, false]],
    ['small integers', '(K\xffM\xff\xffJ\xfe\xff\xff\xfft.', [255, 65535, -2]],
    ['long integers', '(\x8a\x00\x8a\x01\x80\x8a\x05\x00\x00\x00\x00\x01t.', [0, -128, 2 ** 32]],
    ['a float', 'G\x3f\xf8\x00\x00\x00\x00\x00\x00.', 1.5],
    ['a text', 'X\x03\x00\x00\x00\xc3\xa9x.', '\u00e9x'],
    ['tuples', '(N\x85K\x01K\x02\x86K\x03K\x04K\x05\x87)t.', [[null], [1, 2], [3, 4, 5], []]],
    ['a list', '](K\x01K\x02eK\x03a.', [1, 2, 3]],
    ['a dictionary', '}(K\x01K\x02K\x03K\x04uK\x05K\x06s.', new Map([[1, 2], [3, 4], [5, 6]])], // prettier-ignore
    ['a value twice', '(]q\x00K\x07ah\x00t.', [[7], [7]]],
    ['a call', 'cknown\njoin\n(K\x01K\x02tR.', 'known.join(1, 2)'],
    ['an object kept elsewhere', 'K\x09Q.', { id: 9 }],
    ['protocol 4', '\x80\x04\x95\x01\x00\x00\x00\x00\x00\x00\x00\x8c\x05known\x8c\x04join\x93\x94(K\x03tR.', 'known.join(3)'], // prettier-ignore
  ])('reads %s', (_, text, expected) => {
    expect(load(text)).toEqual(expected);
  });

  it('tells how long the pickle is, and leaves what follows', () => {
    expect(unpickle(bytesOf('\x80\x02K\x01.rest'), RULES)).toEqual({ value: 1, length: 5 });
  });

  it.each<[string, string, string]>([
    ['an unknown operation', 'i', 'it holds the operation 0x69'],
    ['an instance', '(cknown\njoin\no.', 'it holds the operation 0x6f'],
    ['NEWOBJ', 'cknown\njoin\n)\x81.', 'it holds the operation 0x81'],
    ['an extension', '\x82\x01.', 'it holds the operation 0x82'],
    ['an unknown name', 'cos\nsystem\n.', 'unknown os.system'],
    ['a call of a text', 'X\x01\x00\x00\x00a)R.', 'it calls what is no function'],
    ['a call without arguments', 'cknown\njoin\nNR.', 'it calls what is no function'],
    ['no value', '.', 'it takes a value where there is none'],
    ['a mark as value', '(.', 'it takes a value where there is none'],
    ['no mark', 't.', 'it takes a list that was not begun'],
    ['items of a list', ']K\x01K\x02s.', 'it sets items of what is no dictionary'],
    ['an odd number of items', '}(K\x01u.', 'it sets items of what is no dictionary'],
    ['appending to a number', 'K\x01K\x02a.', 'it appends to what is no list'],
    ['a value that was not kept', 'h\x05.', 'it asks for value 5, which it has not kept'],
    ['a text without end', 'X\xff\xff\xff\xffab', 'it ends in the middle'],
    ['a line without end', 'cknown', 'it ends in the middle'],
    ['no end', 'K\x01', 'it ends in the middle'],
    ['a long integer', `\x8a\x09${'\x01'.repeat(9)}.`, 'it holds an integer of 9 bytes'],
    ['protocol 1', '\x80\x01N.', 'it has protocol 1, and 2 to 5 are read'],
    ['a name that is no text', '\x80\x02]q\x00h\x00aN\x93.', 'it asks for a name that is no text'],
    ['a name of tuples in tuples', `N${'\x85'.repeat(100_000)}N\x93.`, 'it asks for a name that is no text'],
    ['a value that is kept far off', 'Nr\xff\xff\xff\xff.', 'it keeps a value as number 4294967295'],
    ['more operations than tensors need', '}'.repeat(2_000_001), 'it has more than 2000000 operations'],
  ])('refuses %s', (_, text, message) => {
    expect(() => load(text)).toThrow(message);
    expect(() => load(text)).toThrow(PickleError);
  });

  it.each([
    [
      'long arguments of many calls',
      `cknown\njoin\nq\x00(${'N'.repeat(1000)}tq\x01${'h\x00h\x01R'.repeat(2000)}.`,
    ],
    [
      'long lists in arguments',
      `cknown\njoin\nq\x00(${'N'.repeat(1000)}t\x85q\x01${'h\x00h\x01R'.repeat(2000)}.`,
    ],
    ['many keys that are no texts', `}${'NNs'.repeat(20_000)}.`],
  ])('counts %s as operations', (_, text) => {
    const rules = { ...RULES, call: () => null };
    expect(() => unpickle(bytesOf(text), rules)).toThrow('it has more than 2000000 operations');
  });

  it('does not append to a tuple', () => {
    expect(() => load(')K\x01a.')).toThrow('it appends to what is no list');
  });
});
