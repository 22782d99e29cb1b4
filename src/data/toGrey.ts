import { channelsOf, type RasterImage } from './image.js';
import { lightnessRows } from './lightnessRows.js';
import { paintColors } from './paintColors.js';

/**
 * A picture without its colors: each pixel the grey of the same lightness L*.
 *
 * @returns A picture of three equal channels.
 * @throws {RangeError} If the picture has no width or height.
 * @throws {TypeError} If the picture's data do not fit its width and height.
 */
export async function toGrey(image: RasterImage): Promise<RasterImage> {
  channelsOf('convert toGrey', image);
  const none = new Float32Array(image.width * 2);
  return paintColors(image, { lightness: lightnessRows(image), colors: () => none });
}
