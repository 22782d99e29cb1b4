import type { RasterImage } from '../data/image.js';
import { ImageError } from '../errors.js';
import { decodeImage } from '../node/decodeImage.js';
import { type ImageMetadata, readImageMetadata } from '../node/imageMetadata.js';
import { overWhite } from './alpha.js';
import type { PhotoJob, PhotoOpener } from './photoJobs.js';

/** A photo as it is colored, and what its results are to keep. */
export interface LoadedPhoto {
  /** Three channels, transparent parts laid on white. */
  readonly image: RasterImage;
  /** One byte a pixel, where some of it is transparent. */
  readonly alpha?: Uint8Array;
  readonly metadata: ImageMetadata;
}

/** Reads the photo of a job. */
export type PhotoReader = (job: PhotoJob) => Promise<LoadedPhoto>;

export interface PhotoReaderOptions {
  readonly open: PhotoOpener;
  readonly maxPixels: number;
  readonly keepMetadata: boolean;
}

/** A photo of which the file is at hand; `input` is what messages call it. */
export async function decodePhoto(
  bytes: Uint8Array,
  { input, maxPixels, keepMetadata }: Omit<PhotoReaderOptions, 'open'> & { readonly input: string },
): Promise<LoadedPhoto> {
  const picture = await decodeImage(bytes, { name: input, maxPixels, alpha: 'keep' });
  const metadata = keepMetadata ? await readImageMetadata(bytes) : {};
  return { ...overWhite(picture), metadata };
}

/** A reader of photos; one that cannot be read is an `ImageError` that names it as the job does. */
export function photoReader({ open, maxPixels, keepMetadata }: PhotoReaderOptions): PhotoReader {
  return async ({ input, path, index }) => {
    const source = await open(path);
    if (index >= source.length) throw new ImageError(`Cannot read "${input}" as it has gone`);
    return decodePhoto(await source.bytes(index), { input, maxPixels, keepMetadata });
  };
}
