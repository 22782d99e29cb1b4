import { crc32 } from 'node:zlib';

import { channelsOf, type RasterImage } from '../data/image.js';
import { encodePng } from '../data/png.js';
import { assertBetween, assertOneOf } from '../errors.js';
import type { ImageMetadata } from './imageMetadata.js';
import { loadSharp } from './loadSharp.js';

/** Kinds of file that pictures are written as. */
export const OUTPUT_FORMATS = ['png', 'jpeg', 'webp'] as const;

export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** The ending of the name of a file of that kind. */
export const FORMAT_ENDINGS: Readonly<Record<OutputFormat, string>> = {
  png: '.png',
  jpeg: '.jpg',
  webp: '.webp',
};

export const DEFAULT_QUALITY = 90;

export interface EncodeImageOptions {
  /**
   * Kind of file. JPEG has no transparency: a picture of four channels is laid on white.
   *
   * @defaultValue `'png'`
   */
  readonly format?: OutputFormat;
  /**
   * From 1, small, to 100, good; PNG is lossless whatever it is.
   *
   * @defaultValue `90`
   */
  readonly quality?: number;
  /** What the file is to say besides the pixels, from `readImageMetadata`. */
  readonly metadata?: ImageMetadata;
}

const ACTION = 'encode an image';
/** Bytes of a PNG file before its second chunk: its signature and its header. */
const PNG_HEADER_BYTES = 8 + 25;

function pngChunk(type: string, data: Uint8Array): Buffer {
  const chunk = Buffer.alloc(data.length + 12);
  chunk.writeUInt32BE(data.length);
  chunk.write(type, 4, 'latin1');
  chunk.set(data, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, data.length + 8)), data.length + 8);
  return chunk;
}

/** A PNG file with EXIF and XMP in the chunks that the PNG specification (third edition) and XMP part 3 name. */
function withMetadata(png: Uint8Array, { exif, xmp }: ImageMetadata): Uint8Array {
  const chunks: Uint8Array[] = [];
  if (exif !== undefined) chunks.push(pngChunk('eXIf', exif));
  if (xmp !== undefined) {
    // Keyword, not compressed, no language, no translated keyword.
    chunks.push(pngChunk('iTXt', Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0${xmp}`)));
  }
  return Buffer.concat([png.subarray(0, PNG_HEADER_BYTES), ...chunks, png.subarray(PNG_HEADER_BYTES)]);
}

async function encodeLossy(
  image: RasterImage,
  channels: 1 | 3 | 4,
  { format, quality, metadata }: { format: 'jpeg' | 'webp'; quality: number; metadata: ImageMetadata },
): Promise<Uint8Array> {
  const sharp = await loadSharp(`write ${format} files`);
  const { width, height, data } = image;
  const kept = metadata.exif !== undefined || metadata.xmp !== undefined;
  const input = kept
    ? sharp(withMetadata(await encodePng(image), metadata), { limitInputPixels: false })
        .keepExif()
        .keepXmp()
    : sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
  if (format === 'webp') return input.webp({ quality }).toBuffer();
  // Color at full resolution: it is what was made here.
  return input.flatten({ background: '#ffffff' }).jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
}

/**
 * A picture as the bytes of a file. PNG needs no other package, JPEG and WebP are written by `sharp`.
 *
 * @param image 1, 3 or 4 channels.
 * @throws {RangeError} If the picture has no width or height, or `quality` is not from 1 to 100.
 * @throws {TypeError} If the picture's data do not fit its width and height, or `format` is unknown.
 * @throws {ImageError} If `sharp` is needed and not installed.
 *
 * @example
 * ```ts
 * import { decodeImage, encodeImage, writeFileAtomic } from 'polyhue/node';
 *
 * const photo = await decodeImage('photo.png');
 * await writeFileAtomic('photo.webp', await encodeImage(photo, { format: 'webp', quality: 80 }));
 * ```
 */
export async function encodeImage(image: RasterImage, options: EncodeImageOptions = {}): Promise<Uint8Array> {
  const { format = 'png', quality = DEFAULT_QUALITY, metadata = {} } = options;
  const channels = channelsOf(ACTION, image);
  assertOneOf(ACTION, 'format', format, OUTPUT_FORMATS);
  assertBetween(ACTION, 'quality', quality, [1, 100]);
  if (format === 'png') return withMetadata(await encodePng(image), metadata);
  return encodeLossy(image, channels, { format, quality, metadata });
}
