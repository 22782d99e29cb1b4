import { randomGenerator } from '../random.js';

/** Passes over the points, at most; a few dozen are enough as a rule. */
const MOST_PASSES = 100;

/** Groups of points, each as a center and the share of the points that are nearest to it. */
export interface Clusters {
  readonly centers: readonly Float64Array[];
  readonly shares: readonly number[];
}

function squaredDistance(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i]! - other[i]!) ** 2;
  return sum;
}

/** Index of the nearest center, the first of equals. */
function nearest(point: ArrayLike<number>, centers: readonly ArrayLike<number>[]): number {
  const distances = centers.map((center) => squaredDistance(point, center));
  return distances.indexOf(Math.min(...distances));
}

/** The mean of the points of each center; a center without points stays where it is. */
function moveCenters(
  points: readonly ArrayLike<number>[],
  labels: readonly number[],
  centers: readonly ArrayLike<number>[],
): Float64Array[] {
  return centers.map((center, k) => {
    const own = points.filter((_, i) => labels[i] === k);
    if (own.length === 0) return Float64Array.from(center);
    const mean = new Float64Array(center.length);
    for (const point of own) {
      for (let i = 0; i < mean.length; i++) mean[i]! += point[i]! / own.length;
    }
    return mean;
  });
}

/**
 * Lloyd's algorithm: points go to the nearest center, centers to the mean of their points, until no point changes.
 *
 * @param start Where the centers begin.
 * @see S. P. Lloyd, Least Squares Quantization in PCM, 1982.
 */
export function kMeans(points: readonly ArrayLike<number>[], start: readonly ArrayLike<number>[]): Clusters {
  let centers: readonly ArrayLike<number>[] = start;
  let labels: readonly number[] = [];
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const next = points.map((point) => nearest(point, centers));
    if (next.every((label, i) => label === labels[i])) break;
    labels = next;
    centers = moveCenters(points, labels, centers);
  }
  const count = (k: number) => labels.filter((label) => label === k).length;
  return {
    centers: centers.map((center) => Float64Array.from(center)),
    shares: centers.map((_, k) => count(k) / points.length),
  };
}

/**
 * Points far from each other, for centers to begin at: each is drawn with a probability that grows with the square of its
 * distance to those drawn before.
 *
 * @returns `count` points, fewer where there are not so many different ones.
 * @see D. Arthur, S. Vassilvitskii, k-means++: The Advantages of Careful Seeding, 2007.
 */
export function spreadPoints<P extends ArrayLike<number>>(
  points: readonly P[],
  count: number,
  seed: number,
): P[] {
  const { uniform, integer } = randomGenerator(seed);
  const chosen = [points[integer(points.length)]!];
  const distances = points.map((point) => squaredDistance(point, chosen[0]!));
  while (chosen.length < count) {
    const total = distances.reduce((sum, distance) => sum + distance, 0);
    if (total === 0) break;
    let left = uniform() * total;
    const drawn = distances.findIndex((distance) => (left -= distance) < 0);
    const point = points[drawn < 0 ? distances.indexOf(Math.max(...distances)) : drawn]!;
    chosen.push(point);
    for (const [i, other] of points.entries()) {
      distances[i] = Math.min(distances[i]!, squaredDistance(other, point));
    }
  }
  return chosen;
}
