import * as tf from '@tensorflow/tfjs-core';

import { TrainingError } from '../../errors.js';
import {
  COPY_TO_BLOCK,
  runFusedKernel,
  MEAN_OF_BLOCKS,
  eachShare,
  type CopyToBlock,
  type MeanOfBlocks,
  type WeightedBlock,
} from '../../fusedKernels.js';
import { assignAll, disposeAll, mapValues, type NamedTensors, type NamedVariables } from '../variables.js';
import type { BlockLayout } from './messages.js';

export function layoutOf(tensors: NamedTensors): BlockLayout {
  return [...tensors].map(([name, { shape }]) => ({ name, shape }));
}

export function sizeOf(layout: BlockLayout): number {
  return layout.reduce((size, { shape }) => size + tf.util.sizeFromShape([...shape]), 0);
}

/** Memory that threads share, or a block of this thread's own where they cannot. */
export function sharedBlock(length: number): Float32Array {
  // Browsers have SharedArrayBuffer only in pages that are isolated from other origins.
  return typeof SharedArrayBuffer === 'undefined'
    ? new Float32Array(length)
    : new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
}

/** Copies tensors into a block, one after the other. */
export async function writeBlock(tensors: NamedTensors, block: Float32Array): Promise<void> {
  let start = 0;
  for (const x of tensors.values()) {
    const copied = runFusedKernel(COPY_TO_BLOCK, { x }, { block, start } satisfies CopyToBlock);
    if (copied === undefined) block.set(await x.data<'float32'>(), start);
    start += x.size;
  }
}

function meanTensor(mean: MeanOfBlocks): tf.Tensor {
  const fused = runFusedKernel(MEAN_OF_BLOCKS, {}, mean);
  if (fused !== undefined) return fused[0]!;
  const { blocks, start, shape } = mean;
  const values = new Float32Array(tf.util.sizeFromShape([...shape]));
  eachShare(blocks, (block, share) => {
    for (let i = 0; i < values.length; i++) values[i]! += share * (block[start + i]! - values[i]!);
  });
  return tf.tensor(values, [...shape]);
}

/** Weighted means of blocks, each a tensor of the shape of a variable, to be disposed by the caller. */
export function readBlocks(variables: NamedVariables, blocks: readonly WeightedBlock[]): NamedTensors {
  let start = 0;
  return mapValues(variables, ({ size, shape }) => {
    const mean = meanTensor({ blocks, start, shape });
    start += size;
    return mean;
  });
}

/** Gives variables the weighted means of blocks. */
export function assignBlocks(variables: NamedVariables, blocks: readonly WeightedBlock[]): void {
  const values = readBlocks(variables, blocks);
  assignAll(variables, values);
  disposeAll(values);
}

/** @throws {TrainingError} If the variables are not those that a block holds. */
export function assertLayout(variables: NamedVariables, layout: BlockLayout): void {
  const [found, wanted] = [JSON.stringify(layoutOf(variables)), JSON.stringify(layout)];
  if (found === wanted) return;
  throw new TrainingError(
    `Cannot build the task anew as its variables are not those that are trained: ${found}, not ${wanted}`,
  );
}
