import * as tf from '@tensorflow/tfjs-core';

import { channelsOf, type RasterImage } from './image.js';
import { clipToGamut, labToRgb, rgbToLightness } from './lab.js';
import { paintStrips } from './paintStrips.js';
import { rasterToTensor } from './rasterTensor.js';

/**
 * A picture without its colors: each pixel the grey of the same lightness L*.
 *
 * @returns A picture of three equal channels.
 * @throws {RangeError} If the picture has no width or height.
 * @throws {TypeError} If the picture's data do not fit its width and height.
 */
export async function toGrey(image: RasterImage): Promise<RasterImage> {
  channelsOf('convert toGrey', image);
  return paintStrips(image, (strip) =>
    tf.tidy(() => {
      const lightness = rgbToLightness(rasterToTensor(strip)); // [rows, width, 1]
      return clipToGamut(labToRgb(tf.pad(lightness, [[0, 0], [0, 0], [0, 2]]))); // prettier-ignore
    }),
  );
}
