import * as tf from '@tensorflow/tfjs-core';

/**
 * Frees what TensorFlow.js saved for the way back and does not free itself (4.22) when the function that is differentiated
 * throws.
 */
export function disposeTape(): void {
  const { state } = tf.engine();
  for (const { saved } of state.activeTape ?? []) tf.dispose(saved);
  state.activeTape = [];
}
