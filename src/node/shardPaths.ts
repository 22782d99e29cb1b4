import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { ImageError } from '../errors.js';
import { compareNames, isPictureName } from './pictureNames.js';

/** More shards than this are taken for a slip of the keyboard. */
const MAX_SHARDS = 100_000;
const BRACES = /^([^{}]*)\{([^{}]*)\}(.*)$/s;
const RANGE = /^(\d+)\.\.(\d+)$/;

function tooMany(pattern: string): ImageError {
  return new ImageError(`Cannot open "${pattern}" as it stands for more than ${MAX_SHARDS} shards`);
}

/** `000..012` as 13 numbers of three digits, `a,b` as two words. */
function alternatives(inner: string, pattern: string): string[] {
  const range = RANGE.exec(inner);
  if (range === null) return inner.split(',');
  const [first, last] = [Number(range[1]), Number(range[2])];
  if (Math.abs(last - first) >= MAX_SHARDS) throw tooMany(pattern);
  const [from, to] = [Math.min(first, last), Math.max(first, last)];
  const digits = range[1]!.length;
  return Array.from({ length: to - from + 1 }, (_, i) => String(from + i).padStart(digits, '0'));
}

/** Whether a path is a pattern such as `train-{000..009}.tar`. */
export function isShardPattern(path: string): boolean {
  return BRACES.test(path);
}

/**
 * The paths that a pattern stands for: `{000..009}` is a range of numbers, `{a,b}` a choice of words.
 *
 * @throws {ImageError} If there would be more than 100,000.
 */
export function expandShardPattern(pattern: string): string[] {
  let paths = [''];
  let rest = pattern;
  for (let match = BRACES.exec(rest); match !== null; match = BRACES.exec(rest)) {
    const [, before, inner, after] = match;
    const words = alternatives(inner!, pattern);
    if (paths.length * words.length > MAX_SHARDS) throw tooMany(pattern);
    paths = paths.flatMap((path) => words.map((word) => `${path}${before}${word}`));
    rest = after!;
  }
  return paths.map((path) => path + rest);
}

/** The tar files of a folder in the order of their names; none where pictures lie beside them or it cannot be read. */
export async function shardsInFolder(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((): string[] => []);
  if (names.some(isPictureName)) return [];
  const shards = names.filter((name) => /^[^.].*\.tar$/i.test(name));
  return shards.sort(compareNames).map((name) => join(folder, name));
}
