import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

import { describe, expect, it, onTestFinished } from 'vitest';

import { httpStore } from '../../src/checkpoint/httpStore.js';
import { loadCheckpoint } from '../../src/checkpoint/loadCheckpoint.js';
import { memoryStore } from '../../src/checkpoint/memoryStore.js';
import { saveCheckpoint } from '../../src/checkpoint/saveCheckpoint.js';
import { CheckpointError } from '../../src/errors.js';

/** A server on this machine that is closed when the test is over. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/model`;
}

describe('httpStore() and a server', () => {
  it('load a checkpoint', async () => {
    const memory = memoryStore();
    const values = Float32Array.from({ length: 300_000 }, (_, i) => i / 7);
    const tensors = new Map([['w', { shape: [300, 1000], values }]]);
    await saveCheckpoint(memory, { kind: 'test', metadata: {}, tensors });
    const url = await serve((request, response) => {
      const bytes = memory.files().get(request.url!.replace('/model/', ''));
      response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
    });
    const progress: number[] = [];
    const onProgress = ({ loadedBytes }: { loadedBytes: number }) => progress.push(loadedBytes);
    const loaded = (await loadCheckpoint(httpStore(url), { kind: 'test', onProgress })).tensors.get('w')!;
    expect(loaded.shape).toEqual([300, 1000]);
    expect(Buffer.from(loaded.values.buffer).equals(Buffer.from(values.buffer))).toBe(true);
    expect(progress.at(-1)).toBe(1_200_000);
    expect(progress.length).toBeGreaterThan(1);
    await expect(loadCheckpoint(httpStore(`${url}/none`), { kind: 'test' })).rejects.toThrow(
      new CheckpointError(
        `Cannot load the checkpoint "${url}/none/" as it has no polyhue.json: nothing was saved there`,
      ),
    );
  });

  it('say when the connection breaks', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write(Buffer.alloc(10), () => response.destroy());
    });
    const error: unknown = await httpStore(url)
      .read('a.bin', { maxBytes: 1000 })
      .catch((thrown: unknown) => thrown);
    expect(error).toEqual(
      new CheckpointError(
        `Cannot read "a.bin" of the checkpoint "${url}/" as the transfer failed: check the address and the connection`,
      ),
    );
    expect((error as Error).cause).toBeInstanceOf(Error);
  });

  it('stop in the middle of a file when the signal says so', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write(Buffer.alloc(10));
    });
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error('enough'));
    const { signal } = controller;
    await expect(httpStore(url).read('a.bin', { maxBytes: 1000, signal, onProgress })).rejects.toThrow(
      'enough',
    );
  });
});
