import { type InterpolationRow, interpolationRows } from './resize.js';

/** Numbers, or the bytes of a picture. */
type Values = Float32Array | Uint8Array | Uint8ClampedArray;

/** Rows of cells of a few channels each: shape `[height, width, channels]`. */
export interface Grid<V extends Values = Float32Array> {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: V;
}

/** `target[at + i] = sum{ weights[k] * values[start + k * inner + i] : k }`. */
function writeSums(
  [target, at]: readonly [Float32Array, number],
  [values, start]: readonly [Values, number],
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
function resizeAxis(values: Values, outer: number, inner: number, rows: readonly InterpolationRow[]) {
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

/** A grid of another size: what `resizeImage` does, on numbers. Its values are those of `grid` itself where it has that size. */
export function resizeGrid<V extends Values>(
  grid: Grid<V>,
  { height, width }: Pick<Grid, 'height' | 'width'>,
): Grid<V | Float32Array> {
  const { channels } = grid;
  let values: V | Float32Array = grid.values;
  if (height !== grid.height)
    values = resizeAxis(values, 1, grid.width * channels, interpolationRows(grid.height, height, {}));
  if (width !== grid.width)
    values = resizeAxis(values, height, channels, interpolationRows(grid.width, width, {}));
  return { height, width, channels, values };
}
