// Imported before the command by chooseBackend.test.ts: registers the kernels of the cpu backend under the name of tfjs-node, and
// tells at the end whether the backend was used and its kernels are those that it came with.
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

const NAME = 'tensorflow';

tf.registerBackend(NAME, () => new MathBackendCPU(), 0);
for (const kernel of tf.getKernelsForBackend('cpu')) tf.registerKernel({ ...kernel, backendName: NAME });
const stock = tf.getKernelsForBackend(NAME).map(({ kernelFunc }) => kernelFunc);

process.on('exit', () => {
  const now = tf.getKernelsForBackend(NAME);
  const untouched = now.length === stock.length && now.every(({ kernelFunc }, i) => kernelFunc === stock[i]);
  if (untouched && tf.getBackend() === NAME)
    process.stderr.write('The stand-in for tfjs-node ends with kernels of its own\n');
});
