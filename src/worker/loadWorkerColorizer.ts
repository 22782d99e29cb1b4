import type { CheckpointReader } from '../checkpoint/checkpointStore.js';
import type { LoadCheckpointOptions } from '../checkpoint/loadCheckpoint.js';
import { backendRequest, startWorker, type WorkerBackendOptions } from './startWorker.js';
import { type WorkerColorizer, workerColorizer } from './workerColorizer.js';

export interface WorkerColorizerOptions extends Omit<LoadCheckpointOptions, 'kind'>, WorkerBackendOptions {}

/**
 * Loads a colorizer in a Web Worker with a backend of its own: the page stays responsive, whatever the size of photos.
 *
 * It has the methods, options, results and errors of a `Colorizer`; only tensors and models stay in the worker. Vite and webpack
 * need no configuration. The page reads the checkpoint, so that every store works.
 *
 * @param store Where the checkpoint is; its mixture density network looks at grey levels, not at features.
 * @throws {CheckpointError} If there is none, or it is damaged or of another kind.
 * @throws {BackendError} If no backend works in the worker, or its script cannot be loaded.
 * @throws {TypeError} If a backend is unknown, or the mixture density network looks at features.
 * @throws The reason of `signal` once it is aborted.
 * @example
 * ```ts
 * import { httpStore } from 'polyhue';
 * import { loadWorkerColorizer } from 'polyhue/worker';
 *
 * const colorizer = await loadWorkerColorizer(httpStore('/models/my-model/'));
 * const photo = await colorizer.readPhoto(document.querySelector<HTMLInputElement>('input[type=file]')!.files![0]!);
 * const [best] = await colorizer.colorize(photo, { count: 5 });
 * const canvas = document.querySelector('canvas')!;
 * canvas.getContext('bitmaprenderer')!.transferFromImageBitmap(await best!.toBitmap({ maxSide: 1024 }));
 * ```
 */
export async function loadWorkerColorizer(
  store: CheckpointReader,
  options: WorkerColorizerOptions = {},
): Promise<WorkerColorizer> {
  const { maxBytes, signal, onProgress, ...rest } = options;
  const request = { backend: backendRequest('load a colorizer', rest), location: store.location, maxBytes };
  return startWorker(store, signal, async (calls) =>
    workerColorizer(calls, await calls.call('open', request, { signal, onProgress })),
  );
}
