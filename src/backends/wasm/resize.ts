import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import {
  allocate,
  allocateZeros,
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

/** For every output of one axis: the two inputs that it mixes, and the share of the second. Pixel centers are at half-integers. */
function mixesOf(inSize: number, outSize: number): { lower: number; upper: number; share: number }[] {
  return Array.from({ length: outSize }, (_, i) => {
    const source = ((i + 0.5) * inSize) / outSize - 0.5;
    const floor = Math.floor(source);
    return { lower: Math.max(0, floor), upper: Math.min(inSize - 1, floor + 1), share: source - floor };
  });
}

/** Gradient of bilinear resizing with pixel centers at half-integers. */
function halfPixelGradient(backend: BackendWasm, images: tf.TensorInfo, dy: tf.TensorInfo): tf.TensorInfo {
  const [batch, height, width, channels] = images.shape as Shape4D;
  const [, outHeight, outWidth] = dy.shape as Shape4D;
  const dx = allocateZeros(backend, images.shape);
  const [target, gradient] = [floats(backend, dx), floats(backend, dy)];
  const [rows, columns] = [mixesOf(height, outHeight), mixesOf(width, outWidth)];

  /** Adds a row of `dy` to a row of `dx`. */
  const addRow = (from: number, to: number, weight: number): void => {
    columns.forEach(({ lower, upper, share }, column) => {
      const at = (from * outWidth + column) * channels;
      const [left, right] = [(to * width + lower) * channels, (to * width + upper) * channels];
      for (let channel = 0; channel < channels; channel++) {
        const value = gradient[at + channel]! * weight;
        target[left + channel]! += value * (1 - share);
        target[right + channel]! += value * share;
      }
    });
  };
  for (let example = 0; example < batch; example++) {
    rows.forEach(({ lower, upper, share }, row) => {
      addRow(example * outHeight + row, example * height + lower, 1 - share);
      addRow(example * outHeight + row, example * height + upper, share);
    });
  }
  return dx;
}

/** Gradient of bilinear resizing. TensorFlow.js's own leaves the half-pixel offset out. */
export const resizeBilinearGrad: Replacement = (stock) =>
  kernel<'images' | 'dy', ResizeAttributes>(({ inputs: { images, dy }, backend, attrs }) =>
    attrs.halfPixelCenters
      ? halfPixelGradient(backend, images, dy)
      : run(stock, backend, { images, dy }, attrs),
  );
