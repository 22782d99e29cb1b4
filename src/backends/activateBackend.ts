import * as tf from '@tensorflow/tfjs-core';

import { BackendError } from '../errors.js';

/** The current backend, or `undefined` where none has been chosen: `tf.getBackend` does not start one. */
export function currentBackend(): string | undefined {
  return tf.getBackend();
}

/** Goes back to a backend that ran before; does nothing where none did. */
export async function restoreBackend(previous: string | undefined): Promise<void> {
  if (previous !== undefined && previous !== currentBackend()) await tf.setBackend(previous);
}

async function setBackend(name: string): Promise<boolean> {
  try {
    return await tf.setBackend(name);
  } catch (cause) {
    throw new BackendError(`Cannot start the "${name}" backend: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Makes a registered backend the current one and waits until it is ready. Where that fails the one before stays current,
 * which `tf.setBackend` does not see to.
 *
 * @throws {BackendError} If the backend is not registered or does not start.
 */
export async function activateBackend(name: string): Promise<void> {
  if (tf.findBackendFactory(name) === null) {
    throw new BackendError(`Cannot start the "${name}" backend: it is not registered`);
  }
  const previous = currentBackend();
  let started = false;
  try {
    started = await setBackend(name);
  } finally {
    if (!started) await restoreBackend(previous);
  }
  if (!started)
    throw new BackendError(`Cannot start the "${name}" backend: TensorFlow.js could not initialize it`);
}
