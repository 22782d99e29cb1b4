import { colorStatistics, type ImageTone, toneOf } from './colorStatistics.js';
import type { RasterImage } from './image.js';

/**
 * Tells a grey picture from one that has color already, of which a colorizer uses the lightness only.
 *
 * - `'grey'`: mean chroma below 2.5 Lab units.
 * - `'sepia'`, `'tinted'`: light and dark parts in one and the same color, as in toned prints; sepia is brown.
 * - `'color'`: anything else.
 *
 * The picture is measured at about 64 pixels.
 *
 * @throws {RangeError} If the picture has no width or height.
 * @throws {TypeError} If the picture's data do not fit its width and height.
 *
 * @example
 * ```ts
 * if ((await imageTone(photo)) !== 'grey') console.log('The photo has color: it is made grey first.');
 * ```
 */
export async function imageTone(image: RasterImage): Promise<ImageTone> {
  return toneOf(await colorStatistics(image));
}
