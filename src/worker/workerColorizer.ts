import type { StartedBackend } from '../backends/pickBackend.js';
import type { BrowserImage, DecodeImageOptions } from '../browser/decodeImage.js';
import type { RasterImage } from '../data/image.js';
import type { ColorizeOptions } from '../inference/colorizer.js';
import type { SentResult, WorkerMemory } from './messages.js';
import {
  packPhoto,
  packWishes,
  type PhotoNumbers,
  type WorkerPhoto,
  type WorkerWishes,
} from './sendPhotos.js';
import type { WorkerCalls } from './workerCalls.js';
import { type WorkerColorization, workerColorizations } from './workerColorization.js';
import { workerPhotos } from './workerPhotos.js';

export interface WorkerColorizeOptions extends Omit<ColorizeOptions, keyof WorkerWishes>, WorkerWishes {
  /**
   * Moves the pixels of photos to the worker instead of copying them: their `data` is empty afterwards.
   *
   * @defaultValue `false`
   */
  readonly transfer?: boolean;
}

/** Colors photos in several ways, in a worker. */
export interface WorkerColorizer {
  /** What the worker computes on, and why not on something faster. */
  readonly backend: StartedBackend;
  /**
   * Decodes a picture in the worker, which keeps it: it can be colored many times and is sent once. It accepts what
   * `decodeImage` of `polyhue/browser` accepts and has its options and errors.
   */
  readonly readPhoto: (image: BrowserImage, options?: DecodeImageOptions) => Promise<WorkerPhoto>;
  /** One photo in, its results out, the weightiest first; a list of photos in, a list of results for each out. */
  readonly colorize: {
    (photo: RasterImage | WorkerPhoto, options?: WorkerColorizeOptions): Promise<WorkerColorization[]>;
    (
      photos: readonly (RasterImage | WorkerPhoto)[],
      options?: WorkerColorizeOptions,
    ): Promise<WorkerColorization[][]>;
  };
  /** The colors of given latent codes, in their order; those of a result for wishes with the same wishes. */
  readonly decode: (
    photo: RasterImage | WorkerPhoto,
    latents: readonly Float32Array[],
    wishes?: WorkerWishes,
  ) => Promise<WorkerColorization[]>;
  /** What the worker holds now. */
  readonly memory: () => Promise<WorkerMemory>;
  /** Ends the worker, which frees all of its memory; open calls are rejected with a `BackendError`. */
  readonly dispose: () => void;
}

type Photo = RasterImage | WorkerPhoto;

/** Colors a list of photos. */
type ColorizeAll = (
  photos: readonly Photo[],
  options: WorkerColorizeOptions,
) => Promise<WorkerColorization[][]>;

function colorizeIn(
  calls: WorkerCalls,
  numbers: PhotoNumbers,
  resultOf: (sent: SentResult) => WorkerColorization,
): ColorizeAll {
  return async (photos, { transfer: move = false, signal, onProgress, ...options }) => {
    signal?.throwIfAborted();
    const { hints: _hints, palette: _palette, reference: _reference, lock: _lock, ...plain } = options;
    const wishes = packWishes('colorize', options, numbers);
    const sent = photos.map((photo) => packPhoto('colorize', photo, { numbers, move }));
    const request = { photos: sent.map(({ content }) => content), options: { ...plain, ...wishes.content } };
    const transfer = [...new Set([...wishes.transfer, ...sent.flatMap((one) => one.transfer)])];
    const found = await calls.call('colorize', request, { transfer, signal, onProgress });
    return found.map((ofPhoto) => ofPhoto.map(resultOf));
  };
}

/** The methods of a colorizer whose worker is ready. */
export function workerColorizer(calls: WorkerCalls, backend: StartedBackend): WorkerColorizer {
  const { numbers, read } = workerPhotos(calls);
  const resultOf = workerColorizations(calls);
  const colorizeAll = colorizeIn(calls, numbers, resultOf);

  async function colorize(photo: Photo, options?: WorkerColorizeOptions): Promise<WorkerColorization[]>;
  async function colorize(
    photos: readonly Photo[],
    options?: WorkerColorizeOptions,
  ): Promise<WorkerColorization[][]>;
  async function colorize(input: Photo | readonly Photo[], options: WorkerColorizeOptions = {}) {
    if ('width' in input) return (await colorizeAll([input], options))[0]!;
    return colorizeAll(input, options);
  }
  return {
    backend,
    colorize,
    readPhoto: read,
    decode: async (photo, latents, wishes = {}) => {
      const packed = packWishes('decode latents', wishes, numbers);
      const { content, transfer } = packPhoto('decode latents', photo, { numbers, move: false });
      const request = { photo: content, latents, wishes: packed.content };
      const found = await calls.call('decode', request, { transfer: [...packed.transfer, ...transfer] });
      return found.map(resultOf);
    },
    memory: async () => calls.call('memory', null),
    dispose: () => calls.end('it was disposed of'),
  };
}
