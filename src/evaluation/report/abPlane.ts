import * as tf from '@tensorflow/tfjs-core';

import type { RasterImage } from '../../data/image.js';
import { clipToGamut, labToRgb } from '../../data/lab.js';

/** Lightness at which colors of the plane are shown. */
const LIGHTNESS = 62;
const BYTE_SCALE = 255;
/** How much is seen of a bin with one pixel, so that rare colors do not vanish. */
const LEAST_OPACITY = 0.12;

/** sRGB of the middle of each bin, b falling from the top, a rising to the right. */
async function binColors(side: number, binSize: number): Promise<Float32Array> {
  const middle = (bin: number): number => (bin + 0.5) * binSize - 128;
  const labs = Array.from({ length: side * side }, (_, i) => [
    LIGHTNESS,
    middle(i % side),
    middle(side - 1 - Math.floor(i / side)),
  ]);
  const rgb = tf.tidy(() => clipToGamut(labToRgb(tf.tensor2d(labs.flat(), [labs.length, 3]))));
  try {
    return await rgb.data<'float32'>();
  } finally {
    rgb.dispose();
  }
}

/**
 * Pixel counts over the ab plane as a picture: each bin in its own color, the denser the more of it there is, by the logarithm.
 *
 * @param counts Bins of a and b from -128 up, a slowest.
 * @param binSize Width of a bin, in Lab units.
 * @param most The count that is fully opaque, so that pictures compare.
 * @returns Four channels, transparent where there is no pixel: a rises to the right, b to the top.
 */
export async function abPlane(
  counts: readonly number[],
  binSize: number,
  most: number,
): Promise<RasterImage> {
  const side = Math.round(Math.sqrt(counts.length));
  const colors = await binColors(side, binSize);
  const data = new Uint8ClampedArray(counts.length * 4);
  for (let i = 0; i < counts.length; i++) {
    const [a, b] = [i % side, side - 1 - Math.floor(i / side)];
    const count = counts[a * side + b]!;
    const density = Math.log1p(count) / Math.log1p(most);
    const opacity = count === 0 ? 0 : LEAST_OPACITY + (1 - LEAST_OPACITY) * density;
    for (let channel = 0; channel < 3; channel++)
      data[i * 4 + channel] = colors[i * 3 + channel]! * BYTE_SCALE;
    data[i * 4 + 3] = opacity * BYTE_SCALE;
  }
  return { width: side, height: side, data };
}
