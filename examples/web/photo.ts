import type { WorkerColorizer, WorkerPhoto } from 'polyhue/worker';

/** Longest side of what is shown while one tries things out; the download has the photo's own size. */
const PREVIEW_PIXELS = 1024;
const MOST_PIXELS = 100e6;

/** A photo that the user has opened. */
export interface OpenPhoto {
  readonly file: Blob;
  readonly name: string;
  /** The photo as it is shown, in the worker. */
  readonly preview: WorkerPhoto;
  /** Side of the photo divided by that of the preview. */
  readonly scale: number;
  readonly width: number;
  readonly height: number;
}

async function bitmapOf(file: Blob, name: string): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch (cause) {
    const cure = 'It may be damaged. Try a JPEG, PNG, WebP or AVIF file.';
    throw new Error(`This browser cannot read “${name}” as a picture. ${cure}`, { cause });
  }
}

/** Opens a file; a large photo is made smaller for the page. */
export async function openPhoto(colorizer: WorkerColorizer, file: Blob, name: string): Promise<OpenPhoto> {
  const bitmap = await bitmapOf(file, name);
  const { width, height } = bitmap;
  try {
    if (width * height > MOST_PIXELS) {
      const size = `${Math.round((width * height) / 1e6)} megapixels`;
      throw new Error(
        `“${name}” has ${size}, more than fits in memory here. Make it smaller than 100 first.`,
      );
    }
    const scale = Math.max(1, Math.max(width, height) / PREVIEW_PIXELS);
    const resize = {
      resizeWidth: Math.max(1, Math.round(width / scale)),
      resizeHeight: Math.max(1, Math.round(height / scale)),
      resizeQuality: 'high',
    } as const;
    const small = scale === 1 ? bitmap : await createImageBitmap(bitmap, resize);
    const preview = await colorizer.readPhoto(small, { name });
    return { file, name, preview, scale, width, height };
  } finally {
    bitmap.close();
  }
}
