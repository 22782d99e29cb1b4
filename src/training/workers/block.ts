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
import { disposeAll, type NamedTensors, type NamedVariables } from '../variables.js';
import type { BlockLayout } from './messages.js';

export function layoutOf(tensors: NamedTensors): BlockLayout {
  return [...tensors].map(([name, { shape }]) => ({ name, shape }));
}

export function sizeOf(layout: BlockLayout): number {
  return layout.reduce((size, { shape }) => size + tf.util.sizeFromShape([...shape]), 0);
}

/** Whether threads can share memory: browsers let them only in pages that are isolated from other origins. */
export function canShareMemory(): boolean {
  return typeof SharedArrayBuffer !== 'undefined';
}

/** Memory that threads share, or a block of this thread's own where they cannot. */
export function sharedBlock(length: number): Float32Array {
  return canShareMemory()
    ? new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT))
    : new Float32Array(length);
}

/** Which of the tensors that have a place in a block are meant. */
export type Choice = (name: string) => boolean;

const ALL: Choice = () => true;

/** Copies tensors into their places in a block, one after the other. */
export async function writeBlock(
  tensors: NamedTensors,
  block: Float32Array,
  isChosen: Choice = ALL,
): Promise<void> {
  const write = async (x: tf.Tensor, start: number): Promise<void> => {
    const copied = runFusedKernel(COPY_TO_BLOCK, { x }, { block, start } satisfies CopyToBlock);
    if (copied === undefined) block.set(await x.data<'float32'>(), start);
  };
  let start = 0;
  for (const [name, x] of tensors) {
    if (isChosen(name)) await write(x, start);
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
export function readBlocks(
  variables: NamedVariables,
  blocks: readonly WeightedBlock[],
  isChosen: Choice = ALL,
): NamedTensors {
  const means = new Map<string, tf.Tensor>();
  let start = 0;
  for (const [name, { size, shape }] of variables) {
    if (isChosen(name)) means.set(name, meanTensor({ blocks, start, shape }));
    start += size;
  }
  return means;
}

/** Gives variables the weighted means of blocks. */
export function assignBlocks(
  variables: NamedVariables,
  blocks: readonly WeightedBlock[],
  isChosen: Choice = ALL,
): void {
  const values = readBlocks(variables, blocks, isChosen);
  for (const [name, value] of values) variables.get(name)!.assign(value);
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
