import { afterEach, describe, expect, it, vi } from 'vitest';

import { indexedDbStore } from '../../src/browser/indexedDbStore.js';
import { hasCheckpoint, loadCheckpoint } from '../../src/checkpoint/loadCheckpoint.js';
import { saveCheckpoint } from '../../src/checkpoint/saveCheckpoint.js';
import { CheckpointError } from '../../src/errors.js';

const checkpoint = (value: number) => ({
  kind: 'test',
  metadata: { value },
  tensors: new Map([0, 1].map((i) => [`w${i}`, { shape: [2], values: Float32Array.of(value, i) }])),
});
const save = async (name: string, value: number) =>
  saveCheckpoint(indexedDbStore(name), checkpoint(value), { maxShardBytes: 8 });

describe('indexedDbStore()', () => {
  afterEach(async () => {
    vi.unstubAllGlobals();
    for (const name of ['a', 'ab', 'a/b']) await indexedDbStore(name).write(new Map());
  });

  it('keeps checkpoints apart by name and replaces them whole', async () => {
    expect(await hasCheckpoint(indexedDbStore('a'))).toBe(false);
    await save('a', 1);
    await save('ab', 2);
    await save('a/b', 3);
    await save('a', 4);
    const values = { a: 4, ab: 2, 'a/b': 3 };
    for (const [name, value] of Object.entries(values)) {
      expect(await loadCheckpoint(indexedDbStore(name), { kind: 'test' })).toEqual(checkpoint(value));
    }
  });

  it('removes a checkpoint when no files are written', async () => {
    await save('a', 1);
    await save('ab', 2);
    await indexedDbStore('a').write(new Map());
    expect(await hasCheckpoint(indexedDbStore('a'))).toBe(false);
    expect(await hasCheckpoint(indexedDbStore('ab'))).toBe(true);
  });

  it('leaves the former checkpoint when a save fails halfway', async () => {
    await save('a', 1);
    const files = new Map<string, Uint8Array>([
      ['polyhue.json', new Uint8Array(1)],
      ['uncloneable', (() => 1) as unknown as Uint8Array],
    ]);
    await expect(indexedDbStore('a').write(files)).rejects.toThrow(CheckpointError);
    expect(await loadCheckpoint(indexedDbStore('a'), { kind: 'test' })).toEqual(checkpoint(1));
  });

  it('refuses a file of more bytes than it may have, and stops when its signal says so', async () => {
    await indexedDbStore('a').write(new Map([['a.bin', new Uint8Array(11)]]));
    await expect(indexedDbStore('a').read('a.bin', { maxBytes: 10 })).rejects.toThrow(
      new CheckpointError(
        'Cannot read "a.bin" of the checkpoint "indexeddb:a" as it has more than 10 bytes: ' +
          'it is damaged, or another file of that name',
      ),
    );
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(indexedDbStore('a').read('a.bin', { maxBytes: 11, signal })).rejects.toThrow('enough');
  });

  it('says what the browser refuses', async () => {
    vi.stubGlobal('indexedDB', {
      open: () => {
        throw new Error('storage is off');
      },
    });
    await expect(loadCheckpoint(indexedDbStore('a'), { kind: 'test' })).rejects.toThrow(
      new CheckpointError('Cannot read "polyhue.json" of the checkpoint "indexeddb:a": storage is off'),
    );
    await expect(save('a', 1)).rejects.toThrow(
      new CheckpointError('Cannot write the checkpoint "indexeddb:a": storage is off'),
    );
    vi.unstubAllGlobals();
    expect(() => indexedDbStore('')).toThrow(
      new TypeError('Cannot create indexedDbStore as \'name\' must not be empty: current value is ""'),
    );
  });
});
