import type { WorkerColorizer, WorkerPhoto } from 'polyhue/worker';

/** Longest side of what is shown while one tries things out; the download has the photo's own size. */
const PREVIEW_PIXELS = 1024;
const MOST_PIXELS = 100e6;

/** A photo that the user has opened. */
export interface OpenPhoto {
  readonly file: Blob;
  readonly name: string;
  /** The photo as it is shown, in the worker of the colorizer. */
  readonly preview: WorkerPhoto;
  readonly colorizer: WorkerColorizer;
  /** Side of the photo divided by that of the preview. */
  readonly scale: number;
  readonly width: number;
  readonly height: number;
}

/** What is wrong with a file that was given, in the words of the page. */
function unreadable(name: string, cause: unknown): Error {
  const cure = 'It may be damaged or of another kind. Try a JPEG, PNG, WebP or AVIF file.';
  return new Error(`This browser cannot read “${name}” as a picture. ${cure}`, { cause });
}

/** Width and height of a picture as it is shown; browsers read no more than the beginning of the file for that. */
async function sizeOf(file: Blob, name: string): Promise<[number, number]> {
  const image = new Image();
  const url = URL.createObjectURL(file);
  try {
    await new Promise((resolve, reject) => {
      image.addEventListener('load', resolve);
      image.addEventListener('error', () => reject(unreadable(name, undefined)));
      image.src = url;
    });
    return [image.naturalWidth, image.naturalHeight];
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Opens a file; the worker makes a large photo smaller for the page. */
export async function openPhoto(
  colorizer: WorkerColorizer,
  file: Blob,
  { name, signal }: { readonly name: string; readonly signal: AbortSignal },
): Promise<OpenPhoto> {
  const [width, height] = await sizeOf(file, name);
  if (width * height > MOST_PIXELS) {
    const size = `${width} x ${height} pixels, ${Math.round((width * height) / 1e6)} megapixels`;
    throw new Error(
      `“${name}” has ${size}. This page colors photos of up to ${MOST_PIXELS / 1e6}: make it smaller first.`,
    );
  }
  const options = { name, signal, maxPixels: MOST_PIXELS, maxSide: PREVIEW_PIXELS };
  const preview = await colorizer.readPhoto(file, options).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw unreadable(name, cause);
  });
  const scale = Math.max(1, Math.max(width, height) / PREVIEW_PIXELS);
  return { file, name, preview, colorizer, scale, width, height };
}
