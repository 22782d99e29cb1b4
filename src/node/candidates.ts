import * as tf from '@tensorflow/tfjs-core';

import type { BackendCandidate } from '../backends/candidates.js';
import { BackendError } from '../errors.js';
import { inspectNodeGpu, registerWebGpu } from './webgpu.js';

/** Importing a backend registers it, so only those that are asked for are imported. */
const CANDIDATES = {
  tensorflow: {
    name: 'tensorflow',
    register: async () => {
      if (tf.findBackendFactory('tensorflow') !== null) return;
      throw new BackendError(
        'Cannot start the "tensorflow" backend: import "@tensorflow/tfjs-node" or "@tensorflow/tfjs-node-gpu" first',
      );
    },
  },
  webgpu: { name: 'webgpu', inspect: inspectNodeGpu, register: registerWebGpu },
  wasm: {
    name: 'wasm',
    register: async () => {
      const { registerWasmTraining } = await import('../backends/wasm/index.js');
      registerWasmTraining();
    },
  },
  cpu: {
    name: 'cpu',
    register: async () => {
      await import('@tensorflow/tfjs-backend-cpu');
    },
  },
} as const satisfies Readonly<Record<string, BackendCandidate>>;

/** A backend that `startBackend` can start by its name. */
export type NodeCandidate = keyof typeof CANDIDATES;

/** The candidate of that name. */
export function nodeCandidate(name: NodeCandidate): BackendCandidate {
  return CANDIDATES[name];
}

/** Backends that may run in this process, the fastest first; `"tensorflow"` only where the program has registered it. */
export function nodeCandidates(): BackendCandidate[] {
  const { tensorflow, ...own } = CANDIDATES;
  const registered = tf.findBackendFactory('tensorflow') !== null;
  return [...(registered ? [tensorflow] : []), ...Object.values(own)];
}
