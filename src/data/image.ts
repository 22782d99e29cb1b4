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
