import { describe, expect, it } from 'vitest';

import { httpStore, type HttpStoreOptions } from '../../src/checkpoint/httpStore.js';
import { hasCheckpoint, loadCheckpoint } from '../../src/checkpoint/loadCheckpoint.js';
import { memoryStore } from '../../src/checkpoint/memoryStore.js';
import { saveCheckpoint } from '../../src/checkpoint/saveCheckpoint.js';
import { CheckpointError } from '../../src/errors.js';

const URL_PREFIX = 'https://example.org/models/compact';
const limits = { maxBytes: 100 };

/** A body that arrives in pieces. */
function pieces(...sizes: number[]) {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      sizes.forEach((size, i) => controller.enqueue(new Uint8Array(size).fill(i)));
      controller.close();
    },
  });
}

const answering = (respond: NonNullable<HttpStoreOptions['fetch']>) =>
  httpStore(URL_PREFIX, { fetch: respond });

describe('httpStore()', () => {
  it('loads a checkpoint file by file from below its URL', async () => {
    const memory = memoryStore();
    const tensors = new Map([['w', { shape: [3], values: Float32Array.of(1, 2, 3) }]]);
    await saveCheckpoint(memory, { kind: 'test', metadata: {}, tensors });
    const requested: string[] = [];
    const store = answering(async (url) => {
      requested.push(url.href);
      return new Response(memory.files().get(url.pathname.split('/').at(-1)!)!.slice());
    });
    expect((await loadCheckpoint(store, { kind: 'test' })).tensors).toEqual(tensors);
    expect(requested).toEqual([...memory.files().keys()].toReversed().map((name) => `${URL_PREFIX}/${name}`));
    expect(store.location).toBe(`${URL_PREFIX}/`);
  });

  it('keeps the query of its URL and passes on how to ask', async () => {
    const store = httpStore(new URL('https://example.org/m/?token=1'), {
      request: { credentials: 'include' },
      fetch: async (url, init) => Response.json({ href: url.href, credentials: init.credentials }),
    });
    const bytes = await store.read('a.bin', limits);
    expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual({
      href: 'https://example.org/m/a.bin?token=1',
      credentials: 'include',
    });
  });

  it('joins the pieces of a body and reports each', async () => {
    const progress: number[] = [];
    const store = answering(async () => new Response(pieces(2, 3, 1)));
    const bytes = await store.read('a.bin', { ...limits, onProgress: (loaded) => progress.push(loaded) });
    expect(Array.from(bytes!)).toEqual([0, 0, 1, 1, 1, 2]);
    expect(progress).toEqual([2, 5, 6]);
    expect(await answering(async () => new Response(null)).read('a.bin', limits)).toHaveLength(0);
  });

  it('takes 404 and 410 for a file that is not there', async () => {
    for (const status of [404, 410]) {
      const store = answering(async () => new Response('no', { status }));
      expect(await store.read('a.bin', limits)).toBeUndefined();
      expect(await hasCheckpoint(store)).toBe(false);
    }
  });

  it('says what the server or the connection did', async () => {
    const refused = answering(async () => new Response('', { status: 403, statusText: 'Forbidden' }));
    await expect(refused.read('a.bin', limits)).rejects.toThrow(
      new CheckpointError(
        `Cannot read "a.bin" of the checkpoint "${URL_PREFIX}/" as the server answers 403 Forbidden`,
      ),
    );
    const cause = new TypeError('fetch failed');
    const offline = answering(async () => Promise.reject(cause));
    const error: unknown = await offline.read('a.bin', limits).catch((thrown: unknown) => thrown);
    expect(error).toEqual(
      new CheckpointError(
        `Cannot read "a.bin" of the checkpoint "${URL_PREFIX}/" as the transfer failed: ` +
          'check the address and the connection',
      ),
    );
    expect((error as Error).cause).toBe(cause);
  });

  it('stops a transfer that is longer than it may be', async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(30));
      },
    });
    const store = answering(async () => new Response(endless));
    await expect(store.read('a.bin', limits)).rejects.toThrow(
      new CheckpointError(
        `Cannot read "a.bin" of the checkpoint "${URL_PREFIX}/" as it has more than 100 bytes: ` +
          'it is damaged, or another file of that name',
      ),
    );
    expect(pulled).toBeLessThan(10);
  });

  it('ends a transfer with the reason of its signal', async () => {
    const controller = new AbortController();
    const store = answering(
      async (_, { signal }) =>
        new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason))),
    );
    const read = store.read('a.bin', { ...limits, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(read).rejects.toThrow('enough');
  });

  it('refuses what is not a URL', () => {
    expect(() => httpStore('https://')).toThrow(TypeError);
  });
});
