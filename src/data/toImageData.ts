import { BackendError } from '../errors.js';
import { channelsOf, type RasterImage } from './image.js';

/** @throws {BackendError} If this platform has no `ImageData`, as Node. */
export function assertImageData(): void {
  if (typeof ImageData !== 'undefined') return;
  throw new BackendError(
    'Cannot make ImageData as this platform has none: use toRaster(), toPng() or toTensor()',
  );
}

/**
 * A picture as `ImageData`, to be put on a canvas.
 *
 * @throws {RangeError} If the picture has no width or height.
 * @throws {TypeError} If the picture's data do not fit its width and height.
 * @throws {BackendError} If this platform has no `ImageData`, as Node.
 */
export function toImageData(image: RasterImage): ImageData {
  const { width, height, data } = image;
  const channels = channelsOf('make ImageData', image);
  assertImageData();
  const pixels = new ImageData(width, height);
  const [green, blue] = channels === 1 ? [0, 0] : [1, 2];
  for (let to = 0, from = 0; from < data.length; from += channels) {
    pixels.data[to++] = data[from]!;
    pixels.data[to++] = data[from + green]!;
    pixels.data[to++] = data[from + blue]!;
    pixels.data[to++] = channels === 4 ? data[from + 3]! : 255;
  }
  return pixels;
}
