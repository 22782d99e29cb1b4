import { readFile } from 'node:fs/promises';

import type { RasterImage } from '../data/image.js';
import { assertOneOf, assertPositive, ImageError } from '../errors.js';
import { loadSharp } from './loadSharp.js';

/** Kinds of file that are decoded, as sharp names them; its SVG and PDF readers are left out on purpose. */
const FORMATS = ['jpeg', 'png', 'webp', 'heif', 'tiff', 'gif'];

const DEFAULT_MAX_PIXELS = 100e6;
const OPAQUE = 255;

export interface DecodeImageOptions {
  /**
   * The largest picture that is accepted, in pixels; checked before any pixel is decoded.
   *
   * @defaultValue `100e6`
   */
  readonly maxPixels?: number;
  /**
   * `'white'` lays transparent parts on white; `'keep'` gives a picture that has some a fourth channel, 0 where it is clear.
   *
   * @defaultValue `'white'`
   */
  readonly alpha?: 'white' | 'keep';
  /**
   * What messages call the picture.
   *
   * @defaultValue the path, or `"image"` for bytes
   */
  readonly name?: string;
}

/** The first line of an error's message: image libraries tend to repeat themselves. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split('\n', 1)[0]!;
}

/** The content of a file; `name` is what messages call it. */
export async function readImageFile(path: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ImageError(`Cannot read "${name}": ${reasonOf(cause)}`, { cause });
  }
}

function isOpaque(rgba: Uint8Array): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== OPAQUE) return false;
  return true;
}

/** RGB of RGBA. */
function withoutAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    rgb[to++] = rgba[from]!;
    rgb[to++] = rgba[from + 1]!;
    rgb[to++] = rgba[from + 2]!;
  }
  return rgb;
}

async function decodeBytes(
  bytes: Uint8Array,
  { name, maxPixels, alpha }: Required<DecodeImageOptions>,
): Promise<RasterImage> {
  const sharp = await loadSharp('decode images');
  if (bytes.length === 0) throw new ImageError(`Cannot decode "${name}" as it is empty`);
  // "error" fails on files that are cut short or damaged; "warning" would also refuse photos that every viewer shows.
  const file = sharp(bytes, { failOn: 'error', limitInputPixels: false, autoOrient: true });
  const { format, width, height, hasAlpha } = await file.metadata();
  if (!FORMATS.includes(format)) {
    throw new ImageError(`Cannot decode "${name}" as pictures of the kind "${format}" are not supported`);
  }
  if (width * height > maxPixels) {
    throw new ImageError(
      `Cannot decode "${name}" as it has ${width} x ${height} pixels: 'maxPixels' is ${maxPixels}`,
    );
  }
  const keep = alpha === 'keep' && hasAlpha;
  const { data, info } = await (keep ? file.ensureAlpha() : file.flatten({ background: '#ffffff' }))
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.length);
  const opaque = keep && isOpaque(pixels);
  return { width: info.width, height: info.height, data: opaque ? withoutAlpha(pixels) : pixels };
}

/**
 * Decodes a JPEG, PNG, WebP, AVIF, TIFF or GIF file by `sharp`, an optional dependency that is loaded on first use.
 *
 * The picture comes as a viewer shows it: turned as its EXIF orientation says, converted to sRGB by its color profile,
 * transparent parts laid on white, 16-bit, grey, palette and CMYK pictures as 8-bit RGB, of an animation the first frame.
 *
 * @param input The path of a file, or its content.
 * @returns A picture of three channels; of four with `alpha: 'keep'`, where some of it is transparent.
 * @throws {ImageError} If the file is missing, cut short, damaged, too large or not a picture, or `sharp` is not installed.
 * @throws {RangeError} If `maxPixels` is not a positive number.
 * @throws {TypeError} If `alpha` is unknown.
 *
 * @example
 * ```ts
 * import { encodePng } from 'polyhue';
 * import { decodeImage, writeFileAtomic } from 'polyhue/node';
 *
 * await writeFileAtomic('photo.png', await encodePng(await decodeImage('photo.jpg')));
 * ```
 */
export async function decodeImage(
  input: string | Uint8Array,
  options: DecodeImageOptions = {},
): Promise<RasterImage> {
  const { maxPixels = DEFAULT_MAX_PIXELS, alpha = 'white' } = options;
  const { name = typeof input === 'string' ? input : 'image' } = options;
  assertPositive('decode an image', 'maxPixels', maxPixels);
  assertOneOf('decode an image', 'alpha', alpha, ['white', 'keep']);
  const bytes = typeof input === 'string' ? await readImageFile(input, name) : input;
  try {
    return await decodeBytes(bytes, { name, maxPixels, alpha });
  } catch (cause) {
    if (cause instanceof ImageError) throw cause;
    throw new ImageError(`Cannot decode "${name}": ${reasonOf(cause)}`, { cause });
  }
}
