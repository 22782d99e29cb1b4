import * as tf from '@tensorflow/tfjs-core';

import { TrainingError } from '../../errors.js';
import type { NamedTensors, NamedVariables } from '../variables.js';
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
  let offset = 0;
  for (const tensor of tensors.values()) {
    block.set(await tensor.data<'float32'>(), offset);
    offset += tensor.size;
  }
}

/** Gives variables the values in a block. */
export function readBlock(variables: NamedVariables, block: Float32Array): void {
  let offset = 0;
  for (const variable of variables.values()) {
    const values = block.slice(offset, offset + variable.size);
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    offset += variable.size;
  }
}

/** @throws {TrainingError} If the variables are not those that a block holds. */
export function assertLayout(variables: NamedVariables, layout: BlockLayout): void {
  const [found, wanted] = [JSON.stringify(layoutOf(variables)), JSON.stringify(layout)];
  if (found === wanted) return;
  throw new TrainingError(
    `Cannot build the task anew as its variables are not those that are trained: ${found}, not ${wanted}`,
  );
}
