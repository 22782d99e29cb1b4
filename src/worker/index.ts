/**
 * A colorizer, and the training of one, in a Web Worker.
 *
 * @module polyhue/worker
 */

export { loadWorkerColorizer } from './loadWorkerColorizer.js';
export type { WorkerColorizerOptions } from './loadWorkerColorizer.js';
export type {
  LeftOutPicture,
  PicturesProgress,
  PostedTrainingOptions,
  StepProgress,
  ValidationProgress,
  WorkerBackend,
  WorkerMemory,
} from './messages.js';
export type { WorkerPhoto, WorkerWishes } from './sendPhotos.js';
export type { WorkerBackendOptions } from './startWorker.js';
export { startWorkerTraining } from './startWorkerTraining.js';
export type { WorkerTraining, WorkerTrainingOptions, WorkerTrainingProgress } from './startWorkerTraining.js';
export type { BitmapOptions, BlobOptions, WorkerColorization } from './workerColorization.js';
export type { WorkerColorizeOptions, WorkerColorizer } from './workerColorizer.js';
