import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import type { ConvolutionInfo } from '../convolution.js';
import { addressOf, allocate, release } from '../heap.js';
import type { SimdKernels } from './module.js';

/** Environment flag: set it to false to compute all convolutions by their definition. */
export const WINOGRAD_FLAG = 'POLYHUE_WASM_WINOGRAD';

tf.env().registerFlag(WINOGRAD_FLAG, () => true);

/** Taps per axis of the filters that `winograd.c` computes with, and pixels per axis of its tiles of the result. */
const [FILTER, RESULT] = [3, 4];

/** Below this many channels, maps take longer to transform than their products to compute. */
const LEAST_CHANNELS = 2;

/** What a block of `winograd.c` has room for. */
const MOST_CHANNELS = 1024;

/** Products by the definition must be this many times those of the algorithm, which computes whole tiles. */
const LEAST_GAIN = 2;

/** A convolution of stride 1 as `winograd.c` sees it. */
interface Shapes {
  /** `[batch, height, width, channels]`. */
  readonly image: readonly [number, number, number, number];
  /** `[rows, columns, outputs]` of the result. */
  readonly result: readonly [number, number, number];
  /** Row and column of the image that the first tap of the first pixel of the result falls on. */
  readonly start: readonly [number, number];
}

/** Whether Winograd's algorithm can compute a convolution of this kind, and gains by it. */
export function isForWinograd(info: ConvolutionInfo): boolean {
  const { inChannels, outChannels, outHeight, outWidth } = info;
  const sizes = [info.filterHeight, info.filterWidth];
  const steps = [info.strideHeight, info.strideWidth, info.dilationHeight, info.dilationWidth];
  const channels = [inChannels, outChannels];
  if (!sizes.every((size) => size === FILTER) || !steps.every((step) => step === 1)) return false;
  if (channels.some((count) => count < LEAST_CHANNELS || count > MOST_CHANNELS)) return false;
  const tiles = Math.ceil(outHeight / RESULT) * Math.ceil(outWidth / RESULT);
  const products = tiles * (RESULT + FILTER - 1) ** 2;
  return outHeight * outWidth * FILTER ** 2 >= LEAST_GAIN * products && tf.env().getBool(WINOGRAD_FLAG);
}

/** A convolution, or the filter gradient of one. */
interface Task {
  readonly kernel: 'winograd' | 'winogradGradient';
  readonly shapes: Shapes;
  /** Whether the filter is that of the forward pass, to be turned by half a turn. */
  readonly isTurned?: boolean;
  readonly image: tf.TensorInfo;
  readonly filter: tf.TensorInfo;
  readonly bias?: tf.TensorInfo | undefined;
  readonly result: tf.TensorInfo;
}

function runWinograd(
  backend: BackendWasm,
  kernels: SimdKernels,
  { kernel, shapes, isTurned = false, image, filter, bias, result }: Task,
): void {
  const [rows, columns, outputs] = shapes.result;
  const [batch, height, width, channels] = shapes.image;
  const fields = 16; // of struct winograd, rounded up
  const bytes = fields * Int32Array.BYTES_PER_ELEMENT + kernels.winogradBytes(channels, outputs);
  const struct = allocate(backend, [bytes / Int32Array.BYTES_PER_ELEMENT], 'int32');
  const at = addressOf(backend, struct);
  const [imageAt, filterAt, resultAt] = [image, filter, result].map((info) => addressOf(backend, info));
  const biasAt = bias === undefined ? 0 : addressOf(backend, bias);
  const memory = backend.typedArrayFromHeap(struct);
  memory.set([imageAt!, height, width, channels, batch, rows, columns, ...shapes.start]);
  memory.set([filterAt!, Number(isTurned), biasAt, resultAt!, outputs], 9);
  memory.set([at + fields * Int32Array.BYTES_PER_ELEMENT], 14);
  kernels[kernel](at);
  release(backend, struct);
}

interface Forward {
  readonly x: tf.TensorInfo;
  readonly filter: tf.TensorInfo;
  readonly bias?: tf.TensorInfo | undefined;
}

function forwardShapes(info: ConvolutionInfo): Shapes {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = info;
  return {
    image: [batchSize, inHeight, inWidth, inChannels],
    result: [outHeight, outWidth, outChannels],
    start: [-padInfo.top, -padInfo.left],
  };
}

/** The convolution of `x` with `filter`, plus `bias`. */
export function winogradConvolution(
  backend: BackendWasm,
  kernels: SimdKernels,
  { x, filter, bias }: Forward,
  info: ConvolutionInfo,
): tf.TensorInfo {
  const { batchSize, outHeight, outWidth, outChannels } = info;
  const result = allocate(backend, [batchSize, outHeight, outWidth, outChannels]);
  const shapes = forwardShapes(info);
  runWinograd(backend, kernels, { kernel: 'winograd', shapes, image: x, filter, bias, result });
  return result;
}

/** The gradient of the input for the output gradient `dy`: the convolution of `dy` with the filter turned by half a turn. */
export function winogradInputGradient(
  backend: BackendWasm,
  kernels: SimdKernels,
  { dy, filter }: { readonly dy: tf.TensorInfo; readonly filter: tf.TensorInfo },
  info: ConvolutionInfo,
): tf.TensorInfo {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = info;
  const result = allocate(backend, [batchSize, inHeight, inWidth, inChannels]);
  const shapes: Shapes = {
    image: [batchSize, outHeight, outWidth, outChannels],
    result: [inHeight, inWidth, inChannels],
    start: [padInfo.top - FILTER + 1, padInfo.left - FILTER + 1],
  };
  runWinograd(backend, kernels, { kernel: 'winograd', shapes, isTurned: true, image: dy, filter, result });
  return result;
}

/** The gradient of the filter for the output gradient `dy`. */
export function winogradFilterGradient(
  backend: BackendWasm,
  kernels: SimdKernels,
  { x, dy }: { readonly x: tf.TensorInfo; readonly dy: tf.TensorInfo },
  info: ConvolutionInfo,
): tf.TensorInfo {
  const result = allocate(backend, [FILTER, FILTER, info.inChannels, info.outChannels]);
  const shapes = forwardShapes(info);
  runWinograd(backend, kernels, { kernel: 'winogradGradient', shapes, image: x, filter: dy, result });
  return result;
}
