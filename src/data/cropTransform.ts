import * as tf from '@tensorflow/tfjs-core';

import { assertPositiveInteger } from '../errors.js';
import { centerCrop, cropImages, randomCrop, type CropWindow, type RandomCropOptions } from './crop.js';
import type { RasterImage } from './image.js';
import type { ImageTransform } from './imageDataset.js';
import { rasterToTensor } from './rasterTensor.js';

export interface CenterCropTransformOptions {
  /** Side of the square examples, in pixels. */
  readonly size: number;
}

export interface RandomCropTransformOptions extends RandomCropOptions, CenterCropTransformOptions {}

function cropRaster(image: RasterImage, window: CropWindow, size: number): tf.Tensor3D {
  return tf.tidy(() => {
    const images = tf.expandDims<tf.Tensor4D>(rasterToTensor(image), 0);
    return tf.squeeze<tf.Tensor3D>(cropImages(images, [window], { height: size, width: size }), [0]);
  });
}

/**
 * Examples for validation: the largest square in the middle of each picture.
 *
 * @throws {RangeError} If `size` is not a positive integer.
 */
export function centerCropTransform(options: CenterCropTransformOptions): ImageTransform {
  const { size } = options;
  assertPositiveInteger('create centerCropTransform', 'size', size);
  return (image) => cropRaster(image, centerCrop(image), size);
}

/**
 * Examples for training: a random square of each picture, mirrored at random, by the seed of the example.
 *
 * @throws {RangeError} If `size` is not a positive integer; when it is used, if another option is out of range.
 */
export function randomCropTransform(options: RandomCropTransformOptions): ImageTransform {
  const { size } = options;
  assertPositiveInteger('create randomCropTransform', 'size', size);
  return (image, { seed }) => cropRaster(image, randomCrop(image, seed, options), size);
}
