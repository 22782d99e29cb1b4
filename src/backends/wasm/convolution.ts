import * as tf from '@tensorflow/tfjs-core';

import { activated, hasPlainBias, type Activation } from './activation.js';
import { kernel, run, type Replacement, type WasmCall } from './heap.js';
import { simdConvolution } from './simd/convolution.js';
import { simdOf } from './simd/module.js';

type Explicit = readonly [readonly number[], readonly number[], readonly number[], readonly number[]];

/** The attributes that the gradient kernels of a convolution share. */
export interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number | Explicit;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: number | [number, number] | null;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

export type ConvolutionInfo = tf.backend_util.Conv2DInfo;

/** A number pads both axes alike; tfjs-core is wrong for it where the kernel is not square. */
function explicit(pad: ConvolutionAttributes['pad']): ConvolutionAttributes['pad'] {
  const both = [pad as number, pad as number];
  return typeof pad === 'number' ? [[0, 0], both, both, [0, 0]] : pad;
}

/** Sizes, strides and pads of a convolution. */
export function convolutionOf(
  inputShape: readonly number[],
  filterShape: readonly number[],
  attrs: ConvolutionAttributes,
  depthwise = false,
): ConvolutionInfo {
  const { strides, pad, dataFormat = 'NHWC', dimRoundingMode } = attrs;
  if (dataFormat !== 'NHWC')
    throw new Error(`The wasm backend convolves NHWC tensors only, not ${dataFormat}`);
  return tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    attrs.dilations ?? 1, // tf.layers passes null
    explicit(pad) as 'valid',
    dimRoundingMode,
    depthwise,
    'channelsLast',
  );
}

/**
 * Runs the stock kernel with the padding written out.
 *
 * For padding 'same' the stock kernels leave the padding to XNNPACK, which subtracts below zero where the stride is above the
 * kernel size, and reads and writes outside of the tensors.
 */
function explicitlyPadded(
  stock: tf.KernelFunc,
  { inputs, backend, attrs }: WasmCall<'x' | 'filter', ConvolutionAttributes>,
  { padInfo: { top, bottom, left, right } }: ConvolutionInfo,
): tf.TensorInfo {
  const vertical = [top, bottom];
  return run(stock, backend, inputs, { ...attrs, pad: [[0, 0], vertical, [left, right], [0, 0]] });
}

/** Replaces `Conv2D` and `FusedConv2D`. */
export const convolution: Replacement = (stock) =>
  kernel<'x' | 'filter', ConvolutionAttributes & Activation>((call) => {
    const { inputs, backend, attrs } = call;
    const info = convolutionOf(inputs.x.shape, inputs.filter.shape, attrs);
    const simd = simdOf(backend);
    const isPlain = tf.util.sizeFromShape(info.outShape) > 0 && hasPlainBias(inputs, info.outChannels);
    if (simd === undefined || !isPlain) {
      return explicitlyPadded(stock, call, info);
    }
    return activated(backend, simdConvolution(backend, simd, inputs, info), inputs, attrs);
  });

/** Replaces `DepthwiseConv2dNative` and `FusedDepthwiseConv2D`. */
export const depthwiseConvolution: Replacement = (stock) =>
  kernel<'x' | 'filter', ConvolutionAttributes>((call) => {
    const { inputs, attrs } = call;
    return explicitlyPadded(stock, call, convolutionOf(inputs.x.shape, inputs.filter.shape, attrs, true));
  });
