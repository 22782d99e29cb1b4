import { createHash } from 'node:crypto';

import { colorStatistics, type ColorStatistics, toneOf } from '../data/colorStatistics.js';
import type { RasterImage } from '../data/image.js';
import type { ImageSource } from '../data/imageSource.js';
import { mapLimited } from '../data/mapLimited.js';
import { imageSignature, type ImageSignature, nearDuplicateFinder } from '../data/nearDuplicates.js';
import { assertPositiveInteger, ImageError } from '../errors.js';

/** Pictures decoded at a time. */
const CONCURRENCY = 4;
/** Width of the classes of the histogram of chroma, in Lab units, and their number; the last has no upper end. */
export const CHROMA_CLASS = { width: 5, count: 16 } as const;

/** What may be wrong with a picture, in the order in which reports list it. */
export const INSPECTION_GROUPS = [
  'unreadable',
  'tiny',
  'grey',
  'sepia',
  'tinted',
  'duplicate',
  'near-duplicate',
] as const;

export type InspectionGroup = (typeof INSPECTION_GROUPS)[number];

/** A picture with something wrong about it. */
export interface InspectedImage {
  readonly index: number;
  readonly name: string;
  readonly group: InspectionGroup;
  /** Of a duplicate or near duplicate, the picture that is kept. */
  readonly of?: number;
  /** Of a picture that cannot be read, why. */
  readonly reason?: string;
}

/** What `inspectImages` found. */
export interface ImageInspection {
  readonly pictures: number;
  /** By group, then by index; a picture may be in several groups. */
  readonly found: readonly InspectedImage[];
  /** Pictures by their mean chroma: from 0 up to 5 Lab units, 5 up to 10, ...; the last from 75 on. */
  readonly chromaHistogram: readonly number[];
}

export interface InspectImagesOptions {
  /**
   * Pictures whose shortest side is below this many pixels are tiny.
   *
   * @defaultValue `64`
   */
  readonly minSide?: number;
  /** Gives up; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told after each picture how many have been looked at. */
  readonly onProgress?: (inspected: number, total: number) => void;
}

/** What is kept of a picture until all have been looked at. */
interface Measured {
  readonly index: number;
  readonly width: number;
  readonly height: number;
  readonly colors: ColorStatistics;
  readonly digest: string;
  readonly signature: ImageSignature;
}

function digestOf({ width, height, data }: RasterImage): string {
  return createHash('sha256').update(`${width} ${height} `).update(data).digest('base64');
}

async function measure(source: ImageSource, index: number, signal?: AbortSignal): Promise<Measured | string> {
  let image: RasterImage;
  try {
    image = await source.read(index, { signal });
  } catch (error) {
    if (error instanceof ImageError) return error.message;
    throw error;
  }
  const { width, height } = image;
  const colors = await colorStatistics(image);
  return { index, width, height, colors, digest: digestOf(image), signature: imageSignature(image) };
}

type Finding = Omit<InspectedImage, 'name'>;

/** Pictures with the very pixels of an earlier one. */
function duplicates(measured: readonly Measured[]): Finding[] {
  const first = new Map<string, number>();
  return measured.flatMap(({ index, digest }): Finding[] => {
    const of = first.get(digest);
    if (of !== undefined) return [{ index, group: 'duplicate', of }];
    first.set(digest, index);
    return [];
  });
}

/** Pictures that look like a larger one, or an earlier one of their size. */
function nearDuplicates(measured: readonly Measured[]): Finding[] {
  const { add, find } = nearDuplicateFinder();
  const largestFirst = measured.toSorted(
    (a, b) => b.width * b.height - a.width * a.height || a.index - b.index,
  );
  return largestFirst.flatMap(({ index, signature }): Finding[] => {
    const of = find(signature);
    if (of !== undefined) return [{ index, group: 'near-duplicate', of }];
    add(index, signature);
    return [];
  });
}

function faults({ index, width, height, colors }: Measured, minSide: number): Finding[] {
  const tone = toneOf(colors);
  return [
    ...(Math.min(width, height) < minSide ? [{ index, group: 'tiny' as const }] : []),
    ...(tone === 'color' ? [] : [{ index, group: tone }]),
  ];
}

function histogram(measured: readonly Measured[]): number[] {
  const counts = Array.from({ length: CHROMA_CLASS.count }, () => 0);
  for (const { colors } of measured) {
    counts[Math.min(counts.length - 1, Math.floor(colors.meanChroma / CHROMA_CLASS.width))]!++;
  }
  return counts;
}

/**
 * Looks for pictures that harm a training or a measurement: unreadable, tiny, grey, toned, or in the set more than once.
 *
 * - `grey`: mean chroma below 2.5 Lab units, as `findGreyImages` has it.
 * - `sepia`, `tinted`: light and dark parts in one and the same color, as in toned prints; sepia is brown.
 * - `duplicate`: the very pixels of an earlier picture.
 * - `near-duplicate`: looks like a larger or earlier picture: compressed again, resized or cropped by a few hundredths.
 *
 * About 250 bytes a picture stay in memory.
 *
 * @throws {RangeError} If `minSide` is not a positive integer.
 *
 * @example
 * ```ts
 * import { excludeImages } from 'polyhue';
 * import { inspectImages, openImages, startBackend } from 'polyhue/node';
 *
 * await startBackend('wasm');
 * const photos = await openImages('photos');
 * const { found } = await inspectImages(photos);
 * const good = excludeImages(photos, found.map(({ index }) => index));
 * console.log(good.length);
 * ```
 */
export async function inspectImages(
  source: ImageSource,
  options: InspectImagesOptions = {},
): Promise<ImageInspection> {
  const { minSide = 64, signal, onProgress } = options;
  assertPositiveInteger('inspect images', 'minSide', minSide);
  let inspected = 0;
  const inspect = async (index: number): Promise<Measured | string> => {
    signal?.throwIfAborted();
    const result = await measure(source, index, signal);
    onProgress?.(++inspected, source.length);
    return result;
  };
  const results = await mapLimited(source.length, inspect, { limit: CONCURRENCY, dispose: () => {} });
  const measured = results.filter((result) => typeof result !== 'string');
  const same = duplicates(measured);
  const repeated = new Set(same.map(({ index }) => index));
  const findings: Finding[] = [
    ...results.flatMap((reason, index) =>
      typeof reason === 'string' ? [{ index, group: 'unreadable' as const, reason }] : [],
    ),
    ...measured.flatMap((picture) => faults(picture, minSide)),
    ...same,
    ...nearDuplicates(measured.filter(({ index }) => !repeated.has(index))),
  ];
  const rank = ({ group }: Finding): number => INSPECTION_GROUPS.indexOf(group);
  findings.sort((a, b) => rank(a) - rank(b) || a.index - b.index);
  return {
    pictures: source.length,
    found: findings.map((finding) => ({ ...finding, name: source.name(finding.index) })),
    chromaHistogram: histogram(measured),
  };
}
