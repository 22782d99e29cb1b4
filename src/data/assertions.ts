import type * as tf from '@tensorflow/tfjs-core';

import { assertShape, ShapeError } from '../errors.js';

/** @throws {ShapeError} If `tensor` has no axis or its last axis is not of `size`. */
export function assertLastAxis(action: string, argument: string, tensor: tf.Tensor, size: number): void {
  if (tensor.shape.at(-1) === size) return;
  throw new ShapeError(action, argument, ['...', size], tensor.shape);
}

/** @throws {ShapeError} If `tensor` is not of shape `[batch, height, width, channels]`. */
export function assertImages(
  action: string,
  argument: string,
  tensor: tf.Tensor,
  channels: number | 'channels',
): void {
  assertShape(action, argument, tensor, ['batch', 'height', 'width', channels]);
}
