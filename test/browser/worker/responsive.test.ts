import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { memoryStore } from '../../../src/checkpoint/memoryStore.js';
import { disposeColorizerModels, saveColorizerModels } from '../../../src/models/colorizerModels.js';
import { loadWorkerColorizer } from '../../../src/worker/loadWorkerColorizer.js';
import type { WorkerColorizer } from '../../../src/worker/workerColorizer.js';
import { colorfulModels } from '../../support/tinyModels.js';

let worker: WorkerColorizer;

beforeAll(async () => {
  const store = memoryStore();
  const models = colorfulModels(1);
  await saveColorizerModels(store, models);
  disposeColorizerModels(models);
  worker = await loadWorkerColorizer(store, { backends: ['wasm'] });
});

afterAll(() => worker.dispose());

describe('the page of a worker colorizer', () => {
  it('has no task over 50 ms while a photo of 12 megapixels is colored', { retry: 3 }, async () => {
    const canvas = new OffscreenCanvas(4000, 3000);
    const context = canvas.getContext('2d')!;
    const gradient = context.createLinearGradient(0, 0, 4000, 3000);
    gradient.addColorStop(0, '#203040');
    gradient.addColorStop(1, '#f0e0d0');
    context.fillStyle = gradient;
    context.fillRect(0, 0, 4000, 3000);
    const file = await canvas.convertToBlob({ type: 'image/jpeg' });
    await new Promise((resolve) => void setTimeout(resolve, 200));

    const tasks: number[] = [];
    const note = (list: PerformanceEntry[]): void => void tasks.push(...list.map(({ duration }) => duration));
    const observer = new PerformanceObserver((list) => note(list.getEntries()));
    observer.observe({ type: 'longtask' });
    const photo = await worker.readPhoto(file);
    const results = await worker.colorize(photo, { count: 2, mode: 'samples' });
    const image = await results[0]!.toImageData();
    const bitmap = await results[1]!.toBitmap({ maxSide: 800 });
    await new Promise((resolve) => void setTimeout(resolve, 200));
    note(observer.takeRecords());
    observer.disconnect();
    bitmap.close();
    photo.release();
    for (const result of results) result.release();
    expect([image.width, image.height]).toEqual([4000, 3000]);
    expect(tasks).toEqual([]);
  });
});
