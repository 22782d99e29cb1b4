/**
 * Archives of any size on a queue: producers, workers on any number of machines, storages. For Node, with Redis.
 *
 * @module polyhue/queue
 */

export { PhotoRefusedError, QueueError } from '../errors.js';
export { openArchiveQueue } from './archiveQueue.js';
export type { ArchiveQueue, ArchiveQueueOptions, ArchiveStatus, DeadLetter } from './archiveQueue.js';
export type { ArchiveWorker, ColoredTask, ColorTask, TaskOutcome, WorkOptions } from './archiveWorker.js';
export type { ConnectionNotice } from './connectRedis.js';
export type { EnqueueCounts, EnqueueOptions } from './enqueueTasks.js';
export type { PhotoTask } from './photoTask.js';
export { readManifest } from './readManifest.js';
export type { ManifestEntry } from './readManifest.js';
export { serveMetrics } from './serveMetrics.js';
export type { MetricsServer, ServeMetricsOptions } from './serveMetrics.js';
export { fileStorage } from './storage/fileStorage.js';
export { httpStorage } from './storage/httpStorage.js';
export type { HttpStorageOptions } from './storage/httpStorage.js';
export { openS3Storage } from './storage/s3Storage.js';
export type { S3StorageOptions } from './storage/s3Storage.js';
export type {
  NewFile,
  PhotoStorage,
  ResultLog,
  StorageBatch,
  StorageReadOptions,
} from './storage/storage.js';
export { taskOf } from './taskOf.js';
export type { ListedPhoto } from './taskOf.js';
export { workerMetrics } from './workerMetrics.js';
export type { WorkerMetrics } from './workerMetrics.js';
