import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import { eachShare, type CopyToBlock, type MeanOfBlocks } from '../../fusedKernels.js';
import { allocate, floats, kernel, release } from './heap.js';
import { approachInto } from './update.js';

/** Copies a tensor out of the heap, without a copy in between. */
export const copyToBlock = kernel<'x', CopyToBlock>(({ inputs: { x }, backend, attrs: { block, start } }) => {
  block.set(floats(backend, x), start);
  return [];
});

/** A range of a block as a new tensor. */
function load(backend: BackendWasm, block: Float32Array, start: number, shape: number[]): tf.TensorInfo {
  const info = allocate(backend, shape);
  floats(backend, info).set(block.subarray(start, start + tf.util.sizeFromShape(shape)));
  return info;
}

/** The running mean of blocks, in their order. */
export const meanOfBlocks = kernel<never, MeanOfBlocks>(({ backend, attrs: { blocks, start, shape } }) => {
  let mean: tf.TensorInfo | undefined;
  eachShare(blocks, (block, share) => {
    const values = load(backend, block, start, [...shape]);
    if (mean === undefined) {
      mean = values;
      return;
    }
    approachInto(backend, { from: mean, target: values, result: mean }, share);
    release(backend, values);
  });
  return mean!;
});
