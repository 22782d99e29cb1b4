import type { RasterImage } from '../data/image.js';

const BYTE = 255;

/** A picture of three or four channels as three, laid on white, and its transparency, if it has any. */
export function overWhite(picture: RasterImage): {
  readonly image: RasterImage;
  readonly alpha?: Uint8Array;
} {
  const { width, height, data } = picture;
  const pixels = width * height;
  if (data.length !== pixels * 4) return { image: picture };
  const [rgb, alpha] = [new Uint8Array(pixels * 3), new Uint8Array(pixels)];
  for (let i = 0; i < pixels; i++) {
    const a = data[4 * i + 3]!;
    alpha[i] = a;
    for (let c = 0; c < 3; c++)
      rgb[3 * i + c] = Math.round((data[4 * i + c]! * a + BYTE * (BYTE - a)) / BYTE);
  }
  return { image: { width, height, data: rgb }, alpha };
}

/** The picture of four channels that, laid on white, is `image`; white where it is clear. */
export function withAlpha({ width, height, data }: RasterImage, alpha: Uint8Array): RasterImage {
  const rgba = new Uint8ClampedArray(width * height * 4); // rounds and limits by itself
  for (let i = 0; i < alpha.length; i++) {
    const a = alpha[i]!;
    for (let c = 0; c < 3; c++)
      rgba[4 * i + c] = a === 0 ? BYTE : BYTE - ((BYTE - data[3 * i + c]!) * BYTE) / a;
    rgba[4 * i + 3] = a;
  }
  return { width, height, data: rgba };
}
