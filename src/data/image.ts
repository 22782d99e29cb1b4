import { argumentMessage, assertPositiveInteger } from '../errors.js';

/**
 * A decoded picture: rows from top to bottom, pixels from left to right, channels interleaved, 8 bits each, sRGB.
 *
 * `data.length / (width * height)` is the number of channels: 1 (grey), 3 (RGB) or 4 (RGB and alpha), so that a browser's
 * `ImageData` is a `RasterImage` as it is.
 */
export interface RasterImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/**
 * The number of channels of a picture: 1 (grey), 3 (RGB) or 4 (RGB and alpha).
 *
 * @param action What the caller is about to do, as it reads in the message.
 * @throws {RangeError} If width or height is not a positive integer.
 * @throws {TypeError} If `data` does not hold 1, 3 or 4 values per pixel.
 */
export function channelsOf(action: string, image: RasterImage): 1 | 3 | 4 {
  const { width, height, data } = image;
  assertPositiveInteger(action, 'image.width', width);
  assertPositiveInteger(action, 'image.height', height);
  const channels = data.length / (width * height);
  if (channels === 1 || channels === 3 || channels === 4) return channels;
  const rule = `be 1, 3 or 4 times ${width} x ${height}`;
  throw new TypeError(argumentMessage(action, 'image.data.length', rule, data.length));
}
