import * as tf from '@tensorflow/tfjs-core';

import type { RasterImage } from '../data/image.js';
import { rgbToLightness } from '../data/lab.js';
import { resizeRaster } from '../data/resizeRaster.js';
import { shrinkImage } from '../data/shrinkImage.js';

/** A photo is first shrunk by whole numbers, to no less than this many times the side that is needed. */
const SHRINK_MARGIN = 4;

/**
 * The lightness of a whole photo, squeezed into a square: what the networks see of it.
 *
 * The photo is resized before its lightness is taken, as in training.
 *
 * @param size Side of the square, in pixels.
 * @returns L in [0, 100], shape `[1, size, size, 1]`, to be disposed by the caller.
 */
export function squareLightness(photo: RasterImage, size: number): tf.Tensor4D {
  const small = shrinkImage(photo, size * SHRINK_MARGIN);
  return tf.tidy(() => rgbToLightness(resizeRaster(small, { height: size, width: size })));
}

/** The squares of one photo, each made when a network first looks at it. */
export interface PhotoSquares {
  /** What `squareLightness` gives; it belongs to the squares. */
  readonly ofSize: (size: number) => tf.Tensor4D;
  readonly dispose: () => void;
}

/** Squares that live until `dispose`, also beyond a `tf.tidy`. */
function photoSquares(photo: RasterImage): PhotoSquares {
  const made = new Map<number, tf.Tensor4D>();
  return {
    ofSize: (size) => {
      const square = made.get(size) ?? tf.keep(squareLightness(photo, size));
      made.set(size, square);
      return square;
    },
    dispose: () => tf.dispose([...made.values()]),
  };
}

/** Calls `body` with the squares of a photo, and frees them. */
export async function withSquares<T>(
  photo: RasterImage,
  body: (squares: PhotoSquares) => Promise<T>,
): Promise<T> {
  const squares = photoSquares(photo);
  try {
    return await body(squares);
  } finally {
    squares.dispose();
  }
}
