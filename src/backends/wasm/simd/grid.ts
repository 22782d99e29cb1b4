import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

import { addressOf, allocate, release } from '../heap.js';
import type { SimdKernels } from './module.js';

/** A pixel that every site reads, relative to it, and the offset of its slice of the filter, in elements. */
export type Tap = readonly [row: number, column: number, filter: number];

/** A convolution as `kernels.c` sees it: every site of a grid reads the same taps of an image. Tensors are given by their addresses. */
export interface Grid {
  readonly image: number;
  /** `[batch, height, width, channels]` of the image. */
  readonly imageShape: readonly [number, number, number, number];
  /** Rows and columns of the grid, and how many pixels of the image they are apart. */
  readonly sites: readonly [number, number];
  readonly steps: readonly [number, number];
  readonly taps: readonly Tap[];
  readonly filter: number;
  /** Elements from one channel of the filter to the next, and from one output to the next. */
  readonly filterSteps: readonly [number, number];
  readonly bias?: number | undefined;
  readonly result: number;
  readonly outputs: number;
  /** Height and width of the result, its first pixel and the distance of its pixels. By default it has the shape of the grid. */
  readonly placing?: {
    readonly size: readonly [number, number];
    readonly start: readonly [number, number];
    readonly steps: readonly [number, number];
  };
}

/** Runs a function of `kernels.c` on a grid. */
export function runGrid(
  backend: BackendWasm,
  kernels: SimdKernels,
  name: 'convolve' | 'correlate',
  grid: Grid,
): void {
  const { image, filter, bias, result, taps } = grid;
  const [batch, height, width, channels] = grid.imageShape;
  const { size, start, steps } = grid.placing ?? { size: grid.sites, start: [0, 0], steps: [1, 1] };
  const fields = 24; // of struct convolution
  const struct = allocate(backend, [fields + 3 * taps.length], 'int32');
  const at = addressOf(backend, struct);
  const memory = backend.typedArrayFromHeap(struct);
  const tapsAt = at + fields * Int32Array.BYTES_PER_ELEMENT;
  memory.set([image, height, width, channels, batch, ...grid.sites, ...grid.steps, tapsAt]);
  memory.set([taps.length, filter, ...grid.filterSteps, bias ?? 0], 10);
  memory.set([result, grid.outputs, ...size, ...start, ...steps, kernels.scratch], 15);
  taps.forEach((tap, i) => memory.set(tap, fields + 3 * i));
  kernels[name](at);
  release(backend, struct);
}
