import type { RasterImage } from '../data/image.js';
import type { Colorizer } from '../inference/colorizer.js';
import { colorizeSequence } from '../inference/colorizeSequence.js';
import { photoFailure, writeResults } from './colorizePhoto.js';
import type { ColorizePhotosOptions } from './colorizePhotos.js';
import type { PhotoJob } from './photoJobs.js';
import type { PhotoSettings } from './photoSettings.js';
import type { LoadedPhoto, PhotoReader } from './readPhoto.js';

export interface FramePainter {
  readonly colorizer: Colorizer;
  readonly settings: PhotoSettings;
  readonly read: PhotoReader;
}

/**
 * Colors the photos as the frames of a clip, in their order. A frame that cannot be read or written is a failure, and the rest
 * goes on as if it were not there.
 *
 * @throws The reason of `signal` once it is aborted, or what keeps the networks from coloring any frame.
 */
export async function colorizeFrames(
  { colorizer, settings, read }: FramePainter,
  jobs: readonly PhotoJob[],
  { onStart, onOutcome, signal }: ColorizePhotosOptions,
): Promise<void> {
  const loaded: { readonly job: PhotoJob; readonly photo: LoadedPhoto }[] = [];
  let done = 0;
  async function* frames(): AsyncGenerator<RasterImage> {
    for (const job of jobs) {
      signal.throwIfAborted();
      onStart(job, done);
      try {
        loaded.push({ job, photo: await read(job) });
      } catch (error) {
        done++;
        onOutcome({ failure: photoFailure(job, error) });
        continue;
      }
      yield loaded.at(-1)!.photo.image;
    }
  }
  for await (const { results } of colorizeSequence(colorizer, frames(), { ...settings.options, signal })) {
    const frame = loaded.shift()!;
    try {
      onOutcome({ summary: await writeResults({ ...frame, results }, settings, signal) });
    } catch (error) {
      signal.throwIfAborted();
      onOutcome({ failure: photoFailure(frame.job, error) });
    }
    done++;
  }
}
