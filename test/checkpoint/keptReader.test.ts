import { describe, expect, it } from 'vitest';

import type { CheckpointReader, CheckpointStore } from '../../src/checkpoint/checkpointStore.js';
import { keptReader } from '../../src/checkpoint/keptReader.js';
import { loadCheckpoint } from '../../src/checkpoint/loadCheckpoint.js';
import { memoryStore, type MemoryStore } from '../../src/checkpoint/memoryStore.js';
import { saveCheckpoint } from '../../src/checkpoint/saveCheckpoint.js';
import { CheckpointError } from '../../src/errors.js';

const checkpoint = (value: number) => ({
  kind: 'test',
  metadata: null,
  tensors: new Map(
    [value, value + 1].map((x, i) => [`w${i}`, { shape: [2], values: Float32Array.of(x, i) }] as const),
  ),
});

async function saved(value: number): Promise<MemoryStore> {
  const store = memoryStore();
  await saveCheckpoint(store, checkpoint(value), { maxShardBytes: 8 });
  return store;
}

/** A server that counts what is asked of it and can be out of reach. */
async function server(value: number) {
  const asked: string[] = [];
  const state = { isUp: true, store: await saved(value) };
  const reader: CheckpointReader = {
    location: 'https://example.org/m/',
    read: async (name, options) => {
      asked.push(name);
      if (state.isUp) return state.store.read(name, options);
      throw new CheckpointError('the transfer failed');
    },
  };
  return { reader, asked, state };
}

const load = async (reader: CheckpointReader, store: CheckpointStore) =>
  loadCheckpoint(keptReader(reader, store), { kind: 'test' });

/** Changes a byte of the first file of weights. */
async function damage(store: MemoryStore): Promise<string> {
  const files = new Map(store.files());
  const [name, bytes] = [...files].find(([file]) => file.startsWith('weights'))!;
  files.set(
    name,
    Uint8Array.from(bytes, (byte, i) => (i === 0 ? byte ^ 1 : byte)),
  );
  await store.write(files);
  return name;
}

describe('keptReader()', () => {
  it('reads weights once and loads without the server afterwards', async () => {
    const { reader, asked, state } = await server(1);
    const store = memoryStore();
    expect(await load(reader, store)).toEqual(checkpoint(1));
    expect(asked).toHaveLength(3);
    expect(store.files()).toEqual(state.store.files());
    expect(await load(reader, store)).toEqual(checkpoint(1));
    expect(asked.slice(3)).toEqual(['polyhue.json']);
    state.isUp = false;
    const loaded: number[] = [];
    const onProgress = ({ loadedBytes }: { loadedBytes: number }): void => void loaded.push(loadedBytes);
    const again = await loadCheckpoint(keptReader(reader, store), { kind: 'test', onProgress });
    expect(again).toEqual(checkpoint(1));
    expect(loaded).toEqual([8, 16]);
  });

  it('takes a new model and keeps the files that are in both', async () => {
    const { reader, asked, state } = await server(1);
    const store = memoryStore();
    await load(reader, store);
    state.store = await saved(9);
    expect(await load(reader, store)).toEqual(checkpoint(9));
    expect(asked).toHaveLength(6);
    expect(store.files()).toEqual(state.store.files());
  });

  it('replaces a damaged copy, and says what to do where the server is out of reach', async () => {
    const { reader, state } = await server(1);
    const store = memoryStore();
    await load(reader, store);
    const name = await damage(store);
    state.isUp = false;
    await expect(load(reader, store)).rejects.toThrow(
      new CheckpointError(
        `Cannot read "${name}" as its copy in "memory" is damaged and "https://example.org/m/" cannot be reached: ` +
          'connect to the network and load it again',
      ),
    );
    state.isUp = true;
    expect(await load(reader, store)).toEqual(checkpoint(1));
    expect(store.files()).toEqual(state.store.files());
  });

  it('does not keep what the server sends damaged', async () => {
    const { reader, state } = await server(1);
    await damage(state.store);
    const store = memoryStore();
    await expect(load(reader, store)).rejects.toThrow(/is damaged, its SHA-256 differs/);
    expect(store.files().size).toBe(0);
  });

  it('gives the error of the server where nothing was kept, and the reason of a signal', async () => {
    const { reader, state } = await server(1);
    state.isUp = false;
    await expect(load(reader, memoryStore())).rejects.toThrow(new CheckpointError('the transfer failed'));
    const signal = AbortSignal.abort(new Error('enough'));
    const call = keptReader(reader, await saved(1)).read('polyhue.json', { maxBytes: 1e6, signal });
    await expect(call).rejects.toThrow('enough');
  });

  it('loads where nothing can be kept or read back, and says so', async () => {
    const { reader } = await server(1);
    const failing: CheckpointStore = {
      location: 'nowhere',
      read: async () => Promise.reject(new CheckpointError('storage is off')),
      write: async () => Promise.reject(new CheckpointError('storage is full')),
    };
    const told: CheckpointError[] = [];
    const onNotKept = (error: CheckpointError): void => void told.push(error);
    const kept = keptReader(reader, failing, { onNotKept });
    expect(await loadCheckpoint(kept, { kind: 'test' })).toEqual(checkpoint(1));
    expect(told).toEqual([new CheckpointError('storage is full')]);
  });
});
