import { basename, resolve } from 'node:path';

import { assertImageIndex } from '../data/imageSource.js';
import { joinSources, partFinder } from '../data/joinSources.js';
import { mapLimited } from '../data/mapLimited.js';
import { assertPositiveInteger, ImageError } from '../errors.js';
import { type FileImageSource, hashOf } from './fileImageSource.js';
import type { DecodeOptions } from './folderSource.js';
import { tarSource } from './tarSource.js';

/** Archives whose headers are read at a time. */
const CONCURRENCY = 4;

function assertDistinct(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new ImageError(`Cannot open the shards as two of them are called "${name}"`);
    seen.add(name);
  }
}

/**
 * Several tar archives as one source, as WebDataset cuts large sets into shards.
 *
 * The archives come in the order of `paths`, the pictures of each in the order that `tarSource` gives them. A picture is
 * called by its archive and its name there, `train-003.tar/0001.jpg`. Files of an archive whose names agree up to the first
 * dot are one sample, of which only the picture is taken: `0001.jpg`, not `0001.mask.png`.
 *
 * @throws {ImageError} If an archive is missing, compressed, damaged, cut short or holds no picture, or two have one name.
 * @throws {RangeError} If `paths` is empty.
 */
export async function shardSource(
  paths: readonly string[],
  options: DecodeOptions = {},
): Promise<FileImageSource> {
  assertPositiveInteger('create shardSource', 'paths.length', paths.length);
  const names = paths.map((path) => basename(path));
  assertDistinct(names);
  const open = async (i: number) => tarSource(paths[i]!, { ...options, samples: true });
  const shards = await mapLimited(paths.length, open, { limit: CONCURRENCY, dispose: () => {} });
  const { length, find } = partFinder(shards);
  return {
    bytes: async (index) => {
      assertImageIndex('read an image', index, length);
      const { part, local } = find(index);
      return shards[part]!.bytes(local);
    },
    ...joinSources(shards.map((source, i) => ({ prefix: `${names[i]}/`, source }))),
    location: paths.map((path) => resolve(path)).join('\n'),
    fingerprint: async () => {
      const parts = await Promise.all(shards.map(async ({ fingerprint }) => fingerprint()));
      return hashOf(parts.map((part, i) => `${names[i]} ${part}`));
    },
  };
}
