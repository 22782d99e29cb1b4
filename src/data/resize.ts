import * as tf from '@tensorflow/tfjs-core';

import { argumentMessage, assertBetween, assertPositive, assertPositiveInteger } from '../errors.js';
import { assertImages } from './assertions.js';

/** How far beyond the source its last part may reach: what adding two float64 numbers can cost. */
const ROUNDING = 2 ** -50;

export interface InterpolationOptions {
  /**
   * Where the part of the source that is shown begins, in source pixels: 0 is the outer edge of the first one.
   *
   * @defaultValue `0`
   */
  readonly start?: number;
  /**
   * Extent of the part of the source that is shown, in source pixels.
   *
   * @defaultValue `from - start`
   */
  readonly length?: number;
  /**
   * Whether to reverse the output.
   *
   * @defaultValue `false`
   */
  readonly flip?: boolean;
}

export interface ResizeOptions {
  /** Height of the result, in pixels. */
  readonly height: number;
  /** Width of the result, in pixels. */
  readonly width: number;
}

/** One output sample: the weights of consecutive source samples, which add up to 1. */
export interface InterpolationRow {
  readonly first: number;
  readonly weights: readonly number[];
}

/** Weights of the triangle around `center` with the given half width, cut off at the edges of the source. */
function triangleWeights(center: number, radius: number, from: number): InterpolationRow {
  const first = Math.max(0, Math.floor(center - radius + 0.5));
  const end = Math.min(from, Math.floor(center + radius + 0.5));
  const heights = Array.from({ length: end - first }, (_, i) =>
    Math.max(0, 1 - Math.abs(first + i + 0.5 - center) / radius),
  );
  const sum = heights.reduce((total, height) => total + height, 0);
  return { first, weights: heights.map((height) => height / sum) };
}

export function interpolationRows(
  from: number,
  to: number,
  options: InterpolationOptions,
): InterpolationRow[] {
  const { start = 0, length = from - start, flip = false } = options;
  const scale = length / to;
  const rows = Array.from({ length: to }, (_, i) =>
    triangleWeights(start + (i + 0.5) * scale, Math.max(1, scale), from),
  );
  return flip ? rows.toReversed() : rows;
}

/**
 * The matrix of a one-dimensional resize: output samples are this matrix times source samples.
 *
 * A triangle filter on sample centers: linear interpolation when growing, and when shrinking an average whose support
 * grows with the ratio, so that fine detail is smoothed and not aliased. Every row adds up to 1. The filter may reach
 * beyond the part that is shown, but not beyond the source.
 *
 * @param from Number of source samples.
 * @param to Number of output samples.
 * @returns Row-major matrix of shape `[to, from]`.
 * @throws {RangeError} If a size is not a positive integer, or the part that is shown leaves the source.
 * @see Pillow, Image.resize with BILINEAR, which this equals.
 */
export function interpolationMatrix(
  from: number,
  to: number,
  options: InterpolationOptions = {},
): Float32Array {
  const action = 'create interpolationMatrix';
  assertPositiveInteger(action, 'from', from);
  assertPositiveInteger(action, 'to', to);
  const { start = 0, length = from - start } = options;
  assertBetween(action, 'start', start, [0, from]);
  assertPositive(action, 'length', length);
  if (start + length > from * (1 + ROUNDING)) {
    const rule = `be at most ${from}, the end of the source`;
    throw new RangeError(argumentMessage(action, 'start + length', rule, start + length));
  }
  const matrix = new Float32Array(to * from);
  interpolationRows(from, to, options).forEach(({ first, weights }, i) => {
    matrix.set(weights, i * from + first);
  });
  return matrix;
}

/** The orders of the axes that bring one of them to the end, and back. */
const AXIS_LAST = { 1: [0, 2, 3, 1], 2: [0, 1, 3, 2] };
const AXIS_BACK = { 1: [0, 3, 1, 2], 2: [0, 1, 3, 2] };

/**
 * Resizes the height (axis 1) or the width (axis 2).
 *
 * One product of a tall matrix of pixels and a small one of weights: tfjs is many times slower at batches of products, and
 * at products in which the large matrix is on the right.
 */
function resizeAxis(images: tf.Tensor4D, axis: 1 | 2, to: number): tf.Tensor4D {
  const from = images.shape[axis];
  if (from === to) return images;
  const weights = tf.transpose(tf.tensor2d(interpolationMatrix(from, to), [to, from]));
  const turned = tf.transpose(images, AXIS_LAST[axis]);
  const resized = tf.matMul(tf.reshape(turned, [images.size / from, from]), weights);
  const shape = [...turned.shape.slice(0, 3), to] as [number, number, number, number];
  return tf.transpose(tf.reshape(resized, shape), AXIS_BACK[axis]);
}

/**
 * Images of another size: linear interpolation between pixel centers, antialiased when shrinking.
 *
 * Two matrix products, one for each axis, so that values and gradients are the same on every backend; tfjs's own resize
 * operations differ from each other and do not antialias.
 *
 * @param images Shape `[batch, height, width, channels]`.
 * @returns Shape `[batch, options.height, options.width, channels]`, to be disposed by the caller.
 * @throws {ShapeError} If `images` is not of rank 4.
 * @throws {RangeError} If a size is not a positive integer.
 * @see interpolationMatrix
 */
export function resizeImage(images: tf.Tensor4D, options: ResizeOptions): tf.Tensor4D {
  const { height, width } = options;
  assertImages('resize images', 'images', images, 'channels');
  assertPositiveInteger('resize images', 'height', height);
  assertPositiveInteger('resize images', 'width', width);
  return tf.tidy(() => {
    // The axis that shrinks goes first: it leaves less work for the other one.
    const heightFirst = height < images.shape[1];
    const resized = heightFirst
      ? resizeAxis(resizeAxis(images, 1, height), 2, width)
      : resizeAxis(resizeAxis(images, 2, width), 1, height);
    return tf.clone(resized);
  });
}
