import * as tf from '@tensorflow/tfjs-core';

import { activateBackend } from '../backends/activateBackend.js';
import type { AdapterReport } from '../backends/adapter.js';
import type { BackendCandidate } from '../backends/candidates.js';
import { type BackendTask, findBackendFault } from '../backends/selfCheck.js';
import { missingKernels, type MissingKernel } from './missingKernels.js';
import type { ModelKernels } from './modelKernels.js';

/** Whether a backend can do a task here. */
export interface TaskReport {
  readonly works: boolean;
  /** What is wrong with its results; `null` where nothing is. */
  readonly fault: string | null;
  /** Kernels that the models need and the backend lacks. */
  readonly missing: readonly MissingKernel[];
}

/** What a backend can do here. */
export interface BackendReport {
  readonly name: string;
  /** Why it does not run and what to do about it; `null` where it runs. */
  readonly problem: string | null;
  /** What WebGPU runs on; `null` for other backends. */
  readonly adapter: AdapterReport | null;
  /** Facts that only this backend has, such as `simd` and `memoryBytes` of wasm and `float32Textures` of WebGL. */
  readonly details: Readonly<Record<string, boolean | number | string>>;
  readonly inference: TaskReport;
  readonly training: TaskReport;
}

/** Flags of TensorFlow.js worth telling, by backend, under the names they get in the report. */
const FLAGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  wasm: { simd: 'WASM_HAS_SIMD_SUPPORT', threads: 'WASM_HAS_MULTITHREAD_SUPPORT' },
  webgl: { float32Textures: 'WEBGL_RENDER_FLOAT32_ENABLED', maxTextureSize: 'WEBGL_MAX_TEXTURE_SIZE' },
};

/** What does not depend on the machine: addresses of a wasm memory have 32 bits. */
const LIMITS: Readonly<Record<string, Readonly<Record<string, number>>>> = { wasm: { memoryBytes: 2 ** 32 } };

async function readDetails(name: string): Promise<BackendReport['details']> {
  const flags = Object.entries(FLAGS[name] ?? {});
  const entries = flags.map(async ([fact, flag]) => [fact, await tf.env().getAsync(flag)] as const);
  return { ...Object.fromEntries(await Promise.all(entries)), ...LIMITS[name] };
}

async function reportTask(name: string, task: BackendTask, kernels: ModelKernels): Promise<TaskReport> {
  const fault = await findBackendFault(task);
  const missing = missingKernels(name, kernels[task]);
  return { works: fault === null && missing.length === 0, fault, missing };
}

const IDLE: TaskReport = { works: false, fault: null, missing: [] };

/** Starts a backend and says what it can do; leaves it running. */
export async function reportBackend(
  candidate: BackendCandidate,
  kernels: ModelKernels,
): Promise<BackendReport> {
  const { name } = candidate;
  let adapter: AdapterReport | null = null;
  try {
    adapter = (await candidate.inspect?.()) ?? null;
    await candidate.register();
    await activateBackend(name);
  } catch (error) {
    const problem = (error as Error).message;
    return { name, problem, adapter, details: {}, inference: IDLE, training: IDLE };
  }
  return {
    name,
    problem: null,
    adapter,
    details: await readDetails(name),
    inference: await reportTask(name, 'inference', kernels),
    training: await reportTask(name, 'training', kernels),
  };
}
