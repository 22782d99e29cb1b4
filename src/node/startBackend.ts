import { activateBackend } from '../backends/activateBackend.js';
import { pickBackend, type StartedBackend } from '../backends/pickBackend.js';
import type { BackendTask } from '../backends/selfCheck.js';
import { assertOneOf } from '../errors.js';
import { nodeCandidate, nodeCandidates } from './candidates.js';

/** What `startBackend` can start. */
export const NODE_BACKENDS = ['auto', 'webgpu', 'wasm', 'cpu', 'tensorflow'] as const;

export type NodeBackend = (typeof NODE_BACKENDS)[number];

export interface StartBackendOptions {
  /**
   * What `'auto'` checks that a backend can do.
   *
   * @defaultValue `'training'`
   */
  readonly task?: BackendTask;
}

/**
 * Registers a TensorFlow.js backend, makes it the current one and waits until it is ready.
 *
 * - `'auto'`: the first of the others that works here, see `pickBackend`; never a software WebGPU.
 * - `'webgpu'`: the GPU, through the packages `webgpu` and `@tensorflow/tfjs-backend-webgpu`, which you install.
 * - `'wasm'`: comes with the kernels that training needs.
 * - `'cpu'`: plain JavaScript, hundreds of times slower at training, and there for comparison.
 * - `'tensorflow'`: a tfjs-node that your program has imported; its kernels stay as they are.
 *
 * @returns The backend that runs and, for `'webgpu'`, the adapter it runs on.
 * @throws {TypeError} If `backend` is none of `NODE_BACKENDS`.
 * @throws {BackendError} If the backend does not start; the message says what to install. The one before stays current.
 */
export async function startBackend(
  backend: NodeBackend,
  options: StartBackendOptions = {},
): Promise<StartedBackend> {
  const { task = 'training' } = options;
  assertOneOf('start a backend', 'backend', backend, NODE_BACKENDS);
  if (backend === 'auto') return pickBackend({ task, candidates: nodeCandidates() });
  const { inspect, register } = nodeCandidate(backend);
  const adapter = (await inspect?.()) ?? null;
  await register();
  await activateBackend(backend);
  return { backend, adapter, skipped: [] };
}
