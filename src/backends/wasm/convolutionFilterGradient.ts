import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import { convolutionOf, type ConvolutionAttributes, type ConvolutionInfo } from './convolution.js';
import { allocate, copyRows, floats, heapOf, kernel, release, runKernel, startOf, withView } from './heap.js';

/** Rows and columns of `x`, with its zero padding, that the convolution reads at least once. */
function coverage(info: ConvolutionInfo): { readonly height: number; readonly width: number } {
  return {
    height: (info.outHeight - 1) * info.strideHeight + (info.filterHeight - 1) * info.dilationHeight + 1,
    width: (info.outWidth - 1) * info.strideWidth + (info.filterWidth - 1) * info.dilationWidth + 1,
  };
}

/** `x` as `[inChannels, height, width, batch]`: padded with zeros and cut to what the convolution reads. */
function channelsFirst(backend: BackendWasm, x: tf.TensorInfo, info: ConvolutionInfo): tf.TensorInfo {
  const { batchSize, inHeight, inWidth, inChannels, padInfo } = info;
  const { height, width } = coverage(info);
  const result = allocate(backend, [inChannels, height, width, batchSize]);
  const [source, target] = [floats(backend, x), floats(backend, result)];
  if (height > inHeight || width > inWidth || padInfo.top > 0 || padInfo.left > 0) target.fill(0);
  const plane = height * width * batchSize;
  const lastRow = Math.min(height, inHeight + padInfo.top);
  const lastColumn = Math.min(width, inWidth + padInfo.left);

  const copyPixel = (row: number, column: number): void => {
    const from = ((row - padInfo.top) * inWidth + column - padInfo.left) * inChannels;
    const to = (row * width + column) * batchSize;
    for (let channel = 0; channel < inChannels; channel++) {
      for (let example = 0; example < batchSize; example++) {
        target[to + channel * plane + example] =
          source[from + example * inHeight * inWidth * inChannels + channel]!;
      }
    }
  };
  for (let row = padInfo.top; row < lastRow; row++) {
    for (let column = padInfo.left; column < lastColumn; column++) copyPixel(row, column);
  }
  return result;
}

/**
 * Filter gradient of a convolution, which TensorFlow.js does not have on wasm.
 *
 * `dw[i, j, c, d] = sum{ x[n, u * stride + i, v * stride + j, c] * dy[n, u, v, d] : n, u, v }` is itself a convolution: of the
 * image `x` with batch and channels swapped, by the kernel `dy`, dilated by the stride. The planes of all channels are
 * stacked into one tall image, so that one convolution per kernel row `i`, stepping from plane to plane, gives the
 * `[inChannels, filterWidth]` outputs of that row; the convolution of row `i` starts `i` rows further down in the same memory.
 * One image per channel, the textbook form, leaves a quarter of XNNPACK's 4-pixel tiles idle for 3x3 kernels.
 */
export const conv2DBackpropFilter = kernel<'x' | 'dy', ConvolutionAttributes & { filterShape: number[] }>(
  ({ inputs: { x, dy }, backend, attrs }) => {
    const info = convolutionOf(x.shape, attrs.filterShape, attrs);
    const { batchSize, inChannels, outChannels, outHeight, filterHeight, filterWidth } = info;
    const { height, width } = coverage(info);
    const image = channelsFirst(backend, x, info);
    const taps = runKernel(backend, tf.Transpose, { x: dy }, { perm: [1, 2, 0, 3] });
    const result = allocate(backend, [filterHeight, filterWidth, inChannels, outChannels]);
    const attributes = {
      strides: [height, info.dilationWidth],
      dilations: [info.strideHeight, info.strideWidth],
      pad: 'valid',
      dataFormat: 'NHWC',
    };
    const tall = [1, (inChannels - 1) * height + (outHeight - 1) * info.strideHeight + 1, width, batchSize];
    for (let row = 0; row < filterHeight; row++) {
      const start = row * info.dilationHeight * width * batchSize;
      const rowOfTaps = withView(backend, { info: image, start, shape: tall }, (view) =>
        runKernel(backend, tf.Conv2D, { x: view, filter: taps }, attributes),
      ); // [1, inChannels, filterWidth, outChannels]
      placeRow(backend, rowOfTaps, result, row);
      release(backend, rowOfTaps);
    }
    release(backend, image, taps);
    return result;
  },
);

/** Writes `[1, inChannels, filterWidth, outChannels]` as row `row` of the filter, `[filterWidth, inChannels, outChannels]`. */
function placeRow(backend: BackendWasm, row: tf.TensorInfo, filter: tf.TensorInfo, index: number): void {
  const [, inChannels, filterWidth, outChannels] = row.shape as [number, number, number, number];
  const heap = heapOf(backend, filter);
  for (let column = 0; column < filterWidth; column++) {
    copyRows(heap, {
      from: startOf(backend, row) + column * outChannels,
      fromStride: filterWidth * outChannels,
      to: startOf(backend, filter) + (index * filterWidth + column) * inChannels * outChannels,
      toStride: outChannels,
      length: outChannels,
      count: inChannels,
    });
  }
}
