import { cachedSource } from '../data/cachedSource.js';
import { findGreyImages } from '../data/findGreyImages.js';
import { excludeImages, type ImageSource } from '../data/imageSource.js';
import { type SourceSplit, splitSource } from '../data/splitSource.js';
import { ImageError, TrainingError } from '../errors.js';
import type { FileImageSource } from '../node/fileImageSource.js';
import { openImageCache } from '../node/openImageCache.js';
import { openImages } from '../node/openImages.js';
import { listedIndices } from './pictureList.js';
import { startProgress } from './progress.js';
import { errorLine, type Terminal } from './terminal.js';

/** Pictures are kept at no less than this many times the side that is trained on. */
const CACHE_MARGIN = 2;

/** Share of the pictures that is held out by default, and the most that are. */
const HELD_OUT = { share: 0.05, most: 1000 };

/** What pictures have in common that are held out together, by their names. */
const GROUPS = {
  prefix: (name: string) => beforeLast('_', name, name),
  folder: (name: string) => beforeLast('/', name, ''),
} as const;

type HoldOutGroup = keyof typeof GROUPS;
export const HOLD_OUT_GROUPS = Object.keys(GROUPS) as HoldOutGroup[];

/** Which pictures are trained on. */
export interface TrainingImagesRequest {
  readonly path: string;
  /** Folder for a file of decoded pictures; without it they are kept in memory. */
  readonly cache: string | undefined;
  /** A file with names of pictures to leave out. */
  readonly exclude: string | undefined;
  /** Share to hold out. */
  readonly heldOut: number | undefined;
  readonly holdOutBy: HoldOutGroup | undefined;
}

interface TrainingImages {
  /** Those that have color and are not left out. */
  readonly source: ImageSource;
  readonly close: () => Promise<void>;
}

/** What stands before the last `mark`, or `otherwise` where there is none. */
function beforeLast(mark: string, name: string, otherwise: string): string {
  const end = name.lastIndexOf(mark);
  return end === -1 ? otherwise : name.slice(0, end);
}

/** Tells of each picture that cannot be read, once. */
function reportUnreadable(source: ImageSource, { stderr }: Terminal): ImageSource {
  const told = new Set<number>();
  return {
    ...source,
    read: async (index, options) => {
      try {
        return await source.read(index, options);
      } catch (error) {
        if (error instanceof ImageError && !told.has(index))
          stderr.write(`Warning: left out: ${errorLine(error)}\n`);
        told.add(index);
        throw error;
      }
    },
  };
}

/** The pictures that have color. */
async function colorfulImages(source: ImageSource, path: string, terminal: Terminal): Promise<ImageSource> {
  const { stderr, signal } = terminal;
  const bar = startProgress(stderr, 'Looking for grey pictures', source.length);
  let grey: number[];
  try {
    grey = await findGreyImages(source, { signal, onProgress: (checked) => bar.update(checked, '') });
  } finally {
    bar.stop();
  }
  if (grey.length === source.length) {
    throw new TrainingError(
      `Cannot train on "${path}" as all ${grey.length} pictures are grey: there is no color to learn`,
    );
  }
  if (grey.length > 0)
    stderr.write(`Warning: ${grey.length} of ${source.length} pictures are grey and left out\n`);
  return excludeImages(source, grey);
}

/** The pictures that are not on the list. */
async function unlistedImages(
  source: ImageSource,
  { path, exclude }: TrainingImagesRequest,
  { stderr }: Terminal,
): Promise<ImageSource> {
  if (exclude === undefined) return source;
  const listed = await listedIndices(source, { list: exclude, path }, stderr);
  if (listed.length === source.length)
    throw new TrainingError(`Cannot train on "${path}" as "${exclude}" lists all ${source.length} pictures`);
  return excludeImages(source, listed);
}

async function cacheWithProgress(
  files: FileImageSource,
  options: { readonly folder: string; readonly shortestSide: number },
  { stderr, signal }: Terminal,
) {
  const bar = startProgress(stderr, 'Decoding pictures', files.length);
  try {
    return await openImageCache(files, { ...options, signal, onProgress: (done) => bar.update(done, '') });
  } finally {
    bar.stop();
  }
}

/**
 * Opens the pictures to train on, decoded once into a file or kept in memory as far as they fit.
 *
 * @param size Side of the examples, in pixels.
 */
export async function openTrainingImages(
  request: TrainingImagesRequest,
  size: number,
  terminal: Terminal,
): Promise<TrainingImages> {
  const { path, cache: folder } = request;
  const shortestSide = size * CACHE_MARGIN;
  const files = await openImages(path);
  const cache =
    folder === undefined ? undefined : await cacheWithProgress(files, { folder, shortestSide }, terminal);
  const close = async () => cache?.close();
  try {
    const pictures = reportUnreadable(cache ?? files, terminal);
    const kept = cache === undefined ? cachedSource(pictures, { shortestSide }) : pictures;
    const source = await colorfulImages(await unlistedImages(kept, request, terminal), path, terminal);
    return { source, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Holds out the pictures that a training is measured by. */
export function splitTrainingImages(
  source: ImageSource,
  { heldOut, holdOutBy }: TrainingImagesRequest,
  seed: number,
): SourceSplit {
  const share = heldOut ?? HELD_OUT.share;
  const count = Math.min(Math.round(source.length * share), HELD_OUT.most, source.length - 1);
  return splitSource(source, {
    count,
    seed,
    ...(holdOutBy === undefined ? {} : { groupOf: GROUPS[holdOutBy] }),
  });
}
