import { gradientPool } from '../training/workers/gradientPool.js';
import type { TrainingWorkers } from '../training/workers/pool.js';
import { moduleBeside, workerThread } from './workerThread.js';

export interface NodeWorkersOptions {
  /** Number of threads, best at most that of the cores: `os.availableParallelism()`. */
  readonly count: number;
}

/**
 * Threads of this process that share each batch of a training run, each with a backend of its own.
 *
 * `train` and whatever calls it start the threads and end them. They need the backend `wasm` (or `cpu`): a GPU is one for all.
 * Weights and gradients are in memory that the threads share.
 *
 * @throws {RangeError} If `count` is not a positive integer.
 * @example
 * ```ts
 * import { trainColorizer } from 'polyhue';
 * import { nodeWorkers, openImages, startBackend } from 'polyhue/node';
 *
 * await startBackend('wasm');
 * const source = await openImages('photos');
 * const models = await trainColorizer({ source, seed: 0, workers: nodeWorkers({ count: 2 }) });
 * ```
 */
export function nodeWorkers(options: NodeWorkersOptions): TrainingWorkers {
  const module = moduleBeside(import.meta.url, 'trainingWorker');
  return gradientPool('create nodeWorkers', options.count, (handlers) => workerThread(module, handlers));
}
