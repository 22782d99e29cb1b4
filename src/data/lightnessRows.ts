import { labCurve, linearOf, XYZ_FROM_RGB } from './colorCurves.js';
import type { RasterImage } from './image.js';
import { BYTE_SCALE, overWhite } from './rasterTensor.js';

/** Photos of more pixels are not kept: 16 MiB at most. */
const MOST_KEPT_PIXELS = 2 ** 22;

/** `f(Y)` of one row of pixels, which is `(L + 16) / 116`; it may be overwritten once the next row is asked for. */
export type RowLightness = (row: number) => Float32Array;

let linear: Float64Array | undefined;

/** Linear light of each byte; made on first use, as an import is to do no work. */
function linearBytes(): Float64Array {
  linear ??= Float64Array.from({ length: 256 }, (_, byte) => linearOf(byte / BYTE_SCALE));
  return linear;
}

/** The light of a byte on white, linear. */
function lightOf(linear: Float64Array, byte: number, alpha: number): number {
  return alpha === BYTE_SCALE ? linear[byte]! : linearOf(overWhite(byte, alpha));
}

function readRow({ data, width, height }: RasterImage, row: number, lightness: Float32Array): void {
  const [, , , red, green, blue] = XYZ_FROM_RGB;
  const linear = linearBytes();
  const channels = data.length / (width * height);
  const next = channels === 1 ? 0 : 1;
  for (let x = 0, i = row * width * channels; x < width; x++, i += channels) {
    const alpha = channels === 4 ? data[i + 3]! : BYTE_SCALE;
    const y = red * lightOf(linear, data[i]!, alpha) + green * lightOf(linear, data[i + next]!, alpha);
    lightness[x] = labCurve(y + blue * lightOf(linear, data[i + 2 * next]!, alpha));
  }
}

/** The lightness of a picture, computed row by row. */
export function lightnessRows(image: RasterImage): RowLightness {
  const lightness = new Float32Array(image.width);
  return (row) => {
    readRow(image, row, lightness);
    return lightness;
  };
}

/**
 * The same, for a picture that is painted several times: rows are computed once, and kept as four bytes a pixel for as long as
 * the function lives. Of large pictures nothing is kept, which would take more memory than it saves time.
 */
export function keptLightnessRows(image: RasterImage): RowLightness {
  const { width, height } = image;
  if (width * height > MOST_KEPT_PIXELS) return lightnessRows(image);
  const kept: Float32Array[] = [];
  return (row) => {
    const known = kept[row];
    if (known !== undefined) return known;
    const lightness = new Float32Array(width);
    readRow(image, row, lightness);
    kept[row] = lightness;
    return lightness;
  };
}
