import type { RasterImage } from '../data/image.js';
import { assertImageData } from '../data/toImageData.js';
import { assertPositiveInteger } from '../errors.js';
import type { Colorization } from '../inference/colorization.js';
import type { PaintPhotoOptions } from '../inference/paintPhoto.js';
import type { Calls, Rendering, SentResult } from './messages.js';
import type { WorkerCalls } from './workerCalls.js';

export interface BitmapOptions extends PaintPhotoOptions {
  /**
   * Longest side of the bitmap, in pixels; the result is made smaller where it is longer.
   *
   * @defaultValue its own size
   */
  readonly maxSide?: number;
}

export interface BlobOptions extends PaintPhotoOptions {
  /**
   * Format of the file, as a MIME type the browser can write.
   *
   * @defaultValue `'image/png'`
   */
  readonly type?: string;
  /**
   * Quality of formats that lose some, from 0 to 1.
   *
   * @defaultValue that of the browser
   */
  readonly quality?: number;
}

/**
 * One way to color one photo, whose pixels are painted in the worker.
 *
 * The worker holds the photo for it until `release` is called, or the browser has cleared the result away.
 */
export interface WorkerColorization extends Omit<
  Colorization,
  'toRaster' | 'toTensor' | 'toImageData' | 'toPng'
> {
  /** The photo in color, three channels, at its own size. */
  readonly toRaster: (options?: PaintPhotoOptions) => Promise<RasterImage>;
  /** The photo in color for a canvas. */
  readonly toImageData: (options?: PaintPhotoOptions) => Promise<ImageData>;
  /** The bytes of a PNG file, the same as those of a `Colorization`. */
  readonly toPng: (options?: PaintPhotoOptions) => Promise<Uint8Array<ArrayBuffer>>;
  /** The photo in color for a canvas with the context `'bitmaprenderer'`: the page does not touch a pixel. To be closed by the caller. */
  readonly toBitmap: (options?: BitmapOptions) => Promise<ImageBitmap>;
  /** A file to download, written by the browser: PNG, JPEG or WebP. */
  readonly toBlob: (options?: BlobOptions) => Promise<Blob>;
  /** Lets the worker forget the result; its picture cannot be had any more. */
  readonly release: () => void;
}

/** Makes results of what a worker sends. */
export function workerColorizations(calls: WorkerCalls): (sent: SentResult) => WorkerColorization {
  const cleared = new FinalizationRegistry<number>((id) => calls.release({ results: [id] }));
  return ({ id, result }) => {
    const render = async <T extends Calls['render']['answer']>(
      rendering: Rendering,
      { signal, upsampling, stripPixels }: PaintPhotoOptions = {},
    ): Promise<T> => {
      const options = {
        ...(upsampling !== undefined && { upsampling }),
        ...(stripPixels !== undefined && { stripPixels }),
      };
      return (await calls.call('render', { id, rendering, options }, { signal })) as T;
    };

    const colorization: WorkerColorization = {
      ...result,
      toRaster: async (options) => render<RasterImage>({ as: 'raster' }, options),
      toImageData: async (options) => {
        assertImageData();
        const { width, height, data } = await render<RasterImage>({ as: 'rgba' }, options);
        return new ImageData(data as Uint8ClampedArray<ArrayBuffer>, width, height);
      },
      toPng: async (options) => render<Uint8Array<ArrayBuffer>>({ as: 'png' }, options),
      toBitmap: async (options = {}) => {
        const { maxSide = Math.max(result.width, result.height) } = options;
        assertPositiveInteger('make a bitmap', 'maxSide', maxSide);
        return render<ImageBitmap>({ as: 'bitmap', maxSide }, options);
      },
      toBlob: async (options = {}) => {
        const { type = 'image/png', quality } = options;
        return render<Blob>({ as: 'blob', type, quality }, options);
      },
      release: () => calls.release({ results: [id] }),
    };
    cleared.register(colorization, id);
    return colorization;
  };
}
