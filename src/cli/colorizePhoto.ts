import { join } from 'node:path';

import type { RasterImage } from '../data/image.js';
import { encodePng } from '../data/png.js';
import { shrinkImage } from '../data/shrinkImage.js';
import { toGrey } from '../data/toGrey.js';
import { ImageError } from '../errors.js';
import type { Colorization } from '../inference/colorization.js';
import type { ColorizeOptions, Colorizer } from '../inference/colorizer.js';
import { contactSheet, type ContactSheetTile } from '../inference/contactSheet.js';
import { paintPhoto } from '../inference/paintPhoto.js';
import { writeFileAtomic } from '../node/writeFileAtomic.js';
import type { PhotoFailure, PhotoJob, PhotoOpener } from './photoJobs.js';
import { errorLine } from './terminal.js';

/** Shortest side of the copy of a photo that a sheet is made of: about twice what is seen of it. */
const SHEET_PHOTO_SIDE = 400;

/** How photos are colored and where their results go, as plain data. */
export interface PhotoSettings {
  readonly options: ColorizeOptions;
  readonly out: string;
  readonly sheet: boolean;
}

/** What became of a photo: what its JSON file says, or why there is none; `null` where the work was stopped. */
export type PhotoOutcome = { readonly summary: unknown } | { readonly failure: PhotoFailure } | null;

/** Colors photos, one at a time. */
export interface PhotoPainter {
  readonly color: (job: PhotoJob) => Promise<PhotoOutcome>;
}

/** Paints a small copy of the photo, not the whole, for each tile. */
async function writeSheet(path: string, photo: RasterImage, results: readonly Colorization[]): Promise<void> {
  const small = shrinkImage(photo, SHEET_PHOTO_SIDE);
  const tiles: ContactSheetTile[] = [{ image: await toGrey(small) }];
  for (const { colorField, weight } of results)
    tiles.push({ image: await paintPhoto(small, colorField), weight });
  const sheet = await contactSheet([tiles]);
  await writeFileAtomic(path, await encodePng(sheet));
}

/** What the JSON file says of hints, palette and reference, where they were given. */
function wishErrorsOf({ wishErrors: { hints, palette, reference } }: Colorization) {
  return {
    ...(hints.length > 0 && { hintErrors: hints }),
    ...(palette.length > 0 && { paletteErrors: palette }),
    ...(reference !== null && { referenceError: reference }),
  };
}

interface ColoredPhoto {
  readonly job: PhotoJob;
  readonly photo: RasterImage;
  readonly results: readonly Colorization[];
}

/** Writes the results of one photo and returns what its JSON file says. */
async function writeResults(
  { job, photo, results }: ColoredPhoto,
  { out, sheet }: PhotoSettings,
  signal: AbortSignal,
) {
  const entries = [];
  for (const [i, result] of results.entries()) {
    signal.throwIfAborted();
    const file = `${job.name}.${i + 1}.png`;
    await writeFileAtomic(join(out, file), await result.toPng());
    const { weight, componentWeight, component, seed, nearDuplicates, latent } = result;
    const origin = { weight, componentWeight, component, seed, nearDuplicates };
    entries.push({ file, ...origin, ...wishErrorsOf(result), latent: Array.from(latent) });
  }
  if (sheet) await writeSheet(join(out, `${job.name}.sheet.png`), photo, results);
  const summary = { input: job.input, width: photo.width, height: photo.height, results: entries };
  await writeFileAtomic(join(out, `${job.name}.json`), `${JSON.stringify(summary, undefined, 2)}\n`);
  return summary;
}

/** Colors photos in this thread. */
export function photoPainter(
  colorizer: Colorizer,
  settings: PhotoSettings,
  open: PhotoOpener,
  signal: AbortSignal,
): PhotoPainter {
  return {
    color: async (job) => {
      try {
        const photo = await (await open(job.path)).read(job.index);
        const results = await colorizer.colorize(photo, { ...settings.options, signal });
        return { summary: await writeResults({ job, photo, results }, settings, signal) };
      } catch (error) {
        if (signal.aborted) return null;
        // What went wrong with the picture names it; the file system does not.
        const reason = error instanceof ImageError ? '' : `Cannot color "${job.input}": `;
        return { failure: { input: job.input, error: reason + errorLine(error) } };
      }
    },
  };
}
