import * as tf from '@tensorflow/tfjs-core';

import { activateBackend, currentBackend, restoreBackend } from './activateBackend.js';

/** The cpu backend has every kernel, so that what runs on it does not stop at the first that is missing. */
async function registerCpu(): Promise<void> {
  if (tf.findBackendFactory('cpu') === null) await import('@tensorflow/tfjs-backend-cpu');
}

/** Names of the kernels that `run` calls on the current backend. */
async function profiledKernels(run: () => Promise<void>): Promise<string[]> {
  let failure: unknown;
  let failed = false;
  // tfjs keeps profiling for good when what it profiles throws.
  const { kernelNames } = await tf.profile(async () => {
    try {
      await run();
    } catch (error) {
      [failure, failed] = [error, true];
    }
    return [];
  });
  if (failed) throw failure;
  return kernelNames;
}

/**
 * Runs a computation on the cpu backend, which it registers where that is not done yet, and notes the kernels it calls.
 *
 * @returns Each kernel once, in alphabetical order.
 * @throws What `run` throws; the backend that was current is current again.
 */
export async function recordKernels(run: () => Promise<void>): Promise<string[]> {
  const previous = currentBackend();
  await registerCpu();
  await activateBackend('cpu');
  try {
    const names = new Set(await profiledKernels(run));
    // The profile also lists scopes.
    return tf
      .getKernelsForBackend('cpu')
      .map(({ kernelName }) => kernelName)
      .filter((name) => names.has(name))
      .sort();
  } finally {
    await restoreBackend(previous);
  }
}
