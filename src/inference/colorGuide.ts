import type { TensorData } from '../checkpoint/tensorData.js';
import { LAB_SCALES } from '../data/colorCurves.js';
import { type Grid, resizeGrid } from '../data/grid.js';
import type { RasterImage } from '../data/image.js';
import type { RowLightness } from '../data/lightnessRows.js';
import { COLOR_FIELD_SCALE } from '../data/networkColor.js';
import { guideWeights, spread, type Spreading } from './spread.js';

/** A photo's lightness is averaged over cells, as many as this on each axis at most, or as many as the field has. */
const MOST_CELLS = 512;
/** Cells of one pixel where there are no more than this many pixels to a value of the field, else of two or more. */
const FINE_PIXELS = 4;
/** Difference in L at which a sample of the field counts a quarter. */
const FIELD_RANGE = 5;

/** A photo's lightness in cells, and how colors follow it there. */
export interface ColorGuide {
  /** Pixels of a cell along each axis; the last cells may be smaller. */
  readonly cell: readonly [height: number, width: number];
  /** Mean `f(Y)` of the cells. */
  readonly lightness: Grid;
  /** The color field as ab, as large as the guide. */
  readonly colors: (colorField: TensorData) => Grid;
}

function cellSize(pixels: number, samples: number): number {
  const least = pixels >= FINE_PIXELS * samples ? 2 : 1;
  return Math.max(least, Math.ceil(pixels / Math.max(MOST_CELLS, samples)));
}

/** Adds the pixels of one row to the sums of the cells they are in. */
function addRow(sums: Float64Array, pixels: Float32Array, wide: number): void {
  for (let column = 0, x = 0; column < sums.length; column++) {
    let sum = 0;
    for (const last = Math.min(pixels.length, x + wide); x < last; x++) sum += pixels[x]!;
    sums[column]! += sum;
  }
}

/** Means over the cells of a grid, of one row of pixels after the other. */
function cellMeans(
  { width, height }: Pick<RasterImage, 'width' | 'height'>,
  lightness: RowLightness,
  [tall, wide]: readonly [number, number],
): Grid {
  const [rows, columns] = [Math.ceil(height / tall), Math.ceil(width / wide)];
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const sums = new Float64Array(columns);
    const end = Math.min(height, (row + 1) * tall);
    for (let y = row * tall; y < end; y++) addRow(sums, lightness(y), wide);
    for (let column = 0; column < columns; column++) {
      const pixels = (end - row * tall) * Math.min(wide, width - column * wide);
      values[row * columns + column] = sums[column]! / pixels;
    }
  }
  return { height: rows, width: columns, channels: 1, values };
}

type Pick2 = (a: number, b: number) => number;

// `Math.min` and `Math.max` would take most of the time.
const lesser: Pick2 = (a, b) => (a < b ? a : b);
const greater: Pick2 = (a, b) => (a > b ? a : b);

/** The least (or greatest) of three consecutive values along one axis, of values seen as `[…, axis, inner]`. */
function extremes(values: Float32Array, [axis, inner]: readonly [number, number], pick: Pick2): Float32Array {
  const picked = new Float32Array(values.length);
  for (let at = 0, i = 0; at < values.length; i = (i + 1) % axis) {
    const before = i > 0 ? inner : 0;
    const after = i < axis - 1 ? inner : 0;
    for (const end = at + inner; at < end; at++)
      picked[at] = pick(pick(values[at - before]!, values[at]!), values[at + after]!);
  }
  return picked;
}

/** The least (or greatest) value among each cell and its neighbors, of each channel. */
function neighborhood({ height, width, channels, values }: Grid, pick: Pick2): Float32Array {
  return extremes(extremes(values, [width, channels], pick), [height, width * channels], pick);
}

/** Keeps colors within what the field has nearby: no halos. */
function limit({ height, width, values }: Grid, field: Grid): void {
  const [low, high] = [neighborhood(field, lesser), neighborhood(field, greater)];
  const columns = Int32Array.from({ length: width }, (_, x) => Math.floor(((x + 0.5) * field.width) / width));
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * field.height) / height) * field.width;
    for (let x = 0; x < width; x++, i += 2) {
      const at = 2 * (row + columns[x]!);
      values[i] = greater(low[at]!, lesser(high[at]!, values[i]!));
      values[i + 1] = greater(low[at + 1]!, lesser(high[at + 1]!, values[i + 1]!));
    }
  }
}

/**
 * Brings a field to the size of the guide, and gives back what the averaging along the way takes from it.
 *
 * Spreading is linear, so that the field and what it lacks after spreading and shrinking are spread as one.
 */
function followGuide(field: Grid, spreading: Spreading): Grid {
  const shrunk = resizeGrid(spread(field, spreading), field);
  const values = shrunk.values.map((value, i) => 2 * field.values[i]! - value);
  const colors = spread({ ...field, values }, spreading);
  limit(colors, field);
  return colors;
}

/**
 * The guide of one photo for color fields of one shape: made once, whatever the number of fields.
 *
 * Reads every row of the lightness once.
 */
export function colorGuide(
  photo: Pick<RasterImage, 'width' | 'height'>,
  lightness: RowLightness,
  [fieldHeight, fieldWidth]: readonly [number, number],
): ColorGuide {
  const cell = [cellSize(photo.height, fieldHeight), cellSize(photo.width, fieldWidth)] as const;
  const means = cellMeans(photo, lightness, cell);
  // A photo of fewer cells than the field has samples, along some axis, cannot show them all.
  const size = { height: Math.min(fieldHeight, means.height), width: Math.min(fieldWidth, means.width) };
  const spreading = guideWeights(resizeGrid(means, size), means, FIELD_RANGE / LAB_SCALES.lightness);
  return {
    cell,
    lightness: means,
    colors: ({ values }) => {
      const ab = new Float32Array(values).map((value) => value * COLOR_FIELD_SCALE);
      const field = { height: fieldHeight, width: fieldWidth, channels: 2, values: ab };
      return followGuide(resizeGrid(field, size), spreading);
    },
  };
}
