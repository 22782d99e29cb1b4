import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

import { type BackendCandidate, inspectBrowserGpu } from '../backends/candidates.js';
import { pickBackend, type StartedBackend } from '../backends/pickBackend.js';
import type { BackendTask } from '../backends/selfCheck.js';
import { registerWasmTraining } from '../backends/wasm/index.js';
import { BackendError } from '../errors.js';
import type { BackendRequest, WorkerBackend } from './messages.js';
import { bundledWasmFiles } from './wasmFiles.js';

async function registerWebgpu(): Promise<void> {
  try {
    await import('@tensorflow/tfjs-backend-webgpu');
  } catch (cause) {
    const cure = 'install @tensorflow/tfjs-backend-webgpu';
    throw new BackendError(`Cannot load the "webgpu" backend: ${cure}`, { cause });
  }
}

const CANDIDATES: Readonly<Record<WorkerBackend, Omit<BackendCandidate, 'name'>>> = {
  webgpu: { inspect: inspectBrowserGpu, register: registerWebgpu },
  wasm: { register: async () => registerWasmTraining() },
  cpu: {
    register: async () => {
      await import('@tensorflow/tfjs-backend-cpu');
    },
  },
};

/**
 * Starts the first of the backends that works in this thread.
 *
 * @throws {BackendError} If none does.
 */
export async function startWorkerBackend(
  { backends, wasmPaths, allowSoftware }: BackendRequest,
  task: BackendTask,
): Promise<StartedBackend> {
  setWasmPaths(wasmPaths ?? bundledWasmFiles());
  const candidates = backends.map((name) => ({ name, ...CANDIDATES[name] }));
  return pickBackend({ task, allowSoftware, candidates });
}
