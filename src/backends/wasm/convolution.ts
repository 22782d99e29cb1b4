import * as tf from '@tensorflow/tfjs-core';

import { kernel, run, type Replacement } from './heap.js';

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
 * A forward convolution with the padding written out.
 *
 * For padding 'same' the stock kernels leave the padding to XNNPACK, which subtracts below zero where the stride is above the
 * kernel size, and reads and writes outside of the tensors.
 */
function explicitlyPadded(depthwise: boolean): Replacement {
  return (stock) =>
    kernel<'x' | 'filter', ConvolutionAttributes>(({ inputs, backend, attrs }) => {
      const { padInfo } = convolutionOf(inputs.x.shape, inputs.filter.shape, attrs, depthwise);
      const { top, bottom, left, right } = padInfo;
      const vertical = [top, bottom];
      return run(stock, backend, inputs, { ...attrs, pad: [[0, 0], vertical, [left, right], [0, 0]] });
    });
}

/** Replaces `Conv2D` and `FusedConv2D`. */
export const convolution = explicitlyPadded(false);

/** Replaces `DepthwiseConv2dNative` and `FusedDepthwiseConv2D`. */
export const depthwiseConvolution = explicitlyPadded(true);
