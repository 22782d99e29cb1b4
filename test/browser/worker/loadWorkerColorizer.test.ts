import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';

import { decodeImage } from '../../../src/browser/decodeImage.js';
import type { CheckpointReader } from '../../../src/checkpoint/checkpointStore.js';
import { memoryStore, type MemoryStore } from '../../../src/checkpoint/memoryStore.js';
import { BackendError, CheckpointError, ImageError, ShapeError } from '../../../src/errors.js';
import { colorizer, type Colorizer, type ColorizeOptions } from '../../../src/inference/colorizer.js';
import { saveColorizerModels } from '../../../src/models/colorizerModels.js';
import { loadWorkerColorizer } from '../../../src/worker/loadWorkerColorizer.js';
import type { WorkerColorizer } from '../../../src/worker/workerColorizer.js';
import { fileOf } from '../../support/fileOf.js';
import { colorfulModels } from '../../support/tinyModels.js';
import { expectSame, formulaPhoto } from '../../support/workerResults.js';

const store: MemoryStore = memoryStore();
let page: Colorizer;
let worker: WorkerColorizer;

beforeAll(async () => {
  page = colorizer(colorfulModels(1));
  await saveColorizerModels(store, page.models);
  worker = await loadWorkerColorizer(store, { backends: ['wasm'] });
});

afterAll(() => {
  page.dispose();
  worker.dispose();
});

/** A worker that holds nothing: what other tests have dropped is let go whenever the garbage collector runs. */
async function freshWorker(): Promise<WorkerColorizer> {
  const fresh = await loadWorkerColorizer(store, { backends: ['wasm'] });
  onTestFinished(() => fresh.dispose());
  return fresh;
}

const WISHES: readonly [string, () => ColorizeOptions][] = [
  ['by default', () => ({})],
  ['of samples', () => ({ mode: 'samples', count: 3, temperature: 0.7, seed: 4, saturation: 1.5 })],
  ['of hints', () => ({ count: 2, hints: [{ x: 3, y: 5, rgb: [200, 30, 40] }] })],
  [
    'of a palette and a reference',
    () => ({ count: 2, palette: [[20, 30, 200]], reference: formulaPhoto(9, 7) }),
  ],
];

