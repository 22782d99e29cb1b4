import * as tf from '@tensorflow/tfjs-core';

import type { ConvolutionInfo } from './convolution.js';
import { allocateZeros, floats, kernel } from './heap.js';

interface PoolAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function poolOf(
  shape: number[],
  { filterSize, strides, pad, dimRoundingMode }: PoolAttributes,
): ConvolutionInfo {
  const size = shape as [number, number, number, number];
  return tf.backend_util.computePool2DInfo(size, filterSize, strides, 1, pad, dimRoundingMode);
}

/** Calls `visit` with every output pixel and the input pixels of its window, padding left out. */
function forEachWindow(
  info: ConvolutionInfo,
  visit: (output: number, window: readonly number[]) => void,
): void {
  const { batchSize, inHeight, inWidth, outHeight, outWidth, padInfo } = info;
  for (let output = 0; output < batchSize * outHeight * outWidth; output++) {
    const outputRow = Math.floor(output / outWidth);
    const example = Math.floor(outputRow / outHeight);
    const top = (outputRow % outHeight) * info.strideHeight - padInfo.top;
    const left = (output % outWidth) * info.strideWidth - padInfo.left;
    const rows = [Math.max(0, top), Math.min(inHeight, top + info.filterHeight)] as const;
    const columns = [Math.max(0, left), Math.min(inWidth, left + info.filterWidth)] as const;
    visit(output, pixelsOf(example * inHeight * inWidth, inWidth, rows, columns));
  }
}

/** The pixels of a box of an image of width `width` whose first pixel is `first`, in reading order. */
function pixelsOf(
  first: number,
  width: number,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
): number[] {
  const pixels: number[] = [];
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) pixels.push(first + row * width + column);
  }
  return pixels;
}

/** Index of the largest value of a channel among `pixels`, the first of equals. */
function largestOf(
  values: Float32Array,
  pixels: readonly number[],
  channels: number,
  channel: number,
): number {
  let largest = pixels[0]! * channels + channel;
  for (let i = 1; i < pixels.length; i++) {
    const candidate = pixels[i]! * channels + channel;
    if (values[candidate]! > values[largest]!) largest = candidate;
  }
  return largest;
}

/**
 * Gradient of max pooling. TensorFlow.js's own drops it where all values of a window are negative.
 *
 * Among equal maxima the first in reading order takes the gradient.
 */
export const maxPoolGrad = kernel<'dy' | 'input', PoolAttributes>(
  ({ inputs: { dy, input }, backend, attrs }) => {
    const info = poolOf(input.shape, attrs);
    const channels = info.inChannels;
    const dx = allocateZeros(backend, input.shape);
    const [target, gradient, values] = [floats(backend, dx), floats(backend, dy), floats(backend, input)];
    forEachWindow(info, (output, window) => {
      if (window.length === 0) return;
      for (let channel = 0; channel < channels; channel++) {
        const largest = largestOf(values, window, channels, channel);
        target[largest]! += gradient[output * channels + channel]!;
      }
    });
    return dx;
  },
);

/** Gradient of average pooling, faster than TensorFlow.js's own; padding does not count in the average. */
export const avgPoolGrad = kernel<'dy' | 'input', PoolAttributes>(
  ({ inputs: { dy, input }, backend, attrs }) => {
    const info = poolOf(input.shape, attrs);
    const channels = info.inChannels;
    const dx = allocateZeros(backend, input.shape);
    const [target, gradient] = [floats(backend, dx), floats(backend, dy)];
    forEachWindow(info, (output, window) => {
      const share = 1 / window.length;
      for (const pixel of window) {
        for (let channel = 0; channel < channels; channel++) {
          target[pixel * channels + channel]! += gradient[output * channels + channel]! * share;
        }
      }
    });
    return dx;
  },
);
