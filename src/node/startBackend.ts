import * as tf from '@tensorflow/tfjs-core';

import { assertOneOf, BackendError } from '../errors.js';

/** Backends that run in Node without native code of their own. */
export const NODE_BACKENDS = ['wasm', 'cpu'] as const;

export type NodeBackend = (typeof NODE_BACKENDS)[number];

/** Importing a backend registers it, so only the one that is asked for is imported. */
const REGISTER: Readonly<Record<NodeBackend, () => Promise<void>>> = {
  wasm: async () => {
    const { registerWasmTraining } = await import('../backends/wasm/index.js');
    registerWasmTraining();
  },
  cpu: async () => {
    await import('@tensorflow/tfjs-backend-cpu');
  },
};

/**
 * Registers a TensorFlow.js backend, makes it the current one and waits until it is ready.
 *
 * `"wasm"` comes with the kernels that training needs; `"cpu"` is plain JavaScript, some thirty times slower, and there for
 * comparison.
 *
 * @throws {TypeError} If `backend` is none of `NODE_BACKENDS`.
 * @throws {BackendError} If the backend does not start.
 */
export async function startBackend(backend: NodeBackend): Promise<void> {
  assertOneOf('start a backend', 'backend', backend, NODE_BACKENDS);
  await REGISTER[backend]();
  if (!(await tf.setBackend(backend))) {
    throw new BackendError(`Cannot start the "${backend}" backend: TensorFlow.js could not initialize it`);
  }
  await tf.ready();
}
