import { cachedSource } from '../data/cachedSource.js';
import { imageTone } from '../data/imageTone.js';
import { type ImageSource, selectImages } from '../data/imageSource.js';
import { ImageError } from '../errors.js';
import type { LeftOutPicture } from './messages.js';

/** Pictures that can be trained on, and those that cannot. */
export interface UsablePictures {
  readonly source: ImageSource;
  readonly leftOut: readonly LeftOutPicture[];
}

async function flawOf(source: ImageSource, index: number, signal: AbortSignal) {
  try {
    return (await imageTone(await source.read(index, { signal }))) === 'grey' ? 'grey' : null;
  } catch (error) {
    if (error instanceof ImageError) return 'unreadable';
    throw error;
  }
}

/**
 * Decodes all pictures, keeps small copies, and leaves out those that cannot be read or have no color.
 *
 * @param options `shortestSide` as `cachedSource` takes it; `onPicture` is told after each one.
 */
export async function usablePictures(
  source: ImageSource,
  options: { readonly shortestSide: number; readonly signal: AbortSignal; readonly onPicture: () => void },
): Promise<UsablePictures> {
  const { shortestSide, signal, onPicture } = options;
  const small = cachedSource(source, { shortestSide });
  const usable: number[] = [];
  const leftOut: LeftOutPicture[] = [];
  for (let index = 0; index < source.length; index++) {
    signal.throwIfAborted();
    const reason = await flawOf(small, index, signal);
    if (reason === null) usable.push(index);
    else leftOut.push({ name: source.name(index), reason });
    onPicture();
  }
  return { source: selectImages(small, usable), leftOut };
}
