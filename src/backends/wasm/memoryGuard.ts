import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import { BackendError } from '../../errors.js';

const BACKEND = 'wasm';

/** Addresses of a wasm heap have 32 bits. */
const HEAP_LIMIT_BYTES = 2 ** 32;

/** The kernel whose set-up the guard is added to: one that every program needs. */
const CARRIER = tf.Identity;

/** What Emscripten exports, beside what the types of TensorFlow.js tell. */
interface Heap {
  _malloc: (bytes: number) => number;
  readonly _free: (address: number) => void;
}

function guard(backend: BackendWasm): void {
  const wasm = backend.wasm as unknown as Heap;
  // Emscripten puts the real function in place when the stub is called first.
  wasm._free(wasm._malloc(1));
  const allocate = wasm._malloc.bind(wasm);
  wasm._malloc = (bytes: number): number => {
    const address = bytes < HEAP_LIMIT_BYTES ? allocate(bytes) : 0;
    if (address !== 0) return address;
    throw new BackendError(
      `Cannot make a tensor of ${bytes} bytes as the "${BACKEND}" backend has no room for it in its 4 GB of memory: ` +
        'make the batches, the networks or the photos smaller',
    );
  };
}

/**
 * Makes a heap that is full an error. TensorFlow.js (4.22) takes the address 0 that it gets then for a tensor's place, and a
 * size beyond 32 bits for what is left of it: it writes over other tensors and computes on.
 */
export function guardMemory(): void {
  const stock = tf.getKernel(CARRIER, BACKEND);
  tf.unregisterKernel(CARRIER, BACKEND);
  const setupFunc: tf.KernelSetupFunc = (backend) => {
    stock.setupFunc?.(backend);
    guard(backend as BackendWasm);
  };
  tf.registerKernel({ ...stock, setupFunc });
  const running = tf.engine().registry[BACKEND];
  if (running !== undefined) guard(running as BackendWasm);
}
