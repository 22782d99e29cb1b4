import * as tf from '@tensorflow/tfjs-core';

import { channelsOf, type RasterImage } from '../data/image.js';
import { tensorToRaster } from '../data/rasterTensor.js';
import { resizeRaster } from '../data/resizeRaster.js';
import { shrinkImage } from '../data/shrinkImage.js';
import { argumentMessage, assertNonNegativeInteger, assertPositiveInteger } from '../errors.js';

const ACTION = 'make a contactSheet';
const PAPER = [24, 24, 24] as const;
const BAR = [235, 235, 235] as const;
/** Height of the bar under a tile that shows its weight, as a share of the tile's side. */
const BAR_SHARE = 0.03;
/** A picture is first shrunk by whole numbers, to no less than this many times its side on the sheet. */
const SHRINK_MARGIN = 4;

/** A picture on a contact sheet. */
export interface ContactSheetTile {
  readonly image: RasterImage;
  /** Length of the bar under the picture, from 0 to 1; no bar if left out or `null`. */
  readonly weight?: number | null;
}

export interface ContactSheetOptions {
  /**
   * Side of the square that each picture is fitted into, in pixels.
   *
   * @defaultValue `192`
   */
  readonly tileSize?: number;
  /**
   * Space between pictures and around them, in pixels.
   *
   * @defaultValue `8`
   */
  readonly gap?: number;
}

type Color = readonly [number, number, number];

/** A sheet that pictures are laid on. */
interface Canvas extends RasterImage {
  readonly data: Uint8ClampedArray;
}

interface Place {
  readonly left: number;
  readonly top: number;
}

function fill(
  canvas: Canvas,
  { left, top }: Place,
  [width, height]: readonly [number, number],
  color: Color,
): void {
  for (let y = top; y < top + height; y++) {
    for (let x = left; x < left + width; x++) canvas.data.set(color, (y * canvas.width + x) * 3);
  }
}

/** Copies a picture of three channels. */
function paste(canvas: Canvas, { left, top }: Place, { width, height, data }: RasterImage): void {
  for (let y = 0; y < height; y++) {
    canvas.data.set(data.subarray(y * width * 3, (y + 1) * width * 3), ((top + y) * canvas.width + left) * 3);
  }
}

/** The picture at the largest size that fits a square, three channels. */
async function fit(image: RasterImage, side: number): Promise<RasterImage> {
  const scale = side / Math.max(image.width, image.height);
  const small = shrinkImage(image, side * SHRINK_MARGIN);
  const resized = tf.tidy(() => {
    const size = {
      height: Math.max(1, Math.round(image.height * scale)),
      width: Math.max(1, Math.round(image.width * scale)),
    };
    return tf.squeeze<tf.Tensor3D>(resizeRaster(small, size), [0]);
  });
  try {
    return await tensorToRaster(resized);
  } finally {
    resized.dispose();
  }
}

/**
 * Rows of pictures on one sheet, each fitted into a square, with a bar under it that shows its weight.
 *
 * @param rows May differ in length.
 * @returns A picture of three channels.
 * @throws {RangeError} If there is no row or no picture, or an option is out of range.
 * @throws {TypeError} If the data of a picture do not fit its width and height.
 */
export async function contactSheet(
  rows: readonly (readonly ContactSheetTile[])[],
  options: ContactSheetOptions = {},
): Promise<RasterImage> {
  const { tileSize = 192, gap = 8 } = options;
  assertPositiveInteger(ACTION, 'tileSize', tileSize);
  assertNonNegativeInteger(ACTION, 'gap', gap);
  const columns = Math.max(0, ...rows.map((row) => row.length));
  if (columns === 0)
    throw new RangeError(argumentMessage(ACTION, 'rows', 'hold a picture', `${rows.length} rows`));
  for (const { image } of rows.flat()) channelsOf(ACTION, image);

  const barHeight = Math.ceil(tileSize * BAR_SHARE);
  const rowHeight = tileSize + 2 * barHeight + gap;
  const [width, height] = [columns * (tileSize + gap) + gap, rows.length * rowHeight + gap];
  const canvas: Canvas = { width, height, data: new Uint8ClampedArray(width * height * 3) };
  fill(canvas, { left: 0, top: 0 }, [width, height], PAPER);
  for (const [row, tiles] of rows.entries()) {
    for (const [column, { image, weight = null }] of tiles.entries()) {
      const place = { left: gap + column * (tileSize + gap), top: gap + row * rowHeight };
      const tile = await fit(image, tileSize);
      const inset = { left: Math.floor((tileSize - tile.width) / 2), top: tileSize - tile.height };
      paste(canvas, { left: place.left + inset.left, top: place.top + inset.top }, tile);
      const length = Math.round(Math.min(1, Math.max(0, weight ?? 0)) * tileSize);
      fill(canvas, { left: place.left, top: place.top + tileSize + barHeight }, [length, barHeight], BAR);
    }
  }
  return canvas;
}
