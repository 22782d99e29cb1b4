import type { RasterImage } from '../../src/data/image.js';
import { type ImageSource, memorySource } from '../../src/data/imageSource.js';
import { randomGenerator } from '../../src/random.js';

/** Saturated colors of different lightness. */
export const COLORS = [
  [220, 40, 40],
  [40, 160, 60],
  [50, 70, 200],
  [230, 200, 50],
  [150, 60, 170],
  [60, 190, 200],
  [120, 70, 20],
  [250, 150, 190],
] as const;

/** A picture of `size` by `size` pixels in one hue, with a grain of its own so that no two grey photos are alike. */
export function grainy(size: number, color: readonly number[], seed: number): RasterImage {
  const { uniform } = randomGenerator(seed);
  const data = new Uint8Array(size * size * 3);
  for (let pixel = 0; pixel < size * size; pixel++) {
    const shade = 0.8 + 0.2 * uniform();
    color.forEach((channel, i) => {
      data[pixel * 3 + i] = Math.round(channel * shade);
    });
  }
  return { width: size, height: size, data };
}

/** The first `count` of eight pictures, or further ones of the same colors with other seeds. */
export function smallPictures(count: number, size = 16, seed = 0): ImageSource {
  return memorySource(
    Array.from({ length: count }, (_, i) => grainy(size, COLORS[i % COLORS.length]!, seed + i)),
    Array.from({ length: count }, (_, i) => `${seed + i}.png`),
  );
}
