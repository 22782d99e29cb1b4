import * as tf from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';

import { assertOneOf, assertShape } from '../../errors.js';

export const UPSAMPLE_METHODS = [
  'nearest',
  'bilinearHalfPixel',
  'bilinearAlignCorners',
  'bilinearLegacy',
] as const;

/**
 * How a map is brought to twice its height and width.
 *
 * - `'nearest'`: every pixel becomes a square of four.
 * - `'bilinearHalfPixel'`: pixel centers at half-integers (PyTorch since 0.4, TensorFlow 2).
 * - `'bilinearAlignCorners'`: corner pixels stay at the corners (PyTorch before 0.4).
 * - `'bilinearLegacy'`: the source of pixel `i` is `i / 2`, no half-pixel offset (TensorFlow 1).
 */
export type UpsampleMethod = (typeof UPSAMPLE_METHODS)[number];

export interface UpsampleLayerArgs {
  readonly method: UpsampleMethod;
  readonly name?: string;
}

/** Where pixel `i` of the doubled axis lies on the axis of `size` pixels. */
function sourcePosition(i: number, size: number, method: UpsampleMethod): number {
  if (method === 'bilinearHalfPixel') return Math.max(0, (i + 0.5) / 2 - 0.5);
  if (method === 'bilinearAlignCorners') return (i * (size - 1)) / (2 * size - 1);
  return i / 2;
}

/** The matrix that doubles one axis of `size` pixels, shape `[2 * size, size]`; each row sums to 1. */
function interpolationMatrix(size: number, method: UpsampleMethod): tf.Tensor2D {
  const values = new Float32Array(2 * size * size);
  for (let i = 0; i < 2 * size; i++) {
    const position = sourcePosition(i, size, method);
    const below = Math.min(Math.floor(position), size - 1);
    const above = Math.min(below + 1, size - 1);
    const share = position - below;
    values[i * size + below]! += 1 - share;
    values[i * size + above]! += share;
  }
  return tf.tensor2d(values, [2 * size, size]);
}

/** Multiplies both spatial axes of `x` by matrices: rows by `vertical`, columns by `horizontal`. */
function resizeByMatrices(x: tf.Tensor4D, vertical: tf.Tensor2D, horizontal: tf.Tensor2D): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const [newHeight, newWidth] = [vertical.shape[0], horizontal.shape[0]];
  const rows = tf.reshape(x, [batch, height, width * channels]);
  const tall = tf.matMul(tf.expandDims(vertical, 0), rows); // [batch, newHeight, width * channels]
  const columns = tf.reshape(tall, [batch * newHeight, width, channels]);
  const wide = tf.matMul(tf.expandDims(horizontal, 0), columns);
  return tf.reshape(wide, [batch, newHeight, newWidth, channels]);
}

function doubleNearest(x: tf.Tensor4D): tf.Tensor4D {
  return tf.image.resizeNearestNeighbor(x, [2 * x.shape[1], 2 * x.shape[2]]);
}

/** Each input pixel fed four output pixels: their gradients add up. */
function nearestGradient(dy: tf.Tensor4D): tf.Tensor4D {
  return tf.mul(tf.avgPool(dy, 2, 2, 'valid'), 4);
}

function doubleBilinear(x: tf.Tensor4D, method: UpsampleMethod): tf.Tensor4D {
  return resizeByMatrices(
    x,
    interpolationMatrix(x.shape[1], method),
    interpolationMatrix(x.shape[2], method),
  );
}

function bilinearGradient(dy: tf.Tensor4D, method: UpsampleMethod): tf.Tensor4D {
  const [vertical, horizontal] = [dy.shape[1], dy.shape[2]].map((size) =>
    tf.transpose(interpolationMatrix(size / 2, method)),
  );
  return resizeByMatrices(dy, vertical!, horizontal!);
}

/**
 * Doubles height and width, with the exact gradient on every backend.
 *
 * The gradient kernels of tfjs 4.22 are not used: the bilinear one leaves out the half-pixel offset, and the nearest one is
 * wrong on the cpu backend for batches of two and more. Bilinear maps are products with one interpolation matrix per axis,
 * in both directions.
 *
 * @param x Maps, shape `[batch, height, width, channels]`.
 * @returns Shape `[batch, 2 * height, 2 * width, channels]`, to be disposed by the caller.
 * @throws {ShapeError} If `x` does not have four axes.
 * @throws {TypeError} If `method` is none of `UPSAMPLE_METHODS`.
 */
export function upsample(x: tf.Tensor4D, method: UpsampleMethod): tf.Tensor4D {
  assertShape('upsample', 'x', x, ['batch', 'height', 'width', 'channels']);
  assertOneOf('upsample', 'method', method, UPSAMPLE_METHODS);
  const nearest = method === 'nearest';
  const double = tf.customGrad((...inputs) => {
    const map = inputs[0] as tf.Tensor4D;
    return {
      value: nearest ? doubleNearest(map) : doubleBilinear(map, method),
      gradFunc: (dy: tf.Tensor) =>
        nearest ? nearestGradient(dy as tf.Tensor4D) : bilinearGradient(dy as tf.Tensor4D, method),
    };
  });
  return tf.tidy(() => double(x) as tf.Tensor4D);
}

/** Layer that doubles height and width; see `upsample`. */
export class Upsample extends layers.Layer {
  static readonly className = 'PolyhueUpsample';
  private readonly method: UpsampleMethod;

  /** @throws {TypeError} If `method` is none of `UPSAMPLE_METHODS`. */
  constructor(args: UpsampleLayerArgs) {
    super(args);
    assertOneOf('create Upsample', 'method', args.method, UPSAMPLE_METHODS);
    this.method = args.method;
  }

  override computeOutputShape(inputShape: Shape): Shape {
    const [batch, height, width, channels] = inputShape;
    const double = (size: number | null | undefined) => (typeof size === 'number' ? 2 * size : null);
    return [batch ?? null, double(height), double(width), channels ?? null];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    return upsample(x as tf.Tensor4D, this.method);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), method: this.method };
  }
}

tf.serialization.registerClass(Upsample);
