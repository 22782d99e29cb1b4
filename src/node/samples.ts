import { compareNames } from './pictureNames.js';

/** Splits a name at the first dot behind its folder: the key of a sample and which file of the sample it is. */
function splitName(name: string): readonly [key: string, extension: string] {
  const dot = name.indexOf('.', name.lastIndexOf('/') + 2);
  return dot === -1 ? [name, ''] : [name.slice(0, dot), name.slice(dot + 1)];
}

/** Whether `a` is the picture of a sample rather than `b`: `jpg` comes before `mask.png`, and `jpg` before `png`. */
function precedes(a: string, b: string): boolean {
  const [dotsInA, dotsInB] = [a, b].map((extension) => extension.split('.').length);
  return dotsInA === dotsInB ? compareNames(a, b) < 0 : dotsInA! < dotsInB!;
}

/**
 * The picture of each sample, of pictures in the shards of WebDataset.
 *
 * Files whose names agree up to the first dot are one sample. Its picture is the one with the fewest dots in its name; of
 * several, the first by extension.
 *
 * @see WebDataset, "The WebDataset Format", on keys and extensions.
 */
export function onePerSample<T extends { readonly name: string }>(pictures: readonly T[]): T[] {
  const chosen = new Map<string, { readonly picture: T; readonly extension: string }>();
  for (const picture of pictures) {
    const [key, extension] = splitName(picture.name);
    const other = chosen.get(key);
    if (other === undefined || precedes(extension, other.extension)) chosen.set(key, { picture, extension });
  }
  return [...chosen.values()].map(({ picture }) => picture);
}
