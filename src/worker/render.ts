import type { RasterImage } from '../data/image.js';
import { toImageData } from '../data/toImageData.js';
import { BackendError } from '../errors.js';
import type { Colorization } from '../inference/colorization.js';
import type { PaintPhotoOptions } from '../inference/paintPhoto.js';
import type { CallName, Calls, Rendering } from './messages.js';

/** A canvas that holds a picture. */
function canvasOf(image: RasterImage): OffscreenCanvas {
  const { width, height } = image;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context === null) throw new BackendError('Cannot draw a picture as the browser gives no 2D canvas');
  context.putImageData(toImageData(image), 0, 0);
  return canvas;
}

/** A picture whose longer side is at most `maxSide` pixels. */
async function bitmapOf(image: RasterImage, maxSide: number): Promise<ImageBitmap> {
  const { width, height } = image;
  const scale = Math.min(1, maxSide / Math.max(width, height));
  const [resizeWidth, resizeHeight] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  const pixels = toImageData(image);
  if (scale === 1) return createImageBitmap(pixels);
  return createImageBitmap(pixels, {
    resizeWidth: resizeWidth!,
    resizeHeight: resizeHeight!,
    resizeQuality: 'high',
  });
}

/** The pixels of a result in the form that is wanted. */
export async function render(
  result: Colorization,
  rendering: Rendering,
  options: PaintPhotoOptions,
): Promise<Calls['render']['answer']> {
  if (rendering.as === 'png') return result.toPng(options);
  const image = await result.toRaster(options);
  switch (rendering.as) {
    case 'raster':
      return image;
    case 'rgba': {
      const { width, height, data } = toImageData(image);
      return { width, height, data };
    }
    case 'bitmap':
      return bitmapOf(image, rendering.maxSide);
    case 'blob': {
      const { type, quality } = rendering;
      return canvasOf(image).convertToBlob(quality === undefined ? { type } : { type, quality });
    }
    default:
      throw new TypeError('Cannot render a result in an unknown form');
  }
}

/** What of an answer is moved to the page instead of copied. */
export function transferablesOf(answer: Calls[CallName]['answer']): Transferable[] {
  if (answer === null) return [];
  if (answer instanceof Uint8Array) return [answer.buffer];
  if (answer instanceof Map)
    return [...answer.values()].map(({ buffer }: Uint8Array) => buffer as ArrayBuffer);
  if (typeof ImageBitmap !== 'undefined' && answer instanceof ImageBitmap) return [answer];
  return 'data' in answer ? [answer.data.buffer as ArrayBuffer] : [];
}
