/**
 * A colorizer in a Web Worker.
 *
 * @module polyhue/worker
 */

export { loadWorkerColorizer } from './loadWorkerColorizer.js';
export type {
  WorkerColorizeOptions,
  WorkerColorizer,
  WorkerColorizerOptions,
} from './loadWorkerColorizer.js';
export type { WorkerBackend, WorkerMemory } from './messages.js';
export type { WorkerPhoto, WorkerWishes } from './sendPhotos.js';
export type { BitmapOptions, BlobOptions, WorkerColorization } from './workerColorization.js';
