import { sumBlocks, type CopyToBlock, type SumOfBlocks } from '../../fusedKernels.js';
import { allocate, floats, kernel } from './heap.js';

/** Copies a tensor out of the heap, without a copy in between. */
export const copyToBlock = kernel<'x', CopyToBlock>(({ inputs: { x }, backend, attrs: { block, start } }) => {
  block.set(floats(backend, x), start);
  return [];
});

/** Sums blocks straight into the heap. */
export const sumOfBlocks = kernel<never, SumOfBlocks>(({ backend, attrs: { blocks, start, shape } }) => {
  const result = allocate(backend, [...shape]);
  sumBlocks(floats(backend, result), blocks, start);
  return result;
});
