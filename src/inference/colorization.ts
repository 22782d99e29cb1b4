import type * as tf from '@tensorflow/tfjs-core';

import type { TensorData } from '../checkpoint/tensorData.js';
import type { RasterImage } from '../data/image.js';
import { keptLightnessRows } from '../data/lightnessRows.js';
import { encodePng } from '../data/png.js';
import { rasterToTensor } from '../data/rasterTensor.js';
import { assertImageData, toImageData } from '../data/toImageData.js';
import { type PaintPhotoOptions, photoPainter, type Upsampling } from './paintPhoto.js';
import type { WishErrors } from './steering/wishes.js';

/** A latent code and where it came from. */
export interface LatentChoice {
  /** The code, `latentDim` numbers: `Colorizer.decode` makes the same colors of it again. */
  readonly latent: Float32Array;
  /** Share of the result in the component weights of all results of the call, which sums to 1; `null` for a code that was given. */
  readonly weight: number | null;
  /** Weight of the mixture's component the code came from, from 0 to 1; `null` for a code that was given. */
  readonly componentWeight: number | null;
  /** Index of that component in the mixture; `null` for a code that was given. */
  readonly component: number | null;
  /** Seed of the call that drew the code; `null` where nothing was drawn. */
  readonly seed: number | null;
  /** Codes that were left out as their colors are nearly those of this one; 0 for a code that was given. */
  readonly nearDuplicates: number;
}

/** Where a code came from that was given. */
export const GIVEN = { weight: null, componentWeight: null, component: null, seed: null, nearDuplicates: 0 };

/**
 * One way to color one photo.
 *
 * It holds the photo and a small color field, no tensor: there is nothing to dispose. The full-size picture is made anew
 * each time it is asked for. Results of one photo share what colors follow, up to 10 MiB, and its lightness, for photos of up to 4
 * megapixels: both are computed once and held for as long as one of the results is. Leave the photo's pixels as they are.
 */
export interface Colorization extends LatentChoice {
  readonly width: number;
  readonly height: number;
  /** `ab / 128` as the decoder painted it, shape `[size, size, 2]`, covering the whole photo. */
  readonly colorField: TensorData;
  /** How near it comes to hints, palette and reference, where they were given. */
  readonly wishErrors: WishErrors;
  /** The photo in color, three channels, at its own size. */
  readonly toRaster: (options?: PaintPhotoOptions) => Promise<RasterImage>;
  /** The photo in color, sRGB in [0, 1], shape `[height, width, 3]`, to be disposed by the caller. */
  readonly toTensor: (options?: PaintPhotoOptions) => Promise<tf.Tensor3D>;
  /** The photo in color for a canvas; rejects with a `BackendError` where there is no `ImageData`, as in Node. */
  readonly toImageData: (options?: PaintPhotoOptions) => Promise<ImageData>;
  /** The bytes of a PNG file. */
  readonly toPng: (options?: PaintPhotoOptions) => Promise<Uint8Array<ArrayBuffer>>;
}

/** A photo and what paints it. */
export interface PaintedPhoto {
  readonly width: number;
  readonly height: number;
  readonly paint: (colorField: TensorData, options: PaintPhotoOptions) => Promise<RasterImage>;
}

/** A photo that is painted several times: its lightness, and how colors follow it, are kept. */
export function paintedPhoto(photo: RasterImage, upsampling: Upsampling = 'edges'): PaintedPhoto {
  const { width, height } = photo;
  const paint = photoPainter(photo, keptLightnessRows(photo));
  const own = async (field: TensorData, options: PaintPhotoOptions) =>
    paint(field, { ...options, upsampling: options.upsampling ?? upsampling });
  return { width, height, paint: own };
}

/** A result of a colorizer. */
export function colorization(
  photo: PaintedPhoto,
  choice: LatentChoice & Pick<Colorization, 'colorField' | 'wishErrors'>,
): Colorization {
  const { width, height, paint } = photo;
  const { colorField } = choice;
  const toRaster = async (options: PaintPhotoOptions = {}) => paint(colorField, options);
  return {
    ...choice,
    width,
    height,
    toRaster,
    toTensor: async (options) => rasterToTensor(await toRaster(options)),
    toImageData: async (options) => {
      assertImageData(); // before the work, not after it
      return toImageData(await toRaster(options));
    },
    toPng: async (options) => encodePng(await toRaster(options)),
  };
}