describe('loadWorkerColorizer()', () => {
  it.each(WISHES)('gives the results of the page alone, %s', async (_, optionsOf) => {
    const photo = formulaPhoto(37, 29);
    const before = photo.data.slice();
    await expectSame(await worker.colorize(photo, optionsOf()), await page.colorize(photo, optionsOf()));
    expect(photo.data).toEqual(before);
  });

  it('takes a list of photos, a lock, a photo it has read, and given codes', async () => {
    const photo = formulaPhoto(31, 17);
    const held = await worker.readPhoto(await fileOf(photo, 'formula.png'));
    expect([held.width, held.height, held.tone]).toEqual([31, 17, 'color']);
    const small = await worker.readPhoto(await fileOf(photo, 'formula.png'), { maxSide: 10 });
    expect([small.width, small.height]).toEqual([10, 5]);
    const grey = { width: 9, height: 9, data: new Uint8Array(243).fill(90) };
    expect((await worker.readPhoto(await fileOf(grey, 'grey.png'))).tone).toBe('grey');
    const [[mine], [theirs]] = [await worker.colorize([photo, held]), await page.colorize([photo, photo])];
    await expectSame(mine!, theirs!);
    const region = { left: 0, top: 0, width: 9, height: 9 };
    const options = { count: 2, seed: 1 };
    await expectSame(
      await worker.colorize(held, { ...options, lock: { result: mine![0]!, region }, reference: held }),
      await page.colorize(photo, { ...options, lock: { result: theirs![0]!, region }, reference: photo }),
    );
    const latents = theirs!.map(({ latent }) => latent);
    await expectSame(
      await worker.decode(held, latents, { saturation: 0.5 }),
      await page.decode(photo, latents, { saturation: 0.5 }),
    );
  });

  it('moves the pixels of a photo where it is asked to, and of a view sends only its part', async () => {
    const photo = formulaPhoto(16, 16);
    const expected = await (await worker.colorize(photo))[0]!.toRaster();
    const around = new Uint8Array(photo.data.length + 100);
    around.set(photo.data, 50);
    const view = { ...photo, data: around.subarray(50, 50 + photo.data.length) };
    const ofView = await worker.colorize(view, { transfer: true });
    expect(await ofView[0]!.toRaster()).toEqual(expected);
    expect(around.length).toBe(photo.data.length + 100);
    const moved = await worker.colorize(photo, { transfer: true });
    expect(photo.data.length).toBe(0);
    expect(await moved[0]!.toRaster()).toEqual(expected);
  });

  it('makes bitmaps and files of a result', async () => {
    const [result] = await worker.colorize(formulaPhoto(40, 20));
    const [bitmap, small] = [await result!.toBitmap(), await result!.toBitmap({ maxSide: 10 })];
    expect([bitmap.width, bitmap.height, small.width, small.height]).toEqual([40, 20, 10, 5]);
    const blob = await result!.toBlob();
    expect(blob.type).toBe('image/png');
    expect((await decodeImage(blob)).data).toEqual(new Uint8Array((await result!.toRaster()).data));
    expect((await result!.toBlob({ type: 'image/jpeg', quality: 0.8 })).type).toBe('image/jpeg');
    await expect(result!.toBitmap({ maxSide: 0 })).rejects.toThrow(
      new RangeError("Cannot make a bitmap as 'maxSide' must be a positive integer: current value is 0"),
    );
    for (const one of [bitmap, small]) one.close();
  });

  it('tells the progress of loading and of coloring', async () => {
    const loaded: number[] = [];
    const onProgress = ({ loadedBytes, totalBytes }: { loadedBytes: number; totalBytes: number }): void => {
      loaded.push(loadedBytes / totalBytes);
    };
    const other = await loadWorkerColorizer(store, { backends: ['wasm'], onProgress });
    other.dispose();
    expect(loaded.at(-1)).toBe(1);
    const seen: unknown[] = [];
    const photo = formulaPhoto(8, 8);
    await worker.colorize([photo, photo], { onProgress: (progress) => seen.push(progress) });
    expect(seen).toEqual([
      { done: 1, total: 2 },
      { done: 2, total: 2 },
    ]);
  });

  it('falls back to the backend that works and says why', async () => {
    const other = await loadWorkerColorizer(store);
    try {
      const { backend, skipped } = other.backend;
      expect(backend).toBe('wasm');
      expect(skipped).toEqual([
        {
          backend: 'webgpu',
          reason: expect.stringMatching(/adapter, .*swiftshader.*, is a program on the processor/) as string,
        },
      ]);
    } finally {
      other.dispose();
    }
  });
});

