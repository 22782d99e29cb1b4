import type { RasterImage } from '../../src/data/image.js';

/** Pixels by the formula that tools/golden/picture_statistics.py uses. */
export function formulaPicture(width: number, height: number, seed: number): RasterImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) {
    const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / (3 * width)), i % 3];
    data[i] = (x * (7 + seed) + y * (3 + 2 * c) * seed + ((x * y) >> 3) * (c + 1) + c * 40) % 256;
  }
  return { width, height, data };
}
