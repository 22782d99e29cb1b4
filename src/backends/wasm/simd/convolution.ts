import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type * as tf from '@tensorflow/tfjs-core';

import type { ConvolutionInfo } from '../convolution.js';
import { addressOf, allocate } from '../heap.js';
import { runGrid, type Tap } from './grid.js';
import type { SimdKernels } from './module.js';
import {
  isForWinograd,
  winogradConvolution,
  winogradFilterGradient,
  winogradInputGradient,
} from './winograd.js';

/** Calls `tap` for the rows and columns of a filter. */
function eachTap(info: ConvolutionInfo, tap: (row: number, column: number, index: number) => Tap): Tap[] {
  const { filterHeight, filterWidth } = info;
  return Array.from({ length: filterHeight * filterWidth }, (_, index) =>
    tap(Math.floor(index / filterWidth), index % filterWidth, index),
  );
}

/** The taps of the forward pass. */
function forwardTaps(info: ConvolutionInfo): Tap[] {
  const { dilationHeight, dilationWidth, padInfo, inChannels, outChannels } = info;
  return eachTap(info, (row, column, index) => [
    row * dilationHeight - padInfo.top,
    column * dilationWidth - padInfo.left,
    index * inChannels * outChannels,
  ]);
}

type Images = readonly [number, number, number, number];

function inputShape({ batchSize, inHeight, inWidth, inChannels }: ConvolutionInfo): Images {
  return [batchSize, inHeight, inWidth, inChannels];
}

function outputShape({ batchSize, outHeight, outWidth, outChannels }: ConvolutionInfo): Images {
  return [batchSize, outHeight, outWidth, outChannels];
}

interface Forward {
  readonly x: tf.TensorInfo;
  readonly filter: tf.TensorInfo;
  /** `[outChannels]`. */
  readonly bias?: tf.TensorInfo | undefined;
}

/** The convolution of `x` with `filter`, plus `bias`. */
export function simdConvolution(
  backend: BackendWasm,
  kernels: SimdKernels,
  { x, filter, bias }: Forward,
  info: ConvolutionInfo,
): tf.TensorInfo {
  if (isForWinograd(info)) return winogradConvolution(backend, kernels, { x, filter, bias }, info);
  const result = allocate(backend, [...outputShape(info)]);
  runGrid(backend, kernels, 'convolve', {
    image: addressOf(backend, x),
    imageShape: inputShape(info),
    sites: [info.outHeight, info.outWidth],
    steps: [info.strideHeight, info.strideWidth],
    taps: forwardTaps(info),
    filter: addressOf(backend, filter),
    filterSteps: [info.outChannels, 1],
    bias: bias && addressOf(backend, bias),
    result: addressOf(backend, result),
    outputs: info.outChannels,
  });
  return result;
}

/** The gradient of the filter for the output gradient `dy`. */
export function simdFilterGradient(
  backend: BackendWasm,
  kernels: SimdKernels,
  { x, dy }: { readonly x: tf.TensorInfo; readonly dy: tf.TensorInfo },
  info: ConvolutionInfo,
): tf.TensorInfo {
  if (isForWinograd(info)) return winogradFilterGradient(backend, kernels, { x, dy }, info);
  const { filterHeight, filterWidth, inChannels, outChannels } = info;
  const result = allocate(backend, [filterHeight, filterWidth, inChannels, outChannels]);
  runGrid(backend, kernels, 'correlate', {
    image: addressOf(backend, x),
    imageShape: inputShape(info),
    sites: [info.outHeight, info.outWidth],
    steps: [info.strideHeight, info.strideWidth],
    taps: forwardTaps(info),
    filter: addressOf(backend, dy),
    filterSteps: [outChannels, 1],
    result: addressOf(backend, result),
    outputs: outChannels,
  });
  return result;
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/**
 * The gradient of the input for the output gradient `dy`.
 *
 * The pixels of `dx` whose row and column leave the same residues modulo the strides are one grid: they read the same taps of
 * `dy`. Nothing is stuffed with zeros, and every grid writes to its places in `dx`.
 */
export function simdInputGradient(
  backend: BackendWasm,
  kernels: SimdKernels,
  { dy, filter }: { readonly dy: tf.TensorInfo; readonly filter: tf.TensorInfo },
  info: ConvolutionInfo,
): tf.TensorInfo {
  if (isForWinograd(info)) return winogradInputGradient(backend, kernels, { dy, filter }, info);
  const { inHeight, inWidth, inChannels, outChannels, strideHeight, strideWidth } = info;
  const result = allocate(backend, [...inputShape(info)]);
  const forward = forwardTaps(info);
  for (const row of range(Math.min(strideHeight, inHeight))) {
    for (const column of range(Math.min(strideWidth, inWidth))) {
      const reaching = forward
        .map(([y, x, offset]): Tap => [(row - y) / strideHeight, (column - x) / strideWidth, offset])
        .filter(([y, x]) => Number.isInteger(y) && Number.isInteger(x));
      runGrid(backend, kernels, 'convolve', {
        image: addressOf(backend, dy),
        imageShape: outputShape(info),
        sites: [Math.ceil((inHeight - row) / strideHeight), Math.ceil((inWidth - column) / strideWidth)],
        steps: [1, 1],
        taps: reaching,
        filter: addressOf(backend, filter),
        filterSteps: [1, outChannels],
        result: addressOf(backend, result),
        outputs: inChannels,
        placing: { size: [inHeight, inWidth], start: [row, column], steps: [strideHeight, strideWidth] },
      });
    }
  }
  return result;
}
