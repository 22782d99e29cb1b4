import type { TensorData } from '../checkpoint/tensorData.js';
import type { LatentCandidate } from './chooseLatents.js';
import { fieldLab, isMeanDifferenceBelow, meanFieldDifference } from './fieldDifference.js';

/** Pixels by which many color fields are compared with each other. */
const COMPARED_PIXELS = 1024;
/** How much the weight of a component counts against difference: its fourth root, so that a tenth of the weight costs half. */
const PRIOR_POWER = 0.25;

/** A code and its colors. */
export interface FieldCandidate extends LatentCandidate {
  /** `ab / 128`, shape `[size, size, 2]`. */
  readonly colorField: TensorData;
}

/** A candidate that is kept, and those left out as they look like it. */
export interface KeptField extends FieldCandidate {
  nearDuplicates: number;
}

/** Keeps color fields that differ from those kept before. */
export interface UnlikeFields {
  readonly kept: readonly KeptField[];
  /** Keeps a candidate, or counts it as a near-duplicate of the first that it looks like. */
  readonly offer: (candidate: FieldCandidate) => void;
}

/**
 * @param lightness L of the photo at the size of the fields.
 * @param leastDifference Mean CIEDE2000 difference below which two fields count as one.
 */
export function unlikeFields(lightness: Float32Array, leastDifference: number): UnlikeFields {
  const kept: KeptField[] = [];
  const labs: Float32Array[] = [];
  return {
    kept,
    offer: (candidate) => {
      const lab = fieldLab(lightness, candidate.colorField.values);
      const like = labs.findIndex((other) => isMeanDifferenceBelow(lab, other, leastDifference));
      if (like >= 0) {
        kept[like]!.nearDuplicates++;
        return;
      }
      labs.push(lab);
      kept.push({ ...candidate, nearDuplicates: 0 });
    },
  };
}

export interface DistinctOptions {
  readonly count: number;
  readonly leastDifference: number;
  /**
   * How likely each candidate is: a factor of its difference to the others.
   *
   * @defaultValue the fourth roots of the component weights
   */
  readonly prior?: readonly number[];
}

/** The fourth root of the weight of a candidate's component. */
export function componentPrior({ componentWeight }: Pick<LatentCandidate, 'componentWeight'>): number {
  return componentWeight ** PRIOR_POWER;
}

/** Marks a candidate that is kept, in the list of distances. */
const KEPT = -1;

/** What is known of each candidate while the most different are picked. */
interface Picking {
  readonly labs: readonly Float32Array[];
  readonly prior: readonly number[];
  /** Difference to the nearest of those kept; `KEPT` for these. */
  readonly distances: number[];
  /** Indices of those kept. */
  readonly kept: number[];
  readonly leastDifference: number;
}

/** The next candidate to keep; -1 where all that are left look like one that is kept. */
function nextDistinct({ labs, prior, distances, kept, leastDifference }: Picking): number {
  for (;;) {
    const scores = distances.map((distance, i) => (distance < leastDifference ? KEPT : distance * prior[i]!));
    const best = scores.indexOf(Math.max(...scores));
    if (scores[best] === KEPT) return -1;
    // Distances are over some pixels only.
    if (!kept.some((other) => isMeanDifferenceBelow(labs[best]!, labs[other]!, leastDifference))) return best;
    distances[best] = 0;
  }
}

/** Keeps a candidate, and notes for each other one how far it is from it. */
function keep({ labs, distances, kept }: Picking, chosen: number, nearest: number[]): void {
  const pixels = labs[chosen]!.length / 3;
  // Odd, so that the pixels are not of the same columns of each row.
  const stride = Math.max(1, Math.round(pixels / COMPARED_PIXELS)) | 1;
  for (const [i, lab] of labs.entries()) {
    if (distances[i] === KEPT || i === chosen) continue;
    const distance = meanFieldDifference(lab, labs[chosen]!, stride);
    if (distance >= distances[i]!) continue;
    distances[i] = distance;
    nearest[i] = kept.length;
  }
  distances[chosen] = KEPT;
  kept.push(chosen);
}

/**
 * The most different of many color fields, likely ones first: greedy farthest points.
 *
 * The first is the likeliest; each next one has the highest `min{ meanCiede2000(field, kept) : kept } * prior`. It ends early where no field differs from those kept by
 * `leastDifference`.
 *
 * @param lightness L of the photo at the size of the fields.
 * @see T. F. Gonzalez, Clustering to Minimize the Maximum Intercluster Distance, 1985.
 */
export function mostDistinct(
  lightness: Float32Array,
  candidates: readonly FieldCandidate[],
  { count, leastDifference, prior = candidates.map(componentPrior) }: DistinctOptions,
): KeptField[] {
  const picking: Picking = {
    labs: candidates.map(({ colorField }) => fieldLab(lightness, colorField.values)),
    prior,
    distances: candidates.map(() => Infinity),
    kept: [],
    leastDifference,
  };
  const { distances, kept } = picking;
  const nearest = candidates.map(() => 0);
  for (let next = prior.indexOf(Math.max(...prior)); kept.length < count && next >= 0;) {
    keep(picking, next, nearest);
    next = nextDistinct(picking);
  }
  const duplicates = kept.map(() => 0);
  distances.forEach((distance, i) => {
    if (distance !== KEPT && distance < leastDifference) duplicates[nearest[i]!]!++;
  });
  return kept.map((index, i) => ({ ...candidates[index]!, nearDuplicates: duplicates[i]! }));
}
