/** Reach of a correction, as a share of the side of the field: where its weight has fallen to `exp(-1/2)`. */
const REACH = 0.12;
/** How much farther a step goes that crosses an edge, per unit of L, as a share of the side. */
const EDGE_COST = 0.006;
/** Rounds of sweeps over the field, enough for paths that turn back several times. */
const ROUNDS = 3;
/** Weight of the size of the corrections against the errors that they leave, which keeps neighbors that disagree finite. */
const RIDGE = 1e-3;

/** A place of a color field: the pixels around it and their weights, which sum to 1. */
export interface FieldPlace {
  readonly pixels: readonly number[];
  readonly weights: readonly number[];
}

/** The value of a channel of a field at a place. */
export function valueAt(field: ArrayLike<number>, { pixels, weights }: FieldPlace, channel: 0 | 1): number {
  return pixels.reduce((sum, pixel, k) => sum + weights[k]! * field[pixel * 2 + channel]!, 0);
}

/** Ways to the neighbors that a sweep from the top left has passed already. */
const PASSED = [[-1, -1], [-1, 0], [-1, 1], [0, -1]] as const; // prettier-ignore

/** Length of the shortest way to a pixel through a neighbor that the sweep has passed. */
function shortestThrough(
  distances: Float64Array,
  lightness: ArrayLike<number>,
  pixel: number,
  sign: 1 | -1,
): number {
  const size = Math.sqrt(distances.length);
  const [row, column] = [Math.floor(pixel / size), pixel % size];
  let shortest = distances[pixel]!;
  for (const [down, right] of PASSED) {
    const [y, x] = [row + sign * down, column + sign * right];
    const other = y < 0 || y >= size || x < 0 || x >= size ? pixel : y * size + x;
    const edge = EDGE_COST * Math.abs(lightness[pixel]! - lightness[other]!);
    shortest = Math.min(shortest, distances[other]! + Math.hypot(down, right) / size + edge);
  }
  return shortest;
}

/** One pass over the field, forward or backward. */
function sweep(distances: Float64Array, lightness: ArrayLike<number>, sign: 1 | -1): void {
  const last = distances.length - 1;
  for (let step = 0; step <= last; step++) {
    const pixel = sign === 1 ? step : last - step;
    distances[pixel] = shortestThrough(distances, lightness, pixel, sign);
  }
}

/**
 * The weight of a correction at each pixel: 1 at its place, falling with the length of the way to it, which edges make longer.
 *
 * @param lightness L in 0..100, `[size, size]`.
 */
function reachOf(place: FieldPlace, lightness: ArrayLike<number>, size: number): Float64Array {
  const distances = new Float64Array(size * size).fill(Infinity);
  place.pixels.forEach((pixel, k) => {
    distances[pixel] = (1 - place.weights[k]!) / size;
  });
  for (let round = 0; round < ROUNDS; round++) {
    sweep(distances, lightness, 1);
    sweep(distances, lightness, -1);
  }
  return distances.map((distance) => Math.exp(-0.5 * (distance / REACH) ** 2));
}

/** `row -= factor * other` */
function subtractRow(row: Float64Array, other: Float64Array, factor: number): void {
  for (let i = 0; i < row.length; i++) row[i]! -= factor * other[i]!;
}

/**
 * Solves a system of equations with a symmetric positive definite matrix by elimination, in place.
 *
 * @param rows Rows of the matrix, each followed by its right side.
 */
function solve(rows: readonly Float64Array[]): number[] {
  const count = rows.length;
  for (const [pivot, row] of rows.entries()) {
    for (const other of rows.slice(pivot + 1)) subtractRow(other, row, other[pivot]! / row[pivot]!);
  }
  for (const [pivot, row] of [...rows.entries()].toReversed()) {
    for (const other of rows.slice(0, pivot)) subtractRow(other, row, other[pivot]! / row[pivot]!);
  }
  return rows.map((row, i) => row[count]! / row[i]!);
}

/** Changes a color field so that it has given values at given places. */
export type FieldCorrection = (field: Float32Array, targets: readonly (readonly [number, number])[]) => void;

/**
 * Corrections of color fields of one photo at a few places.
 *
 * What is missing at the places is spread around them with weights that fall with distance, and at edges of the lightness:
 * `field(p) += sum{ c[j] * reach[j](p) : j }`, with the `c` that make up for the errors at all places together, by least squares.
 *
 * @param lightness L in 0..100, `[size, size]`.
 */
export function fieldCorrection(
  places: readonly FieldPlace[],
  lightness: ArrayLike<number>,
  size: number,
): FieldCorrection {
  const reaches = places.map((place) => reachOf(place, lightness, size));
  const effect = places.map(({ pixels, weights }) =>
    reaches.map((reach) => pixels.reduce((sum, pixel, k) => sum + weights[k]! * reach[pixel]!, 0)),
  );
  const product = (one: number, other: number): number =>
    effect.reduce((sum, row) => sum + row[one]! * row[other]!, one === other ? RIDGE : 0);
  return (field, targets) => {
    for (const channel of [0, 1] as const) {
      const missing = places.map((place, i) => targets[i]![channel] - valueAt(field, place, channel));
      const gain = (j: number): number => effect.reduce((sum, row, i) => sum + row[j]! * missing[i]!, 0);
      const amounts = solve(
        places.map((_, i) => Float64Array.from([...places.map((_, j) => product(i, j)), gain(i)])),
      );
      amounts.forEach((amount, j) =>
        reaches[j]!.forEach((reach, pixel) => {
          field[pixel * 2 + channel]! += amount * reach;
        }),
      );
    }
  };
}
