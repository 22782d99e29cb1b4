import type { RasterImage } from '../../src/data/image.js';

/** A PNG file with the pixels of a picture of three channels; browsers only. */
export async function fileOf({ width, height, data }: RasterImage, name: string): Promise<File> {
  const canvas = new OffscreenCanvas(width, height);
  const pixels = new ImageData(width, height);
  for (let i = 0; i < width * height; i++)
    pixels.data.set([data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!, 255], 4 * i);
  canvas.getContext('2d')!.putImageData(pixels, 0, 0);
  return new File([await canvas.convertToBlob()], name, { type: 'image/png' });
}
