import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import type { ImageTone } from '../data/colorStatistics.js';
import type { RasterImage } from '../data/image.js';
import { imageTone } from '../data/imageTone.js';
import { encodePng } from '../data/png.js';
import { shrinkImage } from '../data/shrinkImage.js';
import { toGrey } from '../data/toGrey.js';
import { ImageError } from '../errors.js';
import type { Colorization } from '../inference/colorization.js';
import type { Colorizer } from '../inference/colorizer.js';
import { contactSheet, type ContactSheetTile } from '../inference/contactSheet.js';
import { paintPhoto, type Upsampling } from '../inference/paintPhoto.js';
import { encodeImage, FORMAT_ENDINGS } from '../node/encodeImage.js';
import type { ImageMetadata } from '../node/imageMetadata.js';
import { stagedFiles, type StagedFiles } from '../node/stagedFiles.js';
import { withAlpha } from './alpha.js';
import type { PhotoFailure, PhotoJob } from './photoJobs.js';
import { readRecord } from './photoRecord.js';
import { type PhotoSettings, recipeOf } from './photoSettings.js';
import type { LoadedPhoto, PhotoReader } from './readPhoto.js';
import { errorLine } from './terminal.js';

/** Shortest side of the copy of a photo that a sheet is made of: about twice what is seen of it. */
const SHEET_PHOTO_SIDE = 400;

/** What a command says of a photo that it colored. */
export interface PhotoSummary {
  readonly input: string;
  readonly tone: ImageTone;
}

/** What became of a photo: what its JSON file says, or why there is none; `null` where the work was stopped. */
export type PhotoOutcome = { readonly summary: PhotoSummary } | { readonly failure: PhotoFailure } | null;

/** Colors photos, one at a time. */
export interface PhotoPainter {
  readonly color: (job: PhotoJob) => Promise<PhotoOutcome>;
}

/** Paints a small copy of the photo, not the whole, for each tile. */
async function sheetOf(
  photo: RasterImage,
  results: readonly Colorization[],
  upsampling: Upsampling,
): Promise<Uint8Array> {
  const small = shrinkImage(photo, SHEET_PHOTO_SIDE);
  const tiles: ContactSheetTile[] = [{ image: await toGrey(small) }];
  for (const { colorField, weight } of results)
    tiles.push({ image: await paintPhoto(small, colorField, { upsampling }), weight });
  return encodePng(await contactSheet([tiles]));
}

/** The file of one result. */
async function encodeResult(
  result: Colorization,
  { alpha }: LoadedPhoto,
  { format, quality }: PhotoSettings['files'],
  metadata: ImageMetadata,
): Promise<Uint8Array> {
  const painted = await result.toRaster();
  const picture = alpha === undefined || format === 'jpeg' ? painted : withAlpha(painted, alpha);
  return encodeImage(picture, { format, metadata, ...(quality === null ? {} : { quality }) });
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
  readonly photo: LoadedPhoto;
  readonly results: readonly Colorization[];
}

/** Removes the files of earlier results of the photo that have not been replaced, and what says that they are there. */
async function clearOldResults(path: string, { origin }: PhotoJob, kept: readonly string[]): Promise<void> {
  const record = await readRecord(path);
  if (record?.origin.path !== origin.path) return;
  await rm(path);
  const name = basename(path, '.json');
  const own = record.files.filter((file) => file.startsWith(`${name}.`) && basename(file) === file);
  for (const file of own) if (!kept.includes(file)) await rm(join(dirname(path), file), { force: true });
}

/** Adds the files of one photo, with paths below `settings.out`, and returns what its JSON file is to say. */
export async function stageResults(
  staged: Pick<StagedFiles, 'add'>,
  { job, photo, results }: ColoredPhoto,
  settings: PhotoSettings,
  signal: AbortSignal,
) {
  const { out, files } = settings;
  const folder = dirname(join(out, job.name));
  const name = basename(job.name);
  const entries = [];
  for (const [i, result] of results.entries()) {
    signal.throwIfAborted();
    const file = `${name}.${i + 1}${FORMAT_ENDINGS[files.format]}`;
    await staged.add(join(folder, file), await encodeResult(result, photo, files, photo.metadata));
    const { weight, componentWeight, component, seed, nearDuplicates, latent } = result;
    const choice = { weight, componentWeight, component, seed, nearDuplicates };
    entries.push({ file, ...choice, ...wishErrorsOf(result), latent: Array.from(latent) });
  }
  const sheet = files.sheet ? `${name}.sheet.png` : undefined;
  if (sheet !== undefined)
    await staged.add(
      join(folder, sheet),
      await sheetOf(photo.image, results, settings.options.upsampling ?? 'edges'),
    );
  const { width, height } = photo.image;
  return {
    input: job.input,
    name: job.name,
    width,
    height,
    tone: await imageTone(photo.image),
    model: settings.modelName,
    results: entries,
    files: [...entries.map(({ file }) => file), ...(sheet === undefined ? [] : [sheet])],
    origin: job.origin,
    recipe: recipeOf(settings),
  };
}

/**
 * Writes the results of one photo and returns what its JSON file says. All files appear at the end, the JSON file last: it
 * says that the others are whole.
 */
export async function writeResults(colored: ColoredPhoto, settings: PhotoSettings, signal: AbortSignal) {
  const { job } = colored;
  const path = join(settings.out, `${job.name}.json`);
  await mkdir(dirname(path), { recursive: true });
  const staged = stagedFiles();
  try {
    const summary = await stageResults(staged, colored, settings, signal);
    await staged.add(path, `${JSON.stringify(summary, undefined, 2)}\n`);
    signal.throwIfAborted();
    await clearOldResults(path, job, summary.files);
    await staged.commit();
    return summary;
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

/** A failure as messages tell it: what went wrong with the picture names it; the file system does not. */
export function photoFailure({ input }: PhotoJob, error: unknown): PhotoFailure {
  const reason = error instanceof ImageError ? '' : `Cannot color "${input}": `;
  return { input, error: errorLine(`${reason}${errorLine(error)}`) };
}

/** Colors photos in this thread. */
export function photoPainter(
  colorizer: Colorizer,
  settings: PhotoSettings,
  read: PhotoReader,
  signal: AbortSignal,
): PhotoPainter {
  return {
    color: async (job) => {
      try {
        const photo = await read(job);
        const results = await colorizer.colorize(photo.image, { ...settings.options, signal });
        return { summary: await writeResults({ job, photo, results }, settings, signal) };
      } catch (error) {
        return signal.aborted ? null : { failure: photoFailure(job, error) };
      }
    },
  };
}
