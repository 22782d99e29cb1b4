import { ImageError } from '../errors.js';
import { loadSharp } from './loadSharp.js';

/** What a picture file says besides its pixels. */
export interface ImageMetadata {
  /** Camera, time, place, author, ...: a TIFF structure, as files hold it. */
  readonly exif?: Uint8Array;
  /** The same and more as XML, as editors of pictures write it. */
  readonly xmp?: string;
}

const EXIF_PREFIX = 'Exif\0\0';
const ORIENTATION_TAG = 0x0112;
const ENTRY_BYTES = 12;
const UPRIGHT = 1;
const [LITTLE_ENDIAN, BIG_ENDIAN] = [0x4949, 0x4d4d];

/** Marks the picture that a first directory of a TIFF structure describes as upright, and the directory as the last. */
function straighten(view: DataView): void {
  const little = view.getUint16(0) === LITTLE_ENDIAN;
  const first = view.getUint32(4, little);
  const entries = view.getUint16(first, little);
  const tags = Array.from({ length: entries }, (_, i) => first + 2 + i * ENTRY_BYTES);
  const orientation = tags.find((at) => view.getUint16(at, little) === ORIENTATION_TAG);
  if (orientation !== undefined) view.setUint16(orientation + 8, UPRIGHT, little);
  view.setUint32(first + 2 + entries * ENTRY_BYTES, 0, little);
}

/**
 * EXIF of a picture whose pixels have been turned and changed: upright, and without the small picture of the first state.
 *
 * @returns `undefined` where the structure is damaged.
 */
function uprightExif(bytes: Uint8Array): Uint8Array | undefined {
  const hasPrefix = new TextDecoder('latin1').decode(bytes.subarray(0, EXIF_PREFIX.length)) === EXIF_PREFIX;
  // A copy with a buffer of its own; `slice` of Node's Buffer would not be one.
  const exif = new Uint8Array(bytes.subarray(hasPrefix ? EXIF_PREFIX.length : 0));
  const view = new DataView(exif.buffer);
  try {
    if (![LITTLE_ENDIAN, BIG_ENDIAN].includes(view.getUint16(0))) return undefined;
    straighten(view);
    return exif;
  } catch (error) {
    if (error instanceof RangeError) return undefined; // an offset beyond the end
    throw error;
  }
}

/** XMP of a picture whose pixels have been turned. */
function uprightXmp(xmp: string): string {
  return xmp.replaceAll(/(tiff:Orientation(?:\s*=\s*["']|>))\s*\d\s*/g, `$1${UPRIGHT}`);
}

/**
 * The metadata of a picture file, made to fit the picture as `decodeImage` gives it: turned upright.
 *
 * EXIF keeps all that it says but the orientation, which becomes "upright", and the small picture it may hold. Damaged EXIF
 * is left out. Color profiles are not metadata here: decoded pictures are sRGB.
 *
 * @param bytes Content of a file that `decodeImage` takes.
 * @throws {ImageError} If it is not a picture, or `sharp` is not installed.
 */
export async function readImageMetadata(bytes: Uint8Array): Promise<ImageMetadata> {
  const sharp = await loadSharp('read metadata');
  try {
    const { exif, xmp } = await sharp(bytes, { limitInputPixels: false }).metadata();
    const upright = exif === undefined ? undefined : uprightExif(exif);
    return {
      ...(upright === undefined ? {} : { exif: upright }),
      ...(xmp === undefined ? {} : { xmp: uprightXmp(new TextDecoder().decode(xmp)) }),
    };
  } catch (cause) {
    throw new ImageError(`Cannot read metadata: ${(cause as Error).message}`, { cause });
  }
}
