import { gradientPool } from '../training/workers/gradientPool.js';
import type { Thread, ThreadHandlers } from '../training/workers/link.js';
import type { WorkerReply, WorkerRequest } from '../training/workers/messages.js';
import type { TrainingWorkers } from '../training/workers/pool.js';
import { webThread } from './webThread.js';

/** Where the `.wasm` files of TensorFlow.js are served, as `setWasmPaths` of `@tensorflow/tfjs-backend-wasm` takes it. */
export type WasmPaths = string | Readonly<Record<string, string>>;

export interface WebWorkersOptions {
  /** Number of workers, best at most that of the cores: `navigator.hardwareConcurrency`. */
  readonly count: number;
  /**
   * Where each worker finds the `.wasm` files: what the page gives to `setWasmPaths`, as absolute URLs.
   *
   * @defaultValue beside the script of the worker
   */
  readonly wasmPaths?: WasmPaths;
}

/** The first message of a page to a worker. */
export interface WebWorkerSettings {
  readonly wasmPaths: WasmPaths | null;
}

function launch(settings: WebWorkerSettings, handlers: ThreadHandlers<WorkerReply>): Thread<WorkerRequest> {
  // Bundlers look for this very form.
  const worker = new Worker(new URL('./webTrainingWorker.js', import.meta.url), { type: 'module' });
  const thread = webThread<WorkerRequest, WorkerReply>(worker, handlers);
  worker.postMessage(settings, []);
  return thread;
}

/**
 * Web Workers that share each batch of a training run, each with a backend of its own. The page stays responsive.
 *
 * `train` and whatever calls it start the workers and end them. They need the backend `wasm` (or `cpu`): a GPU is one for all.
 * In a page that is isolated from other origins, weights and gradients are in memory that the workers share; in others they
 * are copied. A page is isolated by the headers `Cross-Origin-Opener-Policy: same-origin` and
 * `Cross-Origin-Embedder-Policy: require-corp`.
 *
 * @throws {RangeError} If `count` is not a positive integer.
 * @example
 * ```ts
 * import { trainColorizer } from 'polyhue';
 * import { blobSource, webWorkers } from 'polyhue/browser';
 *
 * const workers = webWorkers({ count: navigator.hardwareConcurrency, wasmPaths: new URL('/wasm/', location.href).href });
 * const models = await trainColorizer({ source: blobSource(files), seed: 0, workers });
 * ```
 */
export function webWorkers(options: WebWorkersOptions): TrainingWorkers {
  const { count, wasmPaths = null } = options;
  return gradientPool('create webWorkers', count, (handlers) => launch({ wasmPaths }, handlers));
}
