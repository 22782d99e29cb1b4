import * as tf from '@tensorflow/tfjs-core';

import { BackendError } from '../errors.js';
import { type AdapterReport, findAdapter, findWebglAdapter } from './adapter.js';

/** A backend that may be used: how it is looked at, and how it is registered. */
export interface BackendCandidate {
  /** Name under which TensorFlow.js knows the backend. */
  readonly name: string;
  /**
   * Describes the device before anything is registered.
   *
   * @defaultValue the backend runs on the processor
   * @throws If the backend cannot run here; the message says what to do about it.
   */
  readonly inspect?: () => Promise<AdapterReport>;
  /** Registers the backend with TensorFlow.js, where that is not done yet. */
  readonly register: () => Promise<void>;
}

/** Names of backends from the fastest to the slowest, as far as that can be said without measuring. */
const FASTEST_FIRST = ['tensorflow', 'webgpu', 'webgl', 'wasm', 'cpu'];

/**
 * Looks at the GPU of a browser, in a page or in a worker.
 *
 * @throws {BackendError} If there is none.
 */
export async function inspectBrowserGpu(): Promise<AdapterReport> {
  const { gpu } = navigator as Partial<Navigator>;
  const adapter = gpu === undefined ? null : await findAdapter(gpu);
  if (adapter !== null) return adapter;
  throw new BackendError(
    'Cannot start the "webgpu" backend as there is no GPU adapter: update the browser or the driver of the GPU',
  );
}

async function inspectWebgl(): Promise<AdapterReport> {
  const adapter = findWebglAdapter();
  if (adapter !== null) return adapter;
  throw new BackendError(
    'Cannot start the "webgl" backend as the browser has no WebGL: turn on its hardware acceleration or update the driver of the GPU',
  );
}

/** Looks at the devices of browsers. */
const INSPECTIONS: Readonly<Record<string, () => Promise<AdapterReport>>> = {
  webgpu: inspectBrowserGpu,
  webgl: inspectWebgl,
};

function rank(name: string): number {
  const index = FASTEST_FIRST.indexOf(name);
  return index < 0 ? FASTEST_FIRST.length : index;
}

/** The backends that are registered already, the fastest first. */
export function registeredCandidates(): BackendCandidate[] {
  const names = Object.keys(tf.engine().registryFactory).sort((a, b) => rank(a) - rank(b));
  return names.map((name) => {
    const inspect = INSPECTIONS[name];
    return { name, register: async () => {}, ...(inspect && { inspect }) };
  });
}
