import * as tf from '@tensorflow/tfjs-core';

import { BackendError } from '../errors.js';

/**
 * Checks that there is a backend to hold weights, before TensorFlow.js fails in the middle of building a model.
 *
 * @throws {BackendError} If no backend is registered.
 */
export function assertBackend(action: string): void {
  if (tf.engine().backendNames().length > 0) return;
  throw new BackendError(
    `Cannot ${action} as no TensorFlow.js backend is registered: import one, such as ` +
      '"@tensorflow/tfjs-backend-wasm", and await tf.ready(); in Node, call startBackend("wasm") of "polyhue/node"',
  );
}
