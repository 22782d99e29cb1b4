import { assertPositiveInteger } from '../errors.js';
import { channelsOf, type RasterImage } from './image.js';

const ACTION = 'shrink an image';

/** The mean of one channel over a square of `side` pixels whose first value is at `start`. */
function blockMean(image: RasterImage, start: number, side: number, channels: number): number {
  const rowLength = image.width * channels;
  let sum = 0;
  for (let y = 0; y < side; y++) {
    const row = start + y * rowLength;
    for (let i = row; i < row + side * channels; i += channels) sum += image.data[i]!;
  }
  return Math.round(sum / side ** 2);
}

/**
 * Shrinks a large picture by a whole number, so that its shortest side is still `shortestSide` pixels or more.
 *
 * Each pixel is the mean of a square of pixels; up to that many columns at the right and rows at the bottom are cut off. It
 * is meant for making photos small before they are kept or measured, not for exact sizes.
 *
 * @param shortestSide Pixels.
 * @returns A new picture, or `image` itself where it is not large enough to be halved.
 * @throws {RangeError} If `shortestSide` is not a positive integer or the picture has no width or height.
 * @throws {TypeError} If the picture's data do not fit its width and height.
 */
export function shrinkImage(image: RasterImage, shortestSide: number): RasterImage {
  assertPositiveInteger(ACTION, 'shortestSide', shortestSide);
  const channels = channelsOf(ACTION, image);
  const factor = Math.floor(Math.min(image.width, image.height) / shortestSide);
  if (factor < 2) return image;

  const [width, height] = [Math.floor(image.width / factor), Math.floor(image.height / factor)];
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < data.length; i++) {
    const [pixel, channel] = [Math.floor(i / channels), i % channels];
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    data[i] = blockMean(image, (y * image.width + x) * factor * channels + channel, factor, channels);
  }
  return { width, height, data };
}
