import type { Grid } from '../data/grid.js';

/** Neighbors of a cell along each axis. */
const TAPS = 3;

/** For each cell of a fine grid, the coarse cells that its values come from. */
export interface Spreading {
  readonly height: number;
  readonly width: number;
  /** Rows of the coarse grid, three for each row of the fine one. */
  readonly rows: Int32Array;
  /** Columns of the coarse grid, three for each column of the fine one. */
  readonly columns: Int32Array;
  /** Nine for each fine cell, row by row; they add up to 1. */
  readonly weights: Float32Array;
}

/** Along one axis, the three coarse cells around the center of each fine cell, and their weights. */
interface Taps {
  readonly indices: Int32Array;
  readonly weights: Float64Array;
}

/** Taps with the weights of a quadratic B-spline. */
function splineTaps(coarse: number, fine: number): Taps {
  const indices = new Int32Array(fine * TAPS);
  const weights = new Float64Array(fine * TAPS);
  for (let i = 0; i < fine; i++) {
    const center = ((i + 0.5) * coarse) / fine - 0.5;
    const nearest = Math.floor(center + 0.5);
    const offset = center - nearest; // in [-1/2, 1/2)
    for (let k = 0; k < TAPS; k++) indices[i * TAPS + k] = Math.min(coarse - 1, Math.max(0, nearest + k - 1));
    weights[i * TAPS] = 0.5 * (0.5 - offset) ** 2;
    weights[i * TAPS + 1] = 0.75 - offset ** 2;
    weights[i * TAPS + 2] = 0.5 * (0.5 + offset) ** 2;
  }
  return { indices, weights };
}

/** What the weights of all cells are made of, and where they go. */
interface WeightTable {
  readonly weights: Float32Array;
  readonly coarse: Grid;
  readonly fine: Grid;
  readonly down: Taps;
  readonly across: Taps;
  readonly falloff: number;
}

/** Writes the weights of one cell, not yet divided by their sum, which is returned. */
function writeWeights({ weights, coarse, fine, down, across, falloff }: WeightTable, cell: number): number {
  const row = Math.floor(cell / fine.width) * TAPS;
  const column = (cell % fine.width) * TAPS;
  const own = fine.values[cell]!;
  let sum = 0;
  for (let r = row, at = cell * TAPS ** 2; r < row + TAPS; r++) {
    const start = down.indices[r]! * coarse.width;
    for (let c = column; c < column + TAPS; c++, at++) {
      const difference = own - coarse.values[start + across.indices[c]!]!;
      const unlike = 1 + falloff * difference * difference;
      const weight = (down.weights[r]! * across.weights[c]!) / (unlike * unlike);
      weights[at] = weight;
      sum += weight;
    }
  }
  return sum;
}

/**
 * The weights of a joint bilateral upsampling: near in the picture and alike in lightness.
 *
 * `weight = spline(dx) * spline(dy) / (1 + (difference / range)**2)**2`, divided by the sum. The quadratic B-spline is smooth
 * and leaves ramps as they are; the second factor falls off slower than a Gaussian, so that among samples that are all unlike,
 * the least unlike win and none is needed that is alike.
 *
 * @param coarse Lightness of the samples, one channel.
 * @param fine Lightness of the cells that are to be filled, one channel.
 * @param range In units of the lightness.
 * @see J. Kopf, M. F. Cohen, D. Lischinski and M. Uyttendaele, Joint Bilateral Upsampling, 2007, equation 3.
 */
export function guideWeights(coarse: Grid, fine: Grid, range: number): Spreading {
  const { height, width, values } = fine;
  const [down, across] = [splineTaps(coarse.height, height), splineTaps(coarse.width, width)];
  const weights = new Float32Array(height * width * TAPS ** 2);
  const table = { weights, coarse, fine, down, across, falloff: 1 / range ** 2 };
  for (let cell = 0, at = 0; cell < values.length; cell++) {
    const scale = 1 / writeWeights(table, cell);
    for (const end = at + TAPS ** 2; at < end; at++) weights[at]! *= scale;
  }
  return { height, width, rows: down.indices, columns: across.indices, weights };
}

/** A coarse grid of two channels brought to the size of the fine one. */
export function spread(coarse: Grid, { height, width, rows, columns, weights }: Spreading): Grid {
  const values = new Float32Array(height * width * 2);
  const samples = coarse.values;
  let [row, column] = [0, 0]; // of the taps
  for (let cell = 0, at = 0; cell < height * width; cell++) {
    const left = columns[column]!;
    const middle = columns[column + 1]!;
    const right = columns[column + 2]!;
    let a = 0;
    let b = 0;
    for (let r = row; r < row + TAPS; r++, at += TAPS) {
      const start = rows[r]! * coarse.width;
      const j = 2 * (start + left);
      const k = 2 * (start + middle);
      const l = 2 * (start + right);
      a += weights[at]! * samples[j]! + weights[at + 1]! * samples[k]! + weights[at + 2]! * samples[l]!;
      b +=
        weights[at]! * samples[j + 1]! +
        weights[at + 1]! * samples[k + 1]! +
        weights[at + 2]! * samples[l + 1]!;
    }
    values[2 * cell] = a;
    values[2 * cell + 1] = b;
    column += TAPS;
    if (column === width * TAPS) {
      column = 0;
      row += TAPS;
    }
  }
  return { height, width, channels: 2, values };
}