describe('a worker colorizer that is aborted', () => {
  it('rejects with the reason of the signal, and goes on working', async () => {
    const worker = await freshWorker();
    const photo = formulaPhoto(32, 32);
    const reason = new Error('changed my mind');
    await expect(worker.colorize(photo, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const before = await worker.memory();
    const controller = new AbortController();
    const hints = [{ x: 1, y: 1, rgb: [255, 0, 0] as const }];
    const call = worker.colorize(photo, {
      hints,
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(call).rejects.toBe(reason);
    expect(await worker.memory()).toEqual(before);
    expect(await worker.colorize(photo, { count: 1 })).toHaveLength(1);
  });

  it('keeps nothing of an answer that came too late', async () => {
    const worker = await freshWorker();
    const before = await worker.memory();
    const controller = new AbortController();
    const call = worker.colorize(formulaPhoto(8, 8), {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    await worker.memory(); // the answer is there by now, and what it left is released
    expect(await worker.memory()).toEqual(before);
  });

  it('stops loading', async () => {
    const controller = new AbortController();
    const call = loadWorkerColorizer(store, {
      backends: ['wasm'],
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('errors of a worker colorizer', () => {
  const photo = formulaPhoto(8, 8);

  it('keep their classes and fields', async () => {
    await expect(worker.colorize(photo, { temperature: -1 })).rejects.toThrow(
      new RangeError(
        "Cannot colorize as 'temperature' must be a non-negative finite number: current value is -1",
      ),
    );
    await expect(worker.colorize({ ...photo, width: 3 })).rejects.toBeInstanceOf(TypeError);
    const colorField = { shape: [1, 1, 2], values: new Float32Array(2) };
    const region = { left: 0, top: 0, width: 1, height: 1 };
    const call = worker.colorize(photo, { lock: { result: { colorField }, region } });
    await expect(call).rejects.toBeInstanceOf(ShapeError);
    await expect(call).rejects.toMatchObject({ expected: [16, 16, 2], actual: [1, 1, 2] });
  });

  it('name the picture that cannot be decoded, fetched, or is too large', async () => {
    const broken = worker.readPhoto(new File(['no picture'], 'broken.jpg'));
    await expect(broken).rejects.toBeInstanceOf(ImageError);
    await expect(broken).rejects.toThrow(/^Cannot decode "broken.jpg": /);
    const large = worker.readPhoto(await fileOf(photo, 'formula.png'), { maxPixels: 10 });
    await expect(large).rejects.toThrow(
      new ImageError(`Cannot decode "formula.png" as it has 8 x 8 pixels: 'maxPixels' is 10`),
    );
    await expect(worker.readPhoto('data:text/plain,none', { name: 'x' })).rejects.toThrow(ImageError);
  });

  it('say what is wrong with a checkpoint', async () => {
    await expect(loadWorkerColorizer(memoryStore(), { backends: ['wasm'] })).rejects.toThrow(
      new CheckpointError(
        'Cannot load the checkpoint "memory" as it has no polyhue.json: nothing was saved there',
      ),
    );
    const failing: CheckpointReader = {
      location: 'nowhere',
      read: async () => Promise.reject(new CheckpointError('Cannot read it')),
    };
    const call = loadWorkerColorizer(failing, { backends: ['wasm'] });
    await expect(call).rejects.toBeInstanceOf(CheckpointError);
  });

  it('say which backends do not start', async () => {
    const wasmPaths = new URL('/nowhere/', location.href).href;
    const call = loadWorkerColorizer(store, { backends: ['wasm'], wasmPaths });
    await expect(call).rejects.toBeInstanceOf(BackendError);
    await expect(call).rejects.toThrow(/^Cannot pick a backend as none works here: wasm: /);
    const unknown = loadWorkerColorizer(store, { backends: ['abacus' as 'wasm'] });
    await expect(unknown).rejects.toThrow(
      new TypeError(
        `Cannot load a colorizer as 'backends' must be one of "webgpu", "wasm", "cpu": current value is "abacus"`,
      ),
    );
  });
});

describe('memory of a worker colorizer', () => {
  it('is that of the weights once photos and results are released', async () => {
    const worker = await freshWorker();
    const before = await worker.memory();
    const photo = await worker.readPhoto(await fileOf(formulaPhoto(12, 12), 'formula.png'));
    const results = await worker.colorize(photo, { count: 2, mode: 'samples' });
    await results[0]!.toRaster();
    expect(before).toMatchObject({ photos: 0, results: 0 });
    expect(await worker.memory()).toEqual({ ...before, photos: 1, results: results.length });
    photo.release();
    await results[1]!.toRaster(); // holds the photo itself
    for (const result of results) result.release();
    expect(await worker.memory()).toEqual(before);
    await expect(worker.colorize(photo)).rejects.toThrow(
      new TypeError('Cannot colorize as the worker does not hold the photo: read it again with readPhoto()'),
    );
    await expect(results[0]!.toRaster()).rejects.toThrow(
      new TypeError('Cannot paint a result as the worker does not hold it any more: it was released'),
    );
  });

  it('is freed with the worker, which rejects calls from then on', async () => {
    const terminate = vi.spyOn(Worker.prototype, 'terminate');
    try {
      const other = await loadWorkerColorizer(store, { backends: ['wasm'] });
      const open = other.colorize(formulaPhoto(8, 8));
      other.dispose();
      expect(terminate).toHaveBeenCalledTimes(1);
      await expect(open).rejects.toThrow(
        new BackendError('Cannot go on in the worker as it was disposed of'),
      );
      await expect(other.memory()).rejects.toThrow(
        new BackendError('Cannot ask the worker for anything as it was disposed of'),
      );
    } finally {
      terminate.mockRestore();
    }
  });
});
