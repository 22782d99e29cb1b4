import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import { convolutionOf, type ConvolutionAttributes, type ConvolutionInfo } from './convolution.js';
import { allocate, copyRows, heapOf, kernel, release, runKernel, startOf, withView } from './heap.js';
import { simdFilterGradient } from './simd/convolution.js';
import { simdOf } from './simd/module.js';

/** Length of one axis of `x` with its padding, at least what the convolution reads of it. */
function paddedSize(inSize: number, padBefore: number, read: number): number {
  return Math.max(inSize + padBefore, read);
}

/** `x` with its zero padding as `[inChannels, height, width, batch]`. */
function channelsFirst(backend: BackendWasm, x: tf.TensorInfo, info: ConvolutionInfo): tf.TensorInfo {
  const { inHeight, inWidth, padInfo } = info;
  const { top, left } = padInfo;
  const rows = (info.outHeight - 1) * info.strideHeight + (info.filterHeight - 1) * info.dilationHeight + 1;
  const columns = (info.outWidth - 1) * info.strideWidth + (info.filterWidth - 1) * info.dilationWidth + 1;
  const bottom = paddedSize(inHeight, top, rows) - top - inHeight;
  const right = paddedSize(inWidth, left, columns) - left - inWidth;
  const perm = [3, 1, 2, 0];
  if (top + bottom + left + right === 0) return runKernel(backend, tf.Transpose, { x }, { perm });
  const paddings = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  const padded = runKernel(backend, tf.PadV2, { x }, { paddings, constantValue: 0 });
  const result = runKernel(backend, tf.Transpose, { x: padded }, { perm });
  release(backend, padded);
  return result;
}

/**
 * The filter gradient as convolutions of TensorFlow.js.
 *
 * `dw[i, j, c, d] = sum{ x[n, u * stride + i, v * stride + j, c] * dy[n, u, v, d] : n, u, v }` is itself a convolution: of the
 * image `x` with batch and channels swapped, by the kernel `dy`, dilated by the stride. The planes of all channels are
 * stacked into one tall image, so that one convolution per kernel row `i`, stepping from plane to plane, gives the
 * `[inChannels, filterWidth]` outputs of that row; the convolution of row `i` starts `i` rows further down in the same memory.
 * One image per channel, the textbook form, leaves a quarter of XNNPACK's 4-pixel tiles idle for 3x3 kernels.
 */
function composedFilterGradient(
  backend: BackendWasm,
  { x, dy }: { readonly x: tf.TensorInfo; readonly dy: tf.TensorInfo },
  info: ConvolutionInfo,
): tf.TensorInfo {
  const { batchSize, inChannels, outChannels, outHeight, filterHeight, filterWidth } = info;
  const image = channelsFirst(backend, x, info);
  const [, height, width] = image.shape as [number, number, number, number];
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
    ); // [1, inChannels, at least filterWidth, outChannels]
    placeRow(backend, rowOfTaps, result, row);
    release(backend, rowOfTaps);
  }
  release(backend, image, taps);
  return result;
}

/** Filter gradient of a convolution, which TensorFlow.js does not have on wasm. */
export const conv2DBackpropFilter = kernel<'x' | 'dy', ConvolutionAttributes & { filterShape: number[] }>(
  ({ inputs, backend, attrs }) => {
    const info = convolutionOf(inputs.x.shape, attrs.filterShape, attrs);
    const simd = simdOf(backend);
    if (simd !== undefined) return simdFilterGradient(backend, simd, inputs, info);
    return composedFilterGradient(backend, inputs, info);
  },
);

/** Writes `[1, inChannels, columns, outChannels]` as row `index` of the filter, without the columns it does not have. */
function placeRow(backend: BackendWasm, row: tf.TensorInfo, filter: tf.TensorInfo, index: number): void {
  const [, inChannels, columns, outChannels] = row.shape as [number, number, number, number];
  const filterWidth = filter.shape[1]!;
  const heap = heapOf(backend, filter);
  for (let column = 0; column < filterWidth; column++) {
    copyRows(heap, {
      from: startOf(backend, row) + column * outChannels,
      fromStride: columns * outChannels,
      to: startOf(backend, filter) + (index * filterWidth + column) * inChannels * outChannels,
      toStride: outChannels,
      length: outChannels,
      count: inChannels,
    });
  }
}
