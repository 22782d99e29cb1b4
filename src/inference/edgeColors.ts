import { LAB_SCALES } from '../data/colorCurves.js';
import type { Grid } from '../data/grid.js';
import type { RasterImage } from '../data/image.js';
import type { RowColors } from '../data/paintColors.js';
import type { ColorGuide } from './colorGuide.js';

/** Difference in L at which a cell of the guide counts a quarter. */
const CELL_RANGE = 6;
const FALLOFF = (LAB_SCALES.lightness / CELL_RANGE) ** 2;

/** How many cells a pixel's center is beyond that of the first cell. */
function placeOf(pixel: number, size: number): number {
  return (pixel + 0.5) / size - 0.5;
}

/** The first pixel whose center is not before that of a cell. */
function firstPixel(cell: number, size: number): number {
  return Math.max(0, Math.ceil((cell + 0.5) * size - 0.5));
}

/** The square of how unlike in lightness a pixel and a cell are: 1 for equals. */
function unlikeness(own: number, mean: number): number {
  const unlike = 1 + FALLOFF * (own - mean) * (own - mean);
  return unlike * unlike;
}

/** The two rows of cells around a row of pixels: where their values begin, and the share of the lower one. */
interface CellRows {
  readonly top: number;
  readonly bottom: number;
  readonly down: number;
}

function cellRowsOf(row: number, tall: number, { height, width }: Grid): CellRows {
  const place = placeOf(row, tall);
  const upper = Math.floor(place);
  return {
    top: Math.max(0, upper) * width,
    bottom: Math.min(height - 1, upper + 1) * width,
    down: place - upper,
  };
}

/** What the colors of all rows are made of. */
interface EdgeSources {
  /** Lightness of the cells. */
  readonly cells: Grid;
  /** Color of the cells, a and b interleaved. */
  readonly colors: Float32Array;
  /** Pixels of a cell from left to right. */
  readonly wide: number;
}

/** Writes the colors of one row of pixels. */
function writeEdgeColors(
  target: Float32Array,
  lightness: Float32Array,
  { cells, colors, wide }: EdgeSources,
  { top, bottom, down }: CellRows,
): void {
  const { width: columns, values: means } = cells;
  const { length: width } = lightness;
  const step = 1 / wide;
  // The pixels between the centers of two cells share the four cells around them.
  for (let cell = -1; cell < columns; cell++) {
    const left = Math.max(0, cell);
    const right = Math.min(columns - 1, cell + 1);
    const i = top + left;
    const j = top + right;
    const k = bottom + left;
    const l = bottom + right;
    const end = Math.min(width, firstPixel(cell + 1, wide));
    let x = firstPixel(cell, wide);
    let share = placeOf(x, wide) - cell;
    for (; x < end; x++, share += step) {
      const own = lightness[x]!;
      // All four weights times the product of the four numbers below: one division instead of five.
      const p = unlikeness(own, means[i]!);
      const q = unlikeness(own, means[j]!);
      const r = unlikeness(own, means[k]!);
      const s = unlikeness(own, means[l]!);
      const above = (1 - down) * r * s;
      const below = down * p * q;
      const first = (1 - share) * above * q;
      const second = share * above * p;
      const third = (1 - share) * below * s;
      const fourth = share * below * r;
      const scale = 1 / (first + second + third + fourth);
      target[2 * x] =
        scale *
        (first * colors[2 * i]! + second * colors[2 * j]! + third * colors[2 * k]! + fourth * colors[2 * l]!);
      target[2 * x + 1] =
        scale *
        (first * colors[2 * i + 1]! +
          second * colors[2 * j + 1]! +
          third * colors[2 * k + 1]! +
          fourth * colors[2 * l + 1]!);
    }
  }
}

/**
 * The rows of colors that follow the edges of a photo: each pixel takes from the four cells around it, and more from those that
 * are as light as it is.
 *
 * `weight = tent(dx) * tent(dy) / (1 + (difference / range)**2)**2`, divided by the sum: the kernel of `guideWeights`, of a
 * smaller support, as the cells are small.
 *
 * @param colors As large as the guide: `guide.colors(colorField)`.
 */
export function edgeColors(
  { width }: Pick<RasterImage, 'width' | 'height'>,
  { cell: [tall, wide], lightness: cells }: ColorGuide,
  { values: colors }: Grid,
): RowColors {
  const target = new Float32Array(width * 2);
  const sources = { cells, colors, wide };
  return (row, lightness) => {
    writeEdgeColors(target, lightness, sources, cellRowsOf(row, tall, cells));
    return target;
  };
}
