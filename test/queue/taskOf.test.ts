import { createHash } from 'node:crypto';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { resultName, taskId } from '../../src/queue/photoTask.js';
import { taskOf } from '../../src/queue/taskOf.js';

describe('taskOf()', () => {
  it('makes paths relative to the root, with slashes', () => {
    expect(taskOf({ input: './1920//a/../party.jpg' })).toEqual({
      input: '1920/party.jpg',
      name: '1920/party.jpg',
    });
    expect(taskOf({ input: '/archive/1920/party.jpg', name: 'x/1' }, '/archive')).toEqual({
      input: '1920/party.jpg',
      name: 'x/1',
    });
  });

  it('names the results of a URL after host and path, and tells apart those that would share a name', () => {
    const names = [
      'https://a.org/x/y.jpg',
      'http://a.org/x/y.jpg',
      'https://a.org/x/y.jpg?size=2',
      'https://a.org:8080/x/y.jpg',
      'https://a.org/',
    ].map((input) => taskOf({ input }).name);
    expect(names[0]).toBe('a.org/x/y.jpg');
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([
    ['../secret.jpg', 'Cannot take the path "../secret.jpg" as it leads out of the root'],
    ['a/../../secret.jpg', 'Cannot take the path "a/../../secret.jpg" as it leads out of the root'],
    [
      'a\\..\\..\\secret.jpg',
      'Cannot take the path "a\\\\..\\\\..\\\\secret.jpg" as it leads out of the root',
    ],
    ['/etc/passwd', 'Cannot take the path "/etc/passwd" as it is not below the root'],
    ['C:\\x.jpg', 'Cannot take the path "C:\\\\x.jpg" as it is not below the root'],
    ['a\0.jpg', 'Cannot take the path "a\\u0000.jpg" as it holds a NUL character'],
    ['a\ud800.jpg', 'Cannot take the path "a\\ud800.jpg" as it holds half of a character'],
    [
      'a/'.repeat(500_000),
      `Cannot take the path "${'a/'.repeat(100)}..." as it has more than 4096 characters`,
    ],
    [
      `https://a.org/${'a'.repeat(8192)}`,
      `Cannot take the URL "https://a.org/${'a'.repeat(186)}..." as it has more than 8192 characters`,
    ],
    ['./', 'Cannot take the path "./" as it is empty'],
    ['file:///etc/passwd', 'Cannot take the URL "file:///etc/passwd" as it is neither http nor https'],
    ['ftp://a.org/x.jpg', 'Cannot take the URL "ftp://a.org/x.jpg" as it is neither http nor https'],
    [
      'https://me:secret@a.org/x.jpg',
      'Cannot take the URL "https://a.org/x.jpg" as it holds a user name or password, which results would show',
    ],
  ])('refuses %j', (input, message) => {
    expect(() => taskOf({ input })).toThrow(message);
  });

  it('refuses an absolute path outside the root, and names that lead out of the folder for the results', () => {
    expect(() => taskOf({ input: '/archive2/x.jpg' }, '/archive')).toThrow('leads out of the root');
    expect(() => taskOf({ input: 'x.jpg', name: '../x' })).toThrow('Cannot take the name "../x"');
    expect(() => taskOf({ input: 'x.jpg', name: '/x' })).toThrow('Cannot take the name "/x"');
  });

  it('gives no path that leads out, whatever it is given', () => {
    const piece = fc.constantFrom('..', '.', '/', '\\', 'a', '%2e%2e', ' ', 'https://h/', ':', '?', '#');
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
        try {
          const { input, name } = taskOf({ input: pieces.join('') });
          const paths = /^https?:/.test(input) ? [name] : [input, name];
          return paths.every((path) => !path.startsWith('/') && !path.split(/[/\\]/).includes('..'));
        } catch (error) {
          return (error as Error).name === 'PhotoRefusedError';
        }
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});

describe('resultName()', () => {
  it('tells apart paths that become the same by what names cannot hold', () => {
    expect(
      new Set(['a:b.jpg', 'a_b.jpg', `${'x'.repeat(300)}1`, `${'x'.repeat(300)}2`].map(resultName)).size,
    ).toBe(4);
  });
});

describe('taskId()', () => {
  it('is parts of the SHA-256 of input and name, and the member fits into a signed integer of 64 bits', () => {
    const hash = createHash('sha256').update('["a.jpg","b"]').digest('hex');
    const { job, shard, member } = taskId({ input: 'a.jpg', name: 'b' });
    expect(job).toBe(hash.slice(0, 32));
    expect(shard).toBe(hash.slice(0, 4));
    expect(BigInt(member)).toBe(BigInt(`0x${hash.slice(4, 20)}`) / 2n);
    expect(BigInt(member)).toBeLessThan(2n ** 63n);
  });
});
