import type { RasterImage } from '../data/image.js';
import { assertPositive, assertPositiveInteger, ImageError } from '../errors.js';

/** What a browser can draw, or can fetch and draw. */
export type BrowserImage =
  | Blob
  | string
  | URL
  | ImageData
  | ImageBitmap
  | HTMLImageElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLVideoElement;

export interface DecodeImageOptions {
  /**
   * The largest picture that is accepted, in pixels. The browser has decoded the file by then; this guards the copies made
   * afterwards.
   *
   * @defaultValue `100e6`
   */
  readonly maxPixels?: number;
  /**
   * Longest side of the result, in pixels: a larger picture is made smaller, a smaller one stays as it is.
   *
   * @defaultValue the picture's own
   */
  readonly maxSide?: number | undefined;
  /**
   * What messages call the picture.
   *
   * @defaultValue the URL, the file's name, or `"image"`
   */
  readonly name?: string;
  /** Gives up the download; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What messages call a picture that was given no name. */
export function imageNameOf(input: BrowserImage): string {
  if (typeof input === 'string' || input instanceof URL) return String(input).slice(0, 100);
  return input instanceof File ? input.name : 'image';
}

/** Runs `body`; what it throws becomes an `ImageError` that names the picture, or the reason of the signal. */
export async function namingImage<T>(
  { name, signal }: Required<Pick<DecodeImageOptions, 'name' | 'signal'>>,
  body: () => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await body();
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof ImageError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ImageError(`Cannot decode "${name}": ${reason}`, { cause });
  }
}

/** The file at a URL. */
export async function downloadImage(url: string | URL, signal: AbortSignal | undefined): Promise<Blob> {
  const response = await fetch(url, { signal: signal ?? null });
  if (!response.ok) throw new Error(`the server answers ${response.status} ${response.statusText}`.trim());
  return response.blob();
}

/** Draws on white and reads the pixels back. */
function pixelsOf(bitmap: ImageBitmap): RasterImage {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('the browser gives no 2D canvas');
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  const rgba = context.getImageData(0, 0, width, height).data;
  const data = new Uint8Array(width * height * 3);
  for (let to = 0, from = 0; to < data.length; from += 4) {
    data[to++] = rgba[from]!;
    data[to++] = rgba[from + 1]!;
    data[to++] = rgba[from + 2]!;
  }
  return { width, height, data };
}

/** The pixels of a bitmap whose longest side is at most `maxSide`. */
async function smallPixelsOf(bitmap: ImageBitmap, maxSide: number): Promise<RasterImage> {
  const { width, height } = bitmap;
  const scale = maxSide / Math.max(width, height);
  if (scale >= 1) return pixelsOf(bitmap);
  const small = await createImageBitmap(bitmap, {
    resizeWidth: Math.max(1, Math.round(width * scale)),
    resizeHeight: Math.max(1, Math.round(height * scale)),
    resizeQuality: 'high',
  });
  try {
    return pixelsOf(small);
  } finally {
    small.close();
  }
}

async function decode(input: BrowserImage, options: Required<DecodeImageOptions>): Promise<RasterImage> {
  const { maxPixels, maxSide, name, signal } = options;
  const drawable =
    typeof input === 'string' || input instanceof URL ? await downloadImage(input, signal) : input;
  const bitmap = await createImageBitmap(drawable, { imageOrientation: 'from-image' });
  try {
    if (bitmap.width * bitmap.height <= maxPixels) return await smallPixelsOf(bitmap, maxSide ?? Infinity);
    const size = `${bitmap.width} x ${bitmap.height}`;
    throw new ImageError(`Cannot decode "${name}" as it has ${size} pixels: 'maxPixels' is ${maxPixels}`);
  } finally {
    bitmap.close();
  }
}

/**
 * Decodes a picture by the browser: a file, a URL, or anything that can be drawn on a canvas.
 *
 * The picture comes as the browser shows it: turned as its EXIF orientation says, converted to sRGB, transparent parts laid
 * on white, of an animation the first frame.
 *
 * @returns A picture of three channels. The input stays open.
 * @throws {ImageError} If it cannot be fetched or decoded, is too large, or comes from another site that forbids reading it.
 * @throws {RangeError} If `maxPixels` is not a positive number or `maxSide` not a positive integer.
 *
 * @example
 * ```ts
 * import { decodeImage, toImageData } from 'polyhue/browser';
 *
 * const photo = await decodeImage('photo.jpg');
 * document.querySelector('canvas')!.getContext('2d')!.putImageData(toImageData(photo), 0, 0);
 * ```
 */
export async function decodeImage(
  input: BrowserImage,
  options: DecodeImageOptions = {},
): Promise<RasterImage> {
  const { maxPixels = 100e6, maxSide, name = imageNameOf(input), signal } = options;
  assertPositive('decode an image', 'maxPixels', maxPixels);
  if (maxSide !== undefined) assertPositiveInteger('decode an image', 'maxSide', maxSide);
  return namingImage({ name, signal }, async () => decode(input, { maxPixels, maxSide, name, signal }));
}
