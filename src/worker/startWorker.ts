import { webThread } from '../browser/webThread.js';
import type { PickBackendOptions } from '../backends/pickBackend.js';
import type { WasmPaths } from '../browser/webWorkers.js';
import { assertOneOf } from '../errors.js';
import type { PageStore } from './answerStore.js';
import type { BackendRequest, PageMessage, WorkerBackend, WorkerMessage } from './messages.js';
import { type WorkerCalls, workerCalls } from './workerCalls.js';

const BACKENDS = ['webgpu', 'wasm', 'cpu'] as const;

/** Which backend a worker starts, and with which files. */
export interface WorkerBackendOptions extends Pick<PickBackendOptions, 'allowSoftware'> {
  /**
   * Backends to try, in this order. WebGPU without a GPU is passed over unless `allowSoftware` is set, as `pickBackend` does.
   *
   * @defaultValue `['webgpu', 'wasm']`
   */
  readonly backends?: readonly WorkerBackend[];
  /**
   * Where the worker finds the `.wasm` files of TensorFlow.js: what `setWasmPaths` takes, as absolute URLs.
   *
   * @defaultValue where the bundler has put them
   */
  readonly wasmPaths?: WasmPaths;
}

/**
 * What a worker needs to know to start a backend.
 *
 * @throws {TypeError} If a backend is unknown.
 */
export function backendRequest(action: string, options: WorkerBackendOptions): BackendRequest {
  const { backends = ['webgpu', 'wasm'], wasmPaths = null, allowSoftware = false } = options;
  for (const backend of backends) assertOneOf(action, 'backends', backend, BACKENDS);
  return { backends, wasmPaths, allowSoftware };
}

/**
 * Starts a worker and makes the first calls to it; it is ended where they fail.
 *
 * @param store Where the worker reads its checkpoint and writes it, through the page.
 */
export async function startWorker<T>(
  store: PageStore | null,
  signal: AbortSignal | undefined,
  open: (calls: WorkerCalls) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  // Bundlers look for this very form.
  const worker = new Worker(new URL('./webColorizerWorker.js', import.meta.url), { type: 'module' });
  const thread = webThread<PageMessage, WorkerMessage>(worker, {
    onMessage: (message) => calls.receive(message),
    onDeath: (reason) => calls.end(reason),
  });
  const calls = workerCalls(thread, store, signal);
  try {
    return await open(calls);
  } catch (error) {
    calls.end('it could not be opened');
    throw error;
  }
}
