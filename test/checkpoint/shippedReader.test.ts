import { describe, expect, it } from 'vitest';

import { urlReader } from '../../src/checkpoint/httpStore.js';
import { loadCheckpoint } from '../../src/checkpoint/loadCheckpoint.js';
import { memoryStore } from '../../src/checkpoint/memoryStore.js';
import { saveCheckpoint } from '../../src/checkpoint/saveCheckpoint.js';
import { shippedReader } from '../../src/checkpoint/shippedReader.js';
import { CheckpointError } from '../../src/errors.js';

const tensors = new Map([['w', { shape: [3], values: Float32Array.of(1, 2, 3) }]]);

async function savedFiles(): Promise<ReadonlyMap<string, Uint8Array>> {
  const store = memoryStore();
  await saveCheckpoint(store, { kind: 'test', metadata: {}, tensors });
  return store.files();
}

/** Where a bundler may have put a file: anywhere, under any name, or into the code itself. */
const dataUrl = (bytes: Uint8Array) =>
  new URL(`data:application/octet-stream;base64,${btoa(String.fromCharCode(...bytes))}`);

describe('urlReader()', () => {
  it('reads each file from a URL of its own and has no others', async () => {
    const urls = new Map([...(await savedFiles())].map(([name, bytes]) => [name, dataUrl(bytes)]));
    const reader = urlReader('assets', (name) => urls.get(name));
    expect((await loadCheckpoint(reader, { kind: 'test' })).tensors).toEqual(tensors);
    expect(await reader.read('other.bin', { maxBytes: 9 })).toBeUndefined();
  });
});

describe('shippedReader()', () => {
  it('reads what is there, under the same name', async () => {
    const reader = shippedReader(memoryStore(await savedFiles()), 'look elsewhere');
    expect((await loadCheckpoint(reader, { kind: 'test' })).tensors).toEqual(tensors);
    expect(reader.location).toBe('memory');
  });

  it('says what to do where there is no model, and leaves a missing file of weights to the loader', async () => {
    await expect(
      loadCheckpoint(shippedReader(memoryStore(), 'look elsewhere'), { kind: 'test' }),
    ).rejects.toThrow(
      new CheckpointError(
        'Cannot load the model that comes with polyhue as it is not in "memory": look elsewhere',
      ),
    );
    const manifest = new Map([...(await savedFiles())].filter(([name]) => name === 'polyhue.json'));
    await expect(
      loadCheckpoint(shippedReader(memoryStore(manifest), 'look elsewhere'), { kind: 'test' }),
    ).rejects.toThrow(/^Cannot load the checkpoint "memory" as "weights-[0-9a-f]{16}\.bin" is missing/);
  });
});
