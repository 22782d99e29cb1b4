import * as tf from '@tensorflow/tfjs-core';

import { argumentMessage, assertBetween, assertPositive, assertPositiveInteger } from '../errors.js';
import { assertImages } from './assertions.js';

/** How far beyond the source its last part may reach: what adding two float64 numbers can cost. */
const ROUNDING = 2 ** -50;

/** Output rows computed by one matrix product; a banded matrix of more rows would be mostly zeros. */
const BLOCK_ROWS = 64;

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
interface InterpolationRow {
  readonly first: number;
  readonly weights: readonly number[];
}

/** Consecutive output samples as a dense matrix over the source samples that they use. */
interface RowBlock {
  readonly first: number;
  readonly length: number;
  readonly rows: number;
  readonly values: Float32Array;
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

function interpolationRows(from: number, to: number, options: InterpolationOptions): InterpolationRow[] {
  const { start = 0, length = from - start, flip = false } = options;
  const scale = length / to;
  const rows = Array.from({ length: to }, (_, i) =>
    triangleWeights(start + (i + 0.5) * scale, Math.max(1, scale), from),
  );
  return flip ? rows.toReversed() : rows;
}

/** The rows side by side in the columns `first` to `first + length` of the full matrix. */
function denseBlock(rows: readonly InterpolationRow[], first: number, length: number): RowBlock {
  const values = new Float32Array(rows.length * length);
  rows.forEach((row, i) => values.set(row.weights, i * length + row.first - first));
  return { first, length, rows: rows.length, values };
}

function rowBlocks(rows: readonly InterpolationRow[]): RowBlock[] {
  const starts = Array.from({ length: Math.ceil(rows.length / BLOCK_ROWS) }, (_, i) => i * BLOCK_ROWS);
  return starts.map((start) => {
    const block = rows.slice(start, start + BLOCK_ROWS);
    const first = Math.min(...block.map((row) => row.first));
    const end = Math.max(...block.map((row) => row.first + row.weights.length));
    return denseBlock(block, first, end - first);
  });
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
  return denseBlock(interpolationRows(from, to, options), 0, from).values;
}

/** Resizes the middle axis of `[batch, from, inner]`. */
function resizeMiddleAxis(x: tf.Tensor3D, to: number): tf.Tensor3D {
  const [batch, from, inner] = x.shape;
  if (from === to) return x;
  const parts = rowBlocks(interpolationRows(from, to, {})).map((block) => {
    const matrix = tf.tensor3d(block.values, [1, block.rows, block.length]);
    const used = tf.slice(x, [0, block.first, 0], [batch, block.length, inner]);
    return tf.matMul<tf.Tensor3D>(matrix, used); // [batch, block.rows, inner]
  });
  return parts.length === 1 ? parts[0]! : tf.concat(parts, 1);
}

function resizeHeight(images: tf.Tensor4D, height: number): tf.Tensor4D {
  const [batch, from, width, channels] = images.shape;
  const resized = resizeMiddleAxis(tf.reshape(images, [batch, from, width * channels]), height);
  return tf.reshape(resized, [batch, height, width, channels]);
}

function resizeWidth(images: tf.Tensor4D, width: number): tf.Tensor4D {
  if (images.shape[2] === width) return images;
  const swap = (x: tf.Tensor4D): tf.Tensor4D => tf.transpose(x, [0, 2, 1, 3]);
  return swap(resizeHeight(swap(images), width));
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
      ? resizeWidth(resizeHeight(images, height), width)
      : resizeHeight(resizeWidth(images, width), height);
    return tf.clone(resized);
  });
}
