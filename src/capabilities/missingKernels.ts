import * as tf from '@tensorflow/tfjs-core';

/** A kernel that is needed and not registered. */
export interface MissingKernel {
  readonly kernel: string;
  /** What to do about it. */
  readonly cure: string;
}

/** What registers the kernels of a backend, where that is not its own package. */
const CURES: Readonly<Record<string, string>> = {
  wasm: 'import registerWasmTraining from "polyhue/wasm" and call it before the backend starts',
  tensorflow: 'import "@tensorflow/tfjs-node" 4.22.0',
};

function cureOf(backend: string): string {
  return CURES[backend] ?? `import "@tensorflow/tfjs-backend-${backend}" ${tf.version_core}, whole and once`;
}

/** The kernels of `needed` that a backend lacks, each with its cure. */
export function missingKernels(backend: string, needed: readonly string[]): MissingKernel[] {
  const registered = new Set(tf.getKernelsForBackend(backend).map(({ kernelName }) => kernelName));
  return needed
    .filter((kernel) => !registered.has(kernel))
    .map((kernel) => ({ kernel, cure: cureOf(backend) }));
}
