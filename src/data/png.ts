import { channelsOf, type RasterImage } from './image.js';

/**
 * A picture as the bytes of a PNG file: lossless, 8 bits, as many channels as the picture has.
 *
 * The encoder is loaded on first use.
 *
 * @throws {RangeError} If the picture has no width or height.
 * @throws {TypeError} If the picture's data do not fit its width and height.
 */
export async function encodePng(image: RasterImage): Promise<Uint8Array<ArrayBuffer>> {
  const channels = channelsOf('encode a PNG', image);
  const { encode } = await import('fast-png');
  const { width, height, data } = image;
  return new Uint8Array(encode({ width, height, data, channels, depth: 8 }));
}
