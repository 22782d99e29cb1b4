import { argumentMessage, assertBetween, assertNonNegativeInteger } from '../errors.js';
import { shuffledIndices } from '../random.js';
import { excludeImages, type ImageSource, selectImages } from './imageSource.js';

const ACTION = 'split a source';

/** How much of a source is held out: a share of it or a number of pictures. */
export type SplitOptions = {
  /** Non-negative integer; equal seeds hold out the same pictures. */
  readonly seed: number;
  /**
   * Which group a picture belongs to, by its name: a person, a camera, a film. A group is held out whole or not at all, and no
   * more pictures are held out than asked for.
   *
   * @defaultValue each picture is a group
   */
  readonly groupOf?: (name: string) => string;
} & (
  | {
      /** Share to hold out, from 0 to 1; the number of pictures is rounded. */
      readonly fraction: number;
    }
  | {
      /** Number of pictures to hold out. */
      readonly count: number;
    }
);

/** The two parts of a source; no picture is in both, and each part keeps the order of the whole. */
export interface SourceSplit {
  readonly training: ImageSource;
  readonly validation: ImageSource;
}

function heldOutCount(length: number, options: SplitOptions): number {
  if ('fraction' in options) {
    assertBetween(ACTION, 'fraction', options.fraction, [0, 1]);
    return Math.round(length * options.fraction);
  }
  const { count } = options;
  assertNonNegativeInteger(ACTION, 'count', count);
  if (count <= length) return count;
  throw new RangeError(
    argumentMessage(ACTION, 'count', `be at most ${length}, the pictures there are`, count),
  );
}

/** Indices of the pictures of each group, in the order in which the groups first appear. */
function groupsOf(source: ImageSource, groupOf: (name: string) => string): number[][] {
  const groups = new Map<string, number[]>();
  for (let index = 0; index < source.length; index++) {
    const key = groupOf(source.name(index));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  }
  return [...groups.values()];
}

/** Groups in an order by the seed, each that still fits, until there are `count` pictures. */
function heldOutGroups(groups: readonly number[][], count: number, seed: number): number[] {
  const heldOut: number[] = [];
  for (const position of shuffledIndices(groups.length, seed)) {
    const group = groups[position]!;
    if (heldOut.length + group.length <= count) heldOut.push(...group);
  }
  if (heldOut.length > 0 || count === 0) return heldOut;
  const smallest = Math.min(...groups.map(({ length }) => length));
  const rule = `give groups of which the smallest has at most ${count} pictures`;
  throw new RangeError(argumentMessage(ACTION, 'groupOf', rule, smallest));
}

/**
 * Holds out pictures that training never sees, chosen at random by a seed.
 *
 * @throws {RangeError} If `fraction` is not from 0 to 1, `count` is more than there are, `seed` is not a non-negative
 *   integer, or every group has more pictures than are to be held out.
 *
 * @example
 * ```ts
 * import { splitSource } from 'polyhue';
 * import { openImages } from 'polyhue/node';
 *
 * const person = (name: string) => name.replace(/_\d+\.jpg$/, '');
 * const faces = splitSource(await openImages('faces.tar'), { count: 1000, seed: 0, groupOf: person });
 * ```
 */
export function splitSource(source: ImageSource, options: SplitOptions): SourceSplit {
  assertNonNegativeInteger(ACTION, 'seed', options.seed);
  const count = heldOutCount(source.length, options);
  const { groupOf, seed } = options;
  const heldOut =
    groupOf === undefined
      ? shuffledIndices(source.length, seed).slice(0, count)
      : Uint32Array.from(heldOutGroups(groupsOf(source, groupOf), count, seed));
  heldOut.sort();
  return { training: excludeImages(source, heldOut), validation: selectImages(source, heldOut) };
}
