import type * as tf from '@tensorflow/tfjs-core';

import type { TensorData } from '../checkpoint/tensorData.js';
import type { RasterImage } from '../data/image.js';
import { encodePng } from '../data/png.js';
import { rasterToTensor } from '../data/rasterTensor.js';
import { assertImageData, toImageData } from '../data/toImageData.js';
import { paintPhoto } from './paintPhoto.js';

/** A latent code and where it came from. */
export interface LatentChoice {
  /** The code, `latentDim` numbers: `Colorizer.decode` makes the same colors of it again. */
  readonly latent: Float32Array;
  /** Weight of the mixture's component the code came from, from 0 to 1; `null` for a code that was given. */
  readonly weight: number | null;
  /** Index of that component in the mixture; `null` for a code that was given. */
  readonly component: number | null;
  /** Seed of the call that drew the code; `null` where nothing was drawn. */
  readonly seed: number | null;
}

/**
 * One way to color one photo.
 *
 * It holds the photo and a small color field, no tensor: there is nothing to dispose. The full-size picture is made anew
 * each time it is asked for.
 */
export interface Colorization extends LatentChoice {
  readonly width: number;
  readonly height: number;
  /** `ab / 128` as the decoder painted it, shape `[size, size, 2]`, covering the whole photo. */
  readonly colorField: TensorData;
  /** The photo in color, three channels, at its own size. */
  readonly toRaster: () => Promise<RasterImage>;
  /** The photo in color, sRGB in [0, 1], shape `[height, width, 3]`, to be disposed by the caller. */
  readonly toTensor: () => Promise<tf.Tensor3D>;
  /** The photo in color for a canvas; rejects with a `BackendError` where there is no `ImageData`, as in Node. */
  readonly toImageData: () => Promise<ImageData>;
  /** The bytes of a PNG file. */
  readonly toPng: () => Promise<Uint8Array<ArrayBuffer>>;
}

/** A result of a colorizer. */
export function colorization(photo: RasterImage, colorField: TensorData, choice: LatentChoice): Colorization {
  const { width, height } = photo;
  const toRaster = async () => paintPhoto(photo, colorField);
  return {
    ...choice,
    width,
    height,
    colorField,
    toRaster,
    toTensor: async () => rasterToTensor(await toRaster()),
    toImageData: async () => {
      assertImageData(); // before the work, not after it
      return toImageData(await toRaster());
    },
    toPng: async () => encodePng(await toRaster()),
  };
}
