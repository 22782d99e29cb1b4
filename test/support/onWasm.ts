import * as tf from '@tensorflow/tfjs-core';

/** Runs a test of what only wasm has or gets right; it is current only in some projects. */
export async function onWasm(body: () => Promise<void>): Promise<void> {
  const before = tf.getBackend();
  await tf.setBackend('wasm');
  await body();
  await tf.setBackend(before);
}
