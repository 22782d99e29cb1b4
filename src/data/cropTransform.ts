import { assertPositiveInteger } from '../errors.js';
import { centerCrop, randomCrop, type RandomCropOptions } from './crop.js';
import { cropRaster } from './cropRaster.js';
import type { ImageTransform } from './imageDataset.js';

export interface CenterCropTransformOptions {
  /** Side of the square examples, in pixels. */
  readonly size: number;
}

export interface RandomCropTransformOptions extends RandomCropOptions, CenterCropTransformOptions {}

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
