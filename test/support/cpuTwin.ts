import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { inject, onTestFinished } from 'vitest';

/** Returns the kernel to use instead, or `undefined` to leave it out. */
type Change = (kernel: tf.KernelConfig) => tf.KernelFunc | undefined;

/**
 * Registers the cpu backend under another name, with some kernels changed or left out, until the test is over. The backend
 * of the project is current again then.
 */
export function registerCpuTwin(backendName: string, change: Change = ({ kernelFunc }) => kernelFunc): void {
  tf.registerBackend(backendName, () => new MathBackendCPU(), 0);
  for (const kernel of tf.getKernelsForBackend('cpu')) {
    const kernelFunc = change(kernel);
    if (kernelFunc !== undefined) tf.registerKernel({ ...kernel, backendName, kernelFunc });
  }
  onTestFinished(async () => {
    await tf.setBackend(inject('backend'));
    tf.removeBackend(backendName);
    for (const { kernelName } of tf.getKernelsForBackend(backendName))
      tf.unregisterKernel(kernelName, backendName);
  });
}

/** A kernel with twice the result: wrong, but not so that anything throws. */
export function doubled(kernel: tf.KernelConfig): tf.KernelFunc {
  return (call) => {
    const once = kernel.kernelFunc(call) as tf.TensorInfo;
    const { backend } = call;
    return tf.getKernel(tf.Add, 'cpu').kernelFunc({ inputs: { a: once, b: once }, backend, attrs: {} });
  };
}
