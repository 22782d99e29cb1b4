import { areaMeans } from './areaMeans.js';
import type { RasterImage } from './image.js';
import { bitCount, hammingDistance, perceptualHash, type PerceptualHash } from './perceptualHash.js';

/** Bits of the hash that may differ between near duplicates; different photos differ by 20 and more, as a rule. */
const MAX_DISTANCE = 10;
/** Root mean square difference of the small pictures of near duplicates, of 255, at most. */
const MAX_DIFFERENCE = 12;
/** Side of the small color picture that is compared where the hashes are alike, in pixels. */
const THUMBNAIL_SIDE = 8;

/** A hash of 64 bits is looked up by parts of 16 bits: at most 10 differing bits leave 2 or fewer in one of the parts. */
const PARTS = 4;
const PART_BITS = 16;
const PART_RADIUS = Math.floor(MAX_DISTANCE / PARTS);

/** Every way to change `PART_RADIUS` bits of a part or fewer. */
const PART_CHANGES: readonly number[] = Array.from({ length: 2 ** PART_BITS }, (_, bits) => bits).filter(
  (bits) => bitCount(bits) <= PART_RADIUS,
);

/** What is remembered of a picture to recognize it: 200 bytes. */
export interface ImageSignature {
  readonly hash: PerceptualHash;
  readonly thumbnail: Uint8Array;
}

/**
 * What near duplicates of a picture have in common.
 *
 * @throws {RangeError} If the picture has no width or height.
 * @throws {TypeError} If the picture's data do not fit its width and height.
 */
export function imageSignature(image: RasterImage): ImageSignature {
  return {
    hash: perceptualHash(image),
    thumbnail: Uint8Array.from(areaMeans(image, THUMBNAIL_SIDE), Math.round),
  };
}

function difference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum / a.length);
}

function partsOf([high, low]: PerceptualHash): number[] {
  return [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff];
}

/** Finds the pictures among those that it was given that one looks like. */
export interface NearDuplicateFinder {
  readonly add: (index: number, signature: ImageSignature) => void;
  /** The most similar picture that was added, if it is similar enough; of several, the one that was added first. */
  readonly find: (signature: ImageSignature) => number | undefined;
}

/**
 * Pictures by what they look like, for collections of any size.
 *
 * Two pictures are near duplicates if at most 10 of the 64 bits of their perceptual hashes differ, and their colors over
 * 8 x 8 areas differ by at most 12 of 255 (root mean square). The hashes are looked up by parts (multi-index hashing), so that
 * one is compared with a small share of the others only.
 *
 * @see M. Norouzi, A. Punjani, D. J. Fleet, Fast Search in Hamming Space with Multi-Index Hashing, CVPR 2012.
 */
export function nearDuplicateFinder(): NearDuplicateFinder {
  const signatures = new Map<number, ImageSignature>();
  const buckets = Array.from({ length: PARTS }, () => new Map<number, number[]>());

  const candidates = (hash: PerceptualHash): Set<number> => {
    const found = new Set<number>();
    for (const [part, bits] of partsOf(hash).entries()) {
      const bucket = buckets[part]!;
      for (const change of PART_CHANGES) bucket.get(bits ^ change)?.forEach((index) => found.add(index));
    }
    return found;
  };
  return {
    add: (index, signature) => {
      signatures.set(index, signature);
      for (const [part, bits] of partsOf(signature.hash).entries()) {
        const bucket = buckets[part]!.get(bits);
        if (bucket === undefined) buckets[part]!.set(bits, [index]);
        else bucket.push(index);
      }
    },
    find: ({ hash, thumbnail }) => {
      const near = [...candidates(hash)].flatMap((index) => {
        const other = signatures.get(index)!;
        if (hammingDistance(hash, other.hash) > MAX_DISTANCE) return [];
        const distance = difference(thumbnail, other.thumbnail);
        return distance <= MAX_DIFFERENCE ? [{ index, distance }] : [];
      });
      near.sort((a, b) => a.distance - b.distance || a.index - b.index);
      return near[0]?.index;
    },
  };
}
