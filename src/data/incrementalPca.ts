import { symmetricEigen } from './symmetricEigen.js';

/** Principal components of rows that came one chunk at a time. */
export interface PcaResult {
  /** Number of rows. */
  readonly rows: number;
  readonly mean: Float64Array;
  /** Orthonormal components, the largest variance first. */
  readonly components: readonly Float64Array[];
  /** Variance of the rows along each component, with `rows - 1` in the denominator. */
  readonly variances: readonly number[];
  /** Sum of the variances of all columns. */
  readonly totalVariance: number;
}

export interface IncrementalPca {
  /** Takes in a row, which must not be changed afterwards; all rows are of one length. */
  readonly add: (row: Float64Array) => void;
  readonly result: () => PcaResult;
}

export interface IncrementalPcaOptions {
  /** Axes kept between chunks: more of them than are wanted in the end lose less of the early rows. */
  readonly keep: number;
  /** Rows taken in at a time. */
  readonly chunkSize: number;
}

/** What is known of the rows of all chunks so far. */
interface PcaState {
  readonly rows: number;
  readonly mean: Float64Array;
  /** Principal axes of the scatter, each as long as its singular value. */
  readonly axes: readonly Float64Array[];
  /** Sum of the squared distances of all rows from their mean. */
  readonly scatter: number;
}

function dot(x: Float64Array, y: Float64Array): number {
  // Four sums: a single one would wait for each addition before the next.
  let [a, b, c, d] = [0, 0, 0, 0];
  const even = x.length - (x.length % 4);
  for (let i = 0; i < even; i += 4) {
    a += x[i]! * y[i]!;
    b += x[i + 1]! * y[i + 1]!;
    c += x[i + 2]! * y[i + 2]!;
    d += x[i + 3]! * y[i + 3]!;
  }
  for (let i = even; i < x.length; i++) a += x[i]! * y[i]!;
  return a + b + (c + d);
}

/** Adds `factor` times `x` to `sum`. */
function addScaled(sum: Float64Array, x: Float64Array, factor: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += factor * x[i]!;
}

function meanOf(rows: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array(rows[0]!.length);
  for (const row of rows) addScaled(mean, row, 1 / rows.length);
  return mean;
}

function gramMatrix(rows: readonly Float64Array[]): Float64Array {
  const size = rows.length;
  const gram = new Float64Array(size ** 2);
  rows.forEach((row, i) => {
    for (let j = 0; j <= i; j++) gram[i * size + j] = gram[j * size + i] = dot(row, rows[j]!);
  });
  return gram;
}

/**
 * The `keep` strongest principal axes of the rows' scatter, each as long as its singular value.
 *
 * With `rows = U S transpose(V)`, the scaled axes are `transpose(U) rows`, and `U` comes from the small Gram matrix of the
 * rows.
 */
function scaledAxes(rows: readonly Float64Array[], keep: number): Float64Array[] {
  const { vectors } = symmetricEigen(gramMatrix(rows), rows.length);
  return Array.from({ length: Math.min(keep, rows.length) }, (_, i) => {
    const axis = new Float64Array(rows[0]!.length);
    rows.forEach((row, j) => addScaled(axis, row, vectors[i * rows.length + j]!));
    return axis;
  });
}

/** `axis` at length 1, turned so that its largest element (the first of several) is positive. */
function unitAxis(axis: Float64Array, length: number): Float64Array {
  const largest = axis.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
  const scale = (largest < 0 ? -1 : 1) / length;
  return axis.map((x) => x * scale);
}

/** The state after one more chunk of rows. */
function addChunk(state: PcaState, chunk: readonly Float64Array[], keep: number): PcaState {
  const chunkMean = meanOf(chunk);
  const rows = state.rows + chunk.length;
  const difference = chunkMean.map((x, i) => x - state.mean[i]!);
  const correction = Math.sqrt((state.rows * chunk.length) / rows);
  const centered = [
    ...chunk.map((row) => row.map((x, i) => x - chunkMean[i]!)),
    difference.map((x) => x * correction),
  ];
  return {
    rows,
    mean: state.mean.map((x, i) => x + (difference[i]! * chunk.length) / rows),
    axes: scaledAxes([...state.axes, ...centered], keep),
    scatter: centered.reduce((sum, row) => sum + dot(row, row), state.scatter),
  };
}

function toResult({ rows, mean, axes, scatter }: PcaState): PcaResult {
  const lengths = axes.map((axis) => Math.sqrt(dot(axis, axis)));
  return {
    rows,
    mean,
    components: axes.map((axis, i) => unitAxis(axis, lengths[i]!)),
    variances: lengths.map((length) => length ** 2 / (rows - 1)),
    totalVariance: scatter / (rows - 1),
  };
}

/**
 * Principal components of any number of rows, in memory for `keep` rows and one chunk.
 *
 * Each chunk is centered and decomposed together with the axes kept so far and a row that stands for the difference
 * between the mean before and the mean of the chunk. How many rows came at a time makes no difference.
 *
 * @see D. A. Ross et al., Incremental Learning for Robust Visual Tracking, 2008, section 3.1.
 */
export function incrementalPca({ keep, chunkSize }: IncrementalPcaOptions): IncrementalPca {
  let state: PcaState = { rows: 0, mean: new Float64Array(0), axes: [], scatter: 0 };
  let chunk: Float64Array[] = [];

  const flush = (): void => {
    if (chunk.length === 0) return;
    const before = state.rows > 0 ? state : { ...state, mean: new Float64Array(chunk[0]!.length) };
    state = addChunk(before, chunk, keep);
    chunk = [];
  };
  const add = (row: Float64Array): void => {
    chunk.push(row);
    if (chunk.length === chunkSize) flush();
  };
  const result = (): PcaResult => {
    flush();
    return toResult(state);
  };
  return { add, result };
}
