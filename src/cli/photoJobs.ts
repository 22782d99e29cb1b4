import { stat } from 'node:fs/promises';
import { basename, extname, join, relative, resolve, sep } from 'node:path';

import { mapLimited } from '../data/mapLimited.js';
import { type FileImageSource, fileState } from '../node/fileImageSource.js';
import { openImages } from '../node/openImages.js';
import { safePath } from '../node/safePath.js';
import type { PhotoOrigin, PhotoRecord } from './photoRecord.js';
import { isResult, recordReader, type RecordReader, resultNames } from './resultNames.js';
import { errorLine } from './terminal.js';

/** Files whose size and time are asked for at a time. */
const CONCURRENCY = 16;

/** One photo to color, as plain data. */
export interface PhotoJob {
  /** As messages call it. */
  readonly input: string;
  /** Begins the names of the files that are written: a path below the folder for the results, with slashes. */
  readonly name: string;
  /** File, folder or archive that holds it, and its number there. */
  readonly path: string;
  readonly index: number;
  readonly origin: PhotoOrigin;
}

/** A photo that could not be colored. */
export interface PhotoFailure {
  readonly input: string;
  readonly error: string;
}

/** Opens each path once. */
export type PhotoOpener = (path: string) => Promise<FileImageSource>;

export function photoOpener(): PhotoOpener {
  const opened = new Map<string, Promise<FileImageSource>>();
  return async (path) => {
    const source = opened.get(path) ?? openImages(path);
    opened.set(path, source);
    return source;
  };
}

/** A picture that was found, before it has a name. */
interface FoundPhoto {
  readonly input: string;
  readonly path: string;
  readonly index: number;
  /** Path of its results, below the folder for the results: folders, then the name of the picture. */
  readonly place: readonly string[];
  readonly state: string;
  /** Whether it is a file that was found in a folder, or one that was asked for by its name, or no file of its own. */
  readonly kind: 'found' | 'named' | 'packed';
}

async function stateOf(path: string): Promise<string> {
  return stat(path).then(fileState, () => 'gone');
}

/** Pictures of an archive or of shards: the state of one is that of all. */
async function packedPhotos(source: FileImageSource, path: string): Promise<FoundPhoto[]> {
  const state = await source.fingerprint();
  return Array.from({ length: source.length }, (_, index) => {
    const file = source.name(index);
    return { input: join(path, file), path, index, place: safePath(file), state, kind: 'packed' };
  });
}

async function photosIn(path: string, open: PhotoOpener): Promise<FoundPhoto[]> {
  const source = await open(path);
  if (source.length === 1 && source.name(0) === path) {
    const place = safePath(basename(path));
    return [{ input: path, path, index: 0, place, state: await stateOf(path), kind: 'named' }];
  }
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
  if (!isFolder || source.location !== resolve(path)) return packedPhotos(source, path);
  const find = async (index: number): Promise<FoundPhoto> => {
    const file = source.name(index);
    const input = join(path, file);
    return { input, path, index, place: safePath(file), state: await stateOf(input), kind: 'found' };
  };
  return mapLimited(source.length, find, { limit: CONCURRENCY, dispose: () => {} });
}

/** The pictures, without those that are results of earlier runs and lie in folders that were named. */
async function withoutResults(
  photos: readonly FoundPhoto[],
  records: RecordReader,
): Promise<{ readonly kept: readonly FoundPhoto[]; readonly passedOver: number }> {
  const kept: FoundPhoto[] = [];
  for (const photo of photos)
    if (photo.kind !== 'found' || !(await isResult(photo.input, records))) kept.push(photo);
  return { kept, passedOver: photos.length - kept.length };
}

/** The path of a photo as a record in `folder` has it. */
function pathFrom(folder: string, input: string): string {
  return relative(resolve(folder), resolve(input)).split(sep).join('/');
}

export interface PhotoJobsOptions {
  /** Folder for the results. */
  readonly out: string;
  /** What may come after the name of a photo, besides `".json"`. */
  readonly endings: readonly string[];
  readonly open: PhotoOpener;
  /** Told of operands that cannot be opened; they are passed over. */
  readonly report: (failure: PhotoFailure) => void;
}

/** What is to be colored. */
export interface PhotoJobs {
  readonly jobs: readonly PhotoJob[];
  /** Of each job, the record of results that are there already. */
  readonly records: ReadonlyMap<PhotoJob, PhotoRecord>;
  /** Pictures in the folders that are results of earlier runs. */
  readonly passedOver: number;
}

/** All photos, each with a name for its results that takes no other file's place. */
export async function photoJobs(
  paths: readonly string[],
  { out, endings, open, report }: PhotoJobsOptions,
): Promise<PhotoJobs> {
  const photos: FoundPhoto[] = [];
  for (const path of paths) {
    try {
      photos.push(...(await photosIn(path, open)));
    } catch (error) {
      report({ input: path, error: errorLine(error) });
    }
  }
  const reader = recordReader();
  const { kept, passedOver } = await withoutResults(photos, reader);
  const inputs = kept.flatMap(({ input, kind }) => (kind === 'packed' ? [] : [input]));
  const nameFor = resultNames({ out, endings, inputs, records: reader });
  const jobs: PhotoJob[] = [];
  const records = new Map<PhotoJob, PhotoRecord>();
  for (const { input, path, index, place, state } of kept) {
    const folders = place.slice(0, -1);
    const file = place.at(-1) ?? 'photo';
    const origin = { path: pathFrom(join(out, ...folders), input), state };
    const isOwn = (record: PhotoRecord): boolean => record.origin.path === origin.path;
    const { name, record } = await nameFor(folders, basename(file, extname(file)), isOwn);
    const job = { input, name, path, index, origin };
    jobs.push(job);
    if (record !== undefined) records.set(job, record);
  }
  return { jobs, records, passedOver };
}
