import { assertOneOf, BackendError } from '../errors.js';
import { activateBackend, currentBackend, restoreBackend } from './activateBackend.js';
import type { AdapterReport } from './adapter.js';
import { type BackendCandidate, registeredCandidates } from './candidates.js';
import { BACKEND_TASKS, type BackendTask, findBackendFault } from './selfCheck.js';

export interface PickBackendOptions {
  /** Training needs more than inference does: see `BackendTask`. */
  readonly task: BackendTask;
  /**
   * Backends to try, in this order.
   *
   * @defaultValue those that are registered with TensorFlow.js, the fastest first
   */
  readonly candidates?: readonly BackendCandidate[];
  /**
   * Whether WebGPU and WebGL may run on a program on the processor where there is no GPU, to try them out: it computes the same,
   * slower than wasm.
   *
   * @defaultValue `false`
   */
  readonly allowSoftware?: boolean;
}

/** A backend that was passed over. */
export interface SkippedBackend {
  readonly backend: string;
  /** Why, and what could be done about it. */
  readonly reason: string;
}

/** The backend that runs now. */
export interface StartedBackend {
  readonly backend: string;
  /** What it runs on; `null` where that is neither WebGPU nor WebGL. */
  readonly adapter: AdapterReport | null;
  /** Those that were tried before it, in their order. */
  readonly skipped: readonly SkippedBackend[];
}

async function start(
  candidate: BackendCandidate,
  { task, allowSoftware = false }: PickBackendOptions,
): Promise<AdapterReport | null> {
  const adapter = (await candidate.inspect?.()) ?? null;
  if (adapter?.isSoftware === true && !allowSoftware) {
    throw new BackendError(`Its adapter, ${adapter.name}, is a program on the processor, not a GPU`);
  }
  await candidate.register();
  await activateBackend(candidate.name);
  const fault = await findBackendFault(task);
  if (fault !== null)
    throw new BackendError(`Cannot use the "${candidate.name}" backend for ${task}: ${fault}`);
  return adapter;
}

/**
 * Starts the first backend that works here: that is registered or can be, starts, and computes a convolution, a normalization,
 * a matrix product and, for training, their gradients correctly. WebGPU and WebGL without a GPU are passed over, since they
 * are slower than wasm, unless `allowSoftware` is set.
 *
 * @returns The backend that runs, and why others do not.
 * @throws {BackendError} If none works; the one that ran before stays current. The message has the reason of each.
 * @throws {TypeError} If `task` is none of `BACKEND_TASKS`.
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-webgpu';
 * import { registerWasmTraining } from 'polyhue/wasm';
 *
 * registerWasmTraining();
 * const { backend } = await pickBackend({ task: 'training' });
 * ```
 */
export async function pickBackend(options: PickBackendOptions): Promise<StartedBackend> {
  const { task, candidates = registeredCandidates() } = options;
  assertOneOf('pick a backend', 'task', task, BACKEND_TASKS);
  const previous = currentBackend();
  const skipped: SkippedBackend[] = [];
  for (const candidate of candidates) {
    const backend = candidate.name;
    try {
      return { backend, adapter: await start(candidate, options), skipped };
    } catch (error) {
      skipped.push({ backend, reason: (error as Error).message });
    }
  }
  await restoreBackend(previous);
  const reasons = skipped.map(({ backend, reason }) => `${backend}: ${reason}`);
  throw new BackendError(
    `Cannot pick a backend as none works here: ${reasons.join('; ') || 'none is registered'}`,
  );
}
