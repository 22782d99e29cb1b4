import type { RasterImage } from '../../src/data/image.js';
import type { ImageSource } from '../../src/data/imageSource.js';
import { ImageError } from '../../src/errors.js';

/** A picture of one color; as many channels as `color` has values. */
export function solid(width: number, height: number, color: readonly number[]): RasterImage {
  const data = new Uint8Array(width * height * color.length);
  return { width, height, data: data.map((_, i) => color[i % color.length]!) };
}

/** Pictures that can be told apart: picture `i` is 2 x 2 pixels of the grey level `i`. */
export function numberedSource(length: number, unreadable: readonly number[] = []): ImageSource {
  return {
    length,
    name: (index) => `${index}.png`,
    read: async (index, { signal } = {}) => {
      signal?.throwIfAborted();
      await Promise.resolve();
      if (unreadable.includes(index)) throw new ImageError(`Cannot decode "${index}.png": it is torn`);
      return solid(2, 2, [index, index, index]);
    },
  };
}
