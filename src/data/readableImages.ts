import { ImageError, TrainingError } from '../errors.js';
import type { RasterImage } from './image.js';
import type { ImageSource } from './imageSource.js';

/** What happens when a picture cannot be read. */
export type UnreadablePolicy = 'throw' | 'skip';

/** A picture that was passed over, and why. */
export interface UnreadableImage {
  readonly index: number;
  readonly name: string;
  readonly error: ImageError;
}

interface ReadableImage {
  /** Index of the picture in its source. */
  readonly index: number;
  readonly image: RasterImage;
}

/** Reads pictures in a given order; with `'skip'`, the next readable picture stands in for one that cannot be read. */
export interface ReadableImages {
  readonly read: (order: Uint32Array, position: number, signal: AbortSignal) => Promise<ReadableImage>;
  /** The pictures that were passed over until now. */
  readonly unreadable: () => UnreadableImage[];
}

export function readableImages(source: ImageSource, policy: UnreadablePolicy): ReadableImages {
  const errors = new Map<number, ImageError>();

  const tryRead = async (index: number, signal: AbortSignal): Promise<RasterImage | undefined> => {
    if (errors.has(index)) return undefined;
    try {
      return await source.read(index, { signal });
    } catch (error) {
      if (policy === 'throw' || !(error instanceof ImageError)) throw error;
      errors.set(index, error);
      return undefined;
    }
  };
  return {
    read: async (order, position, signal) => {
      for (let step = 0; step < order.length; step++) {
        const index = order[(position + step) % order.length]!;
        const image = await tryRead(index, signal);
        if (image !== undefined) return { index, image };
      }
      const [cause] = errors.values();
      throw new TrainingError(`Cannot train as none of the ${order.length} pictures can be read`, { cause });
    },
    unreadable: () => [...errors].map(([index, error]) => ({ index, name: source.name(index), error })),
  };
}
