import * as tf from '@tensorflow/tfjs-core';

import { allocateZeros, floats, kernel } from './heap.js';

/**
 * Sums of the slices `x[i]` that share a segment id, which is the gradient of `gather` and missing on wasm.
 *
 * Slices whose id is negative or not below `numSegments` are left out.
 */
export const unsortedSegmentSum = kernel<'x' | 'segmentIds', { readonly numSegments: number }>(
  ({ inputs: { x, segmentIds }, backend, attrs: { numSegments } }) => {
    const sliceShape = x.shape.slice(segmentIds.shape.length);
    const size = tf.util.sizeFromShape(sliceShape);
    const sums = allocateZeros(backend, [numSegments, ...sliceShape]);
    const [target, source] = [floats(backend, sums), floats(backend, x)];
    backend.typedArrayFromHeap(segmentIds).forEach((id, slice) => {
      if (id < 0 || id >= numSegments) return;
      for (let i = 0; i < size; i++) target[id * size + i]! += source[slice * size + i]!;
    });
    return sums;
  },
);
