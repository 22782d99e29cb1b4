import { describe, expect, it } from 'vitest';

import { fileStore } from '../../src/browser/fileStore.js';
import { loadCheckpoint } from '../../src/checkpoint/loadCheckpoint.js';
import { memoryStore } from '../../src/checkpoint/memoryStore.js';
import { saveCheckpoint } from '../../src/checkpoint/saveCheckpoint.js';
import { CheckpointError } from '../../src/errors.js';

const checkpoint = {
  kind: 'test',
  metadata: null,
  tensors: new Map([['w', { shape: [2], values: Float32Array.of(1, 2) }]]),
};

async function savedFiles(): Promise<File[]> {
  const store = memoryStore();
  await saveCheckpoint(store, checkpoint);
  return [...store.files()].map(([name, bytes]) => new File([bytes.slice()], name));
}

describe('fileStore()', () => {
  it('loads a checkpoint from files in any order, with others among them', async () => {
    const files = [new File(['notes'], 'readme.txt'), ...(await savedFiles())];
    expect(await loadCheckpoint(fileStore(files.toReversed()), { kind: 'test' })).toEqual(checkpoint);
  });

  it('says which file is missing', async () => {
    const files = await savedFiles();
    const weights = files.filter(({ name }) => name !== 'polyhue.json');
    await expect(loadCheckpoint(fileStore(weights), { kind: 'test' })).rejects.toThrow(
      new CheckpointError(
        'Cannot find "polyhue.json" among the chosen files: choose it together with all of its "weights" files',
      ),
    );
    const manifest = files.filter(({ name }) => name === 'polyhue.json');
    await expect(loadCheckpoint(fileStore(manifest), { kind: 'test' })).rejects.toThrow(/ is missing: /);
  });

  it('refuses a file of more bytes than it may have, and stops when its signal says so', async () => {
    const store = fileStore([new File(['12345678901'], 'a.bin')]);
    await expect(store.read('a.bin', { maxBytes: 10 })).rejects.toThrow(CheckpointError);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(store.read('a.bin', { maxBytes: 11, signal })).rejects.toThrow('enough');
  });
});
