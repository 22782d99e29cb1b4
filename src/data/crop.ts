import * as tf from '@tensorflow/tfjs-core';

import { argumentMessage, assertBetween, assertPositive, assertPositiveInteger } from '../errors.js';
import { randomGenerator } from '../random.js';
import { assertImages } from './assertions.js';
import { interpolationMatrix, type ResizeOptions } from './resize.js';

/** Size of an image, in pixels. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/** A part of an image, in pixels that need not be whole, and whether it is shown mirrored. */
export interface CropWindow {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  /** Whether left and right are exchanged. */
  readonly flip: boolean;
}

export interface RandomCropOptions {
  /**
   * Least share of the largest square's area that is shown, above 0 and up to 1.
   *
   * @defaultValue `0.5`
   */
  readonly leastArea?: number;
  /**
   * How often left and right are exchanged, from 0 to 1.
   *
   * @defaultValue `0.5`
   */
  readonly flipProbability?: number;
}

function assertSize(action: string, { height, width }: ImageSize): void {
  assertPositive(action, 'image.height', height);
  assertPositive(action, 'image.width', width);
}

/**
 * The largest square in the middle of an image.
 *
 * @throws {RangeError} If the image has no height or width.
 */
export function centerCrop(image: ImageSize): CropWindow {
  assertSize('find centerCrop', image);
  const { height, width } = image;
  const side = Math.min(height, width);
  return { top: (height - side) / 2, left: (width - side) / 2, height: side, width: side, flip: false };
}

/**
 * A random square of an image: its area, its place and whether it is mirrored are drawn uniformly.
 *
 * @param seed Non-negative integer, 0 included; `deriveSeed(seed, epoch, index)` gives each example its own.
 * @throws {RangeError} If a number is out of range.
 */
export function randomCrop(image: ImageSize, seed: number, options: RandomCropOptions = {}): CropWindow {
  const { leastArea = 0.5, flipProbability = 0.5 } = options;
  const action = 'draw randomCrop';
  assertSize(action, image);
  assertPositive(action, 'leastArea', leastArea);
  assertBetween(action, 'leastArea', leastArea, [0, 1]);
  assertBetween(action, 'flipProbability', flipProbability, [0, 1]);
  const { uniform } = randomGenerator(seed);
  const area = leastArea + (1 - leastArea) * uniform();
  const side = Math.min(image.height, image.width) * Math.sqrt(area);
  return {
    top: (image.height - side) * uniform(),
    left: (image.width - side) * uniform(),
    height: side,
    width: side,
    flip: uniform() < flipProbability,
  };
}

/** The matrices of all windows one after the other: values of a tensor of shape `[windows, to, from]`. */
function joinMatrices(matrices: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(matrices.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const matrix of matrices) {
    joined.set(matrix, offset);
    offset += matrix.length;
  }
  return joined;
}

/**
 * Parts of images at another size: crop, antialiased resize and mirroring in one operation.
 *
 * @param images Shape `[batch, height, width, channels]`.
 * @param windows One for each image.
 * @param size Of the result, in pixels.
 * @returns Shape `[batch, size.height, size.width, channels]`, to be disposed by the caller.
 * @throws {ShapeError} If `images` is not of rank 4.
 * @throws {RangeError} If there is not one window for each image, or a window or size is out of range.
 * @see interpolationMatrix
 */
export function cropImages(
  images: tf.Tensor4D,
  windows: readonly CropWindow[],
  size: ResizeOptions,
): tf.Tensor4D {
  const action = 'cropImages';
  assertImages(action, 'images', images, 'channels');
  const [batch, height, width, channels] = images.shape;
  assertPositiveInteger(action, 'size.height', size.height);
  assertPositiveInteger(action, 'size.width', size.width);
  if (windows.length !== batch) {
    throw new RangeError(argumentMessage(action, 'windows.length', `be ${batch}`, windows.length));
  }
  const rows = windows.map(({ top, height: length }) =>
    interpolationMatrix(height, size.height, { start: top, length }),
  );
  const columns = windows.map(({ left, width: length, flip }) =>
    interpolationMatrix(width, size.width, { start: left, length, flip }),
  );
  return tf.tidy(() => {
    const low = tf.matMul(
      tf.tensor3d(joinMatrices(rows), [batch, size.height, height]),
      tf.reshape(images, [batch, height, width * channels]),
    );
    const swapped = tf.transpose(tf.reshape(low, [batch, size.height, width, channels]), [0, 2, 1, 3]);
    const small = tf.matMul(
      tf.tensor3d(joinMatrices(columns), [batch, size.width, width]),
      tf.reshape(swapped, [batch, width, size.height * channels]),
    );
    return tf.transpose(tf.reshape(small, [batch, size.width, size.height, channels]), [0, 2, 1, 3]);
  });
}
