import { readFile } from 'node:fs/promises';

import type { RasterImage } from '../data/image.js';
import { assertPositive, ImageError } from '../errors.js';

/** Kinds of file that are decoded, as sharp names them; its SVG and PDF readers are left out on purpose. */
const FORMATS = ['jpeg', 'png', 'webp', 'heif', 'tiff', 'gif'];

const DEFAULT_MAX_PIXELS = 100e6;

export interface DecodeImageOptions {
  /**
   * The largest picture that is accepted, in pixels; checked before any pixel is decoded.
   *
   * @defaultValue `100e6`
   */
  readonly maxPixels?: number;
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

async function loadSharp() {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    throw new ImageError(
      'Cannot decode images as the package "sharp" does not load: run "npm install sharp"',
      {
        cause,
      },
    );
  }
}

async function readBytes(path: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ImageError(`Cannot read "${name}": ${reasonOf(cause)}`, { cause });
  }
}

async function decodeBytes(bytes: Uint8Array, name: string, maxPixels: number): Promise<RasterImage> {
  const sharp = await loadSharp();
  if (bytes.length === 0) throw new ImageError(`Cannot decode "${name}" as it is empty`);
  // "error" fails on files that are cut short or damaged; "warning" would also refuse photos that every viewer shows.
  const file = sharp(bytes, { failOn: 'error', limitInputPixels: false, autoOrient: true });
  const { format, width, height } = await file.metadata();
  if (!FORMATS.includes(format)) {
    throw new ImageError(`Cannot decode "${name}" as pictures of the kind "${format}" are not supported`);
  }
  if (width * height > maxPixels) {
    throw new ImageError(
      `Cannot decode "${name}" as it has ${width} x ${height} pixels: 'maxPixels' is ${maxPixels}`,
    );
  }
  const { data, info } = await file
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

/**
 * Decodes a JPEG, PNG, WebP, AVIF, TIFF or GIF file by `sharp`, an optional dependency that is loaded on first use.
 *
 * The picture comes as a viewer shows it: turned as its EXIF orientation says, converted to sRGB by its color profile,
 * transparent parts laid on white, 16-bit, grey, palette and CMYK pictures as 8-bit RGB, of an animation the first frame.
 *
 * @param input The path of a file, or its content.
 * @returns A picture of three channels.
 * @throws {ImageError} If the file is missing, cut short, damaged, too large or not a picture, or `sharp` is not installed.
 * @throws {RangeError} If `maxPixels` is not a positive number.
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
  const { maxPixels = DEFAULT_MAX_PIXELS, name = typeof input === 'string' ? input : 'image' } = options;
  assertPositive('decode an image', 'maxPixels', maxPixels);
  const bytes = typeof input === 'string' ? await readBytes(input, name) : input;
  try {
    return await decodeBytes(bytes, name, maxPixels);
  } catch (cause) {
    if (cause instanceof ImageError) throw cause;
    throw new ImageError(`Cannot decode "${name}": ${reasonOf(cause)}`, { cause });
  }
}
