import {
  type BrowserImage,
  type DecodeImageOptions,
  downloadImage,
  imageNameOf,
  namingImage,
} from '../browser/decodeImage.js';
import type { Calls } from './messages.js';
import type { PhotoNumbers, WorkerPhoto } from './sendPhotos.js';
import type { WorkerCalls } from './workerCalls.js';

/** The photos that a worker has read. */
export interface WorkerPhotos {
  readonly numbers: PhotoNumbers;
  readonly read: (image: BrowserImage, options?: DecodeImageOptions) => Promise<WorkerPhoto>;
}

async function readInto(
  calls: WorkerCalls,
  input: BrowserImage,
  options: DecodeImageOptions,
): Promise<Calls['readPhoto']['answer']> {
  const { maxPixels, maxSide, name = imageNameOf(input), signal } = options;
  const drawable = await namingImage({ name, signal }, async () => {
    if (typeof input === 'string' || input instanceof URL) return downloadImage(input, signal);
    return input instanceof Blob ? input : createImageBitmap(input);
  });
  const transfer = drawable instanceof Blob ? [] : [drawable];
  return calls.call('readPhoto', { image: drawable, maxPixels, maxSide, name }, { transfer, signal });
}

/** Keeps count of the photos that a worker holds; one that the browser clears away is released. */
export function workerPhotos(calls: WorkerCalls): WorkerPhotos {
  const numbers = new WeakMap<WorkerPhoto, number>();
  const cleared = new FinalizationRegistry<number>((held) => calls.release({ photos: [held] }));
  return {
    numbers,
    read: async (image, options = {}) => {
      const { held, width, height, tone } = await readInto(calls, image, options);
      const release = (): void => {
        numbers.delete(photo);
        calls.release({ photos: [held] });
      };
      const photo: WorkerPhoto = { width, height, tone, release };
      numbers.set(photo, held);
      cleared.register(photo, held);
      return photo;
    },
  };
}
