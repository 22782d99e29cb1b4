import { type InterpolationRow, interpolationRows } from './resize.js';

/** Rows of cells of a few channels each: shape `[height, width, channels]`. */
export interface Grid {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: Float32Array;
}

/** `target[at + i] = sum{ weights[k] * values[start + k * inner + i] : k }`. */
function writeSums(
  [target, at]: readonly [Float32Array, number],
  [values, start]: readonly [Float32Array, number],
  inner: number,
  weights: readonly number[],
): void {
  for (let i = 0; i < inner; i++) {
    let sum = 0;
    for (let k = 0; k < weights.length; k++) sum += weights[k]! * values[start + k * inner + i]!;
    target[at + i] = sum;
  }
}

/** Sums along one axis of values seen as `[outer, axis, inner]`. */
function resizeAxis(values: Float32Array, outer: number, inner: number, rows: readonly InterpolationRow[]) {
  const from = values.length / (outer * inner);
  const resized = new Float32Array(outer * rows.length * inner);
  for (let o = 0, at = 0; o < outer; o++) {
    for (const { first, weights } of rows) {
      writeSums([resized, at], [values, (o * from + first) * inner], inner, weights);
      at += inner;
    }
  }
  return resized;
}

/** A grid of another size: what `resizeImage` does, on numbers. */
export function resizeGrid(grid: Grid, { height, width }: Pick<Grid, 'height' | 'width'>): Grid {
  const { channels } = grid;
  let { values } = grid;
  if (height !== grid.height)
    values = resizeAxis(values, 1, grid.width * channels, interpolationRows(grid.height, height, {}));
  if (width !== grid.width)
    values = resizeAxis(values, height, channels, interpolationRows(grid.width, width, {}));
  return { height, width, channels, values };
}
