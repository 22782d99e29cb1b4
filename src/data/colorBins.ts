import * as tf from '@tensorflow/tfjs-core';

import { assertLastAxis } from './assertions.js';

/** Distance between neighboring bins, in units of a and b. */
export const COLOR_BIN_SIZE = 10;

/** a of the first row of bins. */
const FIRST_A = -90;

/** First and last b of each row of bins; rows follow each other in steps of a. */
const B_RANGES: readonly (readonly [first: number, last: number])[] = [
  [50, 90],
  [20, 90],
  [0, 90],
  [-20, 90],
  [-30, 100],
  [-40, 100],
  [-50, 100],
  [-50, 100],
  [-60, 100],
  [-70, 100],
  [-80, 90],
  [-80, 90],
  [-90, 90],
  [-100, 90],
  [-100, 80],
  [-110, 80],
  [-110, 80],
  [-110, 70],
  [-110, 70],
  [-90, 0],
];

/** The look-up table covers a and b in (-128, 128] in cells of one unit. */
const TABLE_SIDE = 256;
const TABLE_OFFSET = 127;

/** A bin of colors, given by its center. */
export interface ColorBin {
  readonly a: number;
  readonly b: number;
}

/**
 * The 313 bins of a and b that lie in the sRGB gamut, a ascending, then b ascending: the order of the published tables.
 *
 * @see R. Zhang, P. Isola, A. A. Efros, Colorful Image Colorization, 2016, section 2.1; `pts_in_hull.npy` of its code.
 */
export const COLOR_BINS: readonly ColorBin[] = B_RANGES.flatMap(([first, last], row) =>
  Array.from({ length: (last - first) / COLOR_BIN_SIZE + 1 }, (_, i) => ({
    a: FIRST_A + row * COLOR_BIN_SIZE,
    b: first + i * COLOR_BIN_SIZE,
  })),
);

/** Index of the bin whose center is nearest, the lower one of two; the search that the table saves. */
function searchNearest(a: number, b: number): number {
  let [nearest, least] = [0, Infinity];
  let rowStart = 0;
  B_RANGES.forEach(([first, last], row) => {
    const inRow = Math.min(last, Math.max(first, COLOR_BIN_SIZE * Math.round(b / COLOR_BIN_SIZE)));
    const distance = (a - FIRST_A - row * COLOR_BIN_SIZE) ** 2 + (b - inRow) ** 2;
    if (distance < least) [nearest, least] = [rowStart + (inRow - first) / COLOR_BIN_SIZE, distance];
    rowStart += (last - first) / COLOR_BIN_SIZE + 1;
  });
  return nearest;
}

let table: Int32Array | undefined;

/** Nearest bin of the center of each cell, a slowest; made on first use. */
function nearestBinTable(): Int32Array {
  table ??= Int32Array.from({ length: TABLE_SIDE ** 2 }, (_, cell) => {
    const [row, column] = [Math.floor(cell / TABLE_SIDE), cell % TABLE_SIDE];
    return searchNearest(row - TABLE_OFFSET - 0.5, column - TABLE_OFFSET - 0.5);
  });
  return table;
}

/**
 * The nearest color bin of each color.
 *
 * Looked up in a table of unit cells. The answer is exact for the colors of sRGB, and on the border of two bins' squares it
 * is the bin of the lower index. Far beyond the gamut, where borders are oblique, a color next to a border may get the
 * bin on its other side, farther than the nearest one by the square root of 2 at most.
 *
 * @param ab Lab colors, shape `[..., 2]`; beyond -128 and 128 they are taken to be there.
 * @returns Indices into `COLOR_BINS`, int32, shape `[...]`, to be disposed by the caller.
 * @throws {ShapeError} If the last axis is not of size 2.
 */
export function nearestColorBin(ab: tf.Tensor): tf.Tensor {
  assertLastAxis('find nearestColorBin', 'ab', ab, 2);
  return tf.tidy(() => {
    const cells = tf.clipByValue(tf.add(tf.ceil(ab), TABLE_OFFSET), 0, TABLE_SIDE - 1);
    const flat = tf.sum(tf.mul(cells, tf.tensor1d([TABLE_SIDE, 1])), -1);
    return tf.gather(tf.tensor1d(nearestBinTable(), 'int32'), tf.cast(flat, 'int32'));
  });
}
