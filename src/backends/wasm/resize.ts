import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import {
  allocate,
  copyRows,
  floats,
  heapOf,
  kernel,
  run,
  runKernel,
  startOf,
  type Replacement,
} from './heap.js';

interface ResizeAttributes {
  readonly size?: readonly [number, number];
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

type Shape4D = [number, number, number, number];

/** How many times larger `large` is than `small` in height and width, or `undefined` where that is not a whole number. */
function factorsOf(small: Shape4D, large: Shape4D): [number, number] | undefined {
  const [vertical, horizontal] = [large[1] / small[1], large[2] / small[2]];
  return Number.isInteger(vertical) && Number.isInteger(horizontal) ? [vertical, horizontal] : undefined;
}

/** `images` with every pixel repeated as a block. */
function blocks(
  backend: BackendWasm,
  images: tf.TensorInfo,
  [vertical, horizontal]: [number, number],
): tf.TensorInfo {
  const [batch, height, width, channels] = images.shape as Shape4D;
  const result = allocate(backend, [batch, height * vertical, width * horizontal, channels]);
  const heap = heapOf(backend, result);
  const [from, to] = [startOf(backend, images), startOf(backend, result)];
  const [row, wideRow] = [width * channels, width * channels * horizontal];
  for (let i = 0; i < batch * height; i++) {
    const first = to + i * vertical * wideRow;
    for (let column = 0; column < horizontal; column++) {
      copyRows(heap, {
        from: from + i * row,
        fromStride: channels,
        to: first + column * channels,
        toStride: horizontal * channels,
        length: channels,
        count: width,
      });
    }
    for (let copy = 1; copy < vertical; copy++)
      heap.copyWithin(first + copy * wideRow, first, first + wideRow);
  }
  return result;
}

/** Nearest-neighbor enlargement by whole factors; every other resizing goes to the stock kernel. */
export const resizeNearestNeighbor: Replacement = (stock) =>
  kernel<'images', ResizeAttributes & { readonly size: readonly [number, number] }>(
    ({ inputs: { images }, backend, attrs }) => {
      const [batch, , , channels] = images.shape as Shape4D;
      const factors = factorsOf(images.shape as Shape4D, [batch, ...attrs.size, channels]);
      if (images.dtype === 'float32' && factors !== undefined && !attrs.alignCorners) {
        return blocks(backend, images, factors);
      }
      return run(stock, backend, { images }, attrs);
    },
  );

/** Gradient of {@link resizeNearestNeighbor}: the sum of every block. */
export const resizeNearestNeighborGrad: Replacement = (stock) =>
  kernel<'images' | 'dy', ResizeAttributes>(({ inputs: { images, dy }, backend, attrs }) => {
    const factors = factorsOf(images.shape as Shape4D, dy.shape as Shape4D);
    if (factors === undefined || attrs.alignCorners) {
      return run(stock, backend, { images, dy }, attrs);
    }
    const pool = { filterSize: factors, strides: factors, pad: 'valid' };
    const means = runKernel(backend, tf.AvgPool, { x: dy }, pool);
    const [values, count] = [floats(backend, means), factors[0] * factors[1]];
    for (let i = 0; i < values.length; i++) values[i]! *= count;
    return means;
  });
