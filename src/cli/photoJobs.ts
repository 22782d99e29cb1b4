import { basename, extname, join } from 'node:path';

import type { ImageSource } from '../data/imageSource.js';
import { openImages } from '../node/openImages.js';
import { errorLine } from './terminal.js';

/** One photo to color, as plain data. */
export interface PhotoJob {
  /** As messages call it. */
  readonly input: string;
  /** Begins the names of the files that are written. */
  readonly name: string;
  /** File, folder or archive that holds it, and its number there. */
  readonly path: string;
  readonly index: number;
}

/** A photo that could not be colored. */
export interface PhotoFailure {
  readonly input: string;
  readonly error: string;
}

/** Opens each path once. */
export type PhotoOpener = (path: string) => Promise<ImageSource>;

export function photoOpener(maxPixels: number): PhotoOpener {
  const opened = new Map<string, Promise<ImageSource>>();
  return async (path) => {
    const source = opened.get(path) ?? openImages(path, { maxPixels });
    opened.set(path, source);
    return source;
  };
}

/** `name`, or the first of `name-2`, `name-3`, ... that no other photo has taken. */
function uniqueName(name: string, taken: Set<string>): string {
  let candidate = name;
  // Some file systems do not tell upper from lower case.
  for (let i = 2; taken.has(candidate.toLowerCase()); i++) candidate = `${name}-${i}`;
  taken.add(candidate.toLowerCase());
  return candidate;
}

async function jobsOf(path: string, open: PhotoOpener, taken: Set<string>): Promise<PhotoJob[]> {
  const source = await open(path);
  return Array.from({ length: source.length }, (_, index) => {
    const file = source.name(index);
    const input = source.length === 1 && file === path ? path : join(path, file);
    return { input, name: uniqueName(basename(file, extname(file)), taken), path, index };
  });
}

/** All photos; operands that cannot be opened are reported and passed over. */
export async function photoJobs(
  paths: readonly string[],
  open: PhotoOpener,
  report: (failure: PhotoFailure) => void,
): Promise<PhotoJob[]> {
  const taken = new Set<string>();
  const jobs: PhotoJob[] = [];
  for (const path of paths) {
    try {
      jobs.push(...(await jobsOf(path, open, taken)));
    } catch (error) {
      report({ input: path, error: errorLine(error) });
    }
  }
  return jobs;
}
