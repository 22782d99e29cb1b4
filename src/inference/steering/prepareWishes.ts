import * as tf from '@tensorflow/tfjs-core';

import { ciede2000 } from '../../ciede2000.js';
import { areaMeans } from '../../data/areaMeans.js';
import { channelsOf, type RasterImage } from '../../data/image.js';
import { rgbToLab } from '../../data/lab.js';
import { COLOR_FIELD_SCALE } from '../../data/networkColor.js';
import { BYTE_SCALE, rgbValues } from '../../data/rasterTensor.js';
import { interpolationRows } from '../../data/resize.js';
import { resizeRaster } from '../../data/resizeRaster.js';
import { shrinkImage } from '../../data/shrinkImage.js';
import { type AbStatistics, abStatistics, statisticsDistance } from './colorStatistics.js';
import { type FieldPlace, fieldCorrection, valueAt } from './spreadCorrection.js';
import type { ColorHint, ColorLock, ColorWishes, RgbBytes, WishErrors } from './wishes.js';

/** A reference photo is looked at no larger than this; it is first shrunk by whole numbers, to a few times as much. */
const REFERENCE_SIDE = 64;
const SHRINK_MARGIN = 4;
/** Share of the pixels, those nearest to a color of the palette, that show whether it is used. */
export const PALETTE_SHARE = 0.02;

/** A hint at the size of the color field. */
export interface PlacedHint extends FieldPlace {
  /** a and b that are wished for, Lab units. */
  readonly ab: readonly [number, number];
  /** L of the photo at the very pixel. */
  readonly lightness: number;
}

/** The locked part at the size of the color field. */
interface PlacedLock {
  /** Share of each pixel that is locked, from 0 to 1, `[size, size]`. */
  readonly mask: Float32Array;
  /** `ab / 128`, `[size, size, 2]`. */
  readonly values: ArrayLike<number>;
}

/** A reference photo's colors. */
interface ReferenceColors extends AbStatistics {
  /** CIE Lab, three values a pixel. */
  readonly lab: Float32Array;
}

/** What is wished for, at the size of the color field, for one photo. */
export interface PlacedWishes {
  readonly size: number;
  /** L of the photo, `[size, size]`. */
  readonly lightness: Float32Array;
  readonly saturation: number;
  readonly hints: readonly PlacedHint[];
  readonly lock: PlacedLock | null;
  /** a and b of each color, Lab units. */
  readonly palette: readonly (readonly [number, number])[];
  readonly reference: ReferenceColors | null;
  /** The field with its saturation changed, the locked part put back and the hints made up for; a new array. */
  readonly apply: (field: ArrayLike<number>) => Float32Array;
  /** How near a field that `apply` returned comes to what is wished for. */
  readonly errorsOf: (field: ArrayLike<number>) => WishErrors;
}

/** CIE Lab of sRGB in [0, 1], three values a color. */
async function labOf(rgb: Float32Array): Promise<Float32Array> {
  if (rgb.length === 0) return rgb;
  const lab = tf.tidy(() => rgbToLab(tf.tensor2d(rgb, [rgb.length / 3, 3])));
  try {
    return await lab.data<'float32'>();
  } finally {
    lab.dispose();
  }
}

async function labOfBytes(colors: readonly RgbBytes[]): Promise<Float32Array> {
  return labOf(Float32Array.from(colors.flat(), (byte) => byte / BYTE_SCALE));
}

/** One pixel of a photo, as a photo. */
function pixelOf(photo: RasterImage, { x, y }: ColorHint): RasterImage {
  const channels = channelsOf('color', photo);
  const start = (y * photo.width + x) * channels;
  return { width: 1, height: 1, data: photo.data.slice(start, start + channels) };
}

/** The pixels of the field that a pixel of the photo takes its color from, and their weights. */
function placeOf({ x, y }: ColorHint, { width, height }: RasterImage, size: number): FieldPlace {
  const [columns, rows] = [interpolationRows(size, width, {})[x]!, interpolationRows(size, height, {})[y]!];
  const all = rows.weights.flatMap((down, i) =>
    columns.weights.map((right, j) => [(rows.first + i) * size + columns.first + j, down * right] as const),
  );
  const used = all.filter(([, weight]) => weight > 0);
  return { pixels: used.map(([pixel]) => pixel), weights: used.map(([, weight]) => weight) };
}

async function placeHints(
  hints: readonly ColorHint[],
  photo: RasterImage,
  size: number,
): Promise<PlacedHint[]> {
  const wished = await labOfBytes(hints.map(({ rgb }) => rgb));
  const shown = Float32Array.from(hints.flatMap((hint) => [...rgbValues(pixelOf(photo, hint))]));
  const lightness = await labOf(shown);
  return hints.map((hint, i) => ({
    ...placeOf(hint, photo, size),
    ab: [wished[i * 3 + 1]!, wished[i * 3 + 2]!],
    lightness: lightness[i * 3]!,
  }));
}

/** Share of each of `size` cells of an axis that a span covers. */
function coverage(start: number, length: number, size: number, pixels: number): number[] {
  const cell = pixels / size;
  return Array.from({ length: size }, (_, i) => {
    const overlap = Math.min(start + length, (i + 1) * cell) - Math.max(start, i * cell);
    return Math.min(1, Math.max(0, overlap / cell));
  });
}

function maskOf(region: ColorLock['region'], photo: RasterImage, size: number): Float32Array {
  if ('data' in region) {
    const means = areaMeans(region, size);
    return Float32Array.from({ length: size * size }, (_, i) => means[i * 3 + 1]! / BYTE_SCALE);
  }
  const rows = coverage(region.top, region.height, size, photo.height);
  const columns = coverage(region.left, region.width, size, photo.width);
  return Float32Array.from(rows.flatMap((down) => columns.map((right) => down * right)));
}

async function referenceColors(reference: RasterImage): Promise<ReferenceColors> {
  const small = shrinkImage(reference, REFERENCE_SIDE * SHRINK_MARGIN);
  const image = tf.tidy(() =>
    rgbToLab(resizeRaster(small, { height: REFERENCE_SIDE, width: REFERENCE_SIDE })),
  );
  try {
    const lab = await image.data<'float32'>();
    return { lab, ...abStatistics(lab.filter((_, i) => i % 3 > 0)) };
  } finally {
    image.dispose();
  }
}

/** CIEDE2000 difference of a color of the palette to the pixels that are nearest to it, on their lightness. */
function paletteError(field: ArrayLike<number>, lightness: Float32Array, [a, b]: readonly number[]): number {
  const differences = Float64Array.from(lightness, (l, i) =>
    ciede2000([l, field[i * 2]! * COLOR_FIELD_SCALE, field[i * 2 + 1]! * COLOR_FIELD_SCALE], [l, a!, b!]),
  ).sort();
  const counted = Math.ceil(differences.length * PALETTE_SHARE);
  return differences.subarray(0, counted).reduce((sum, value) => sum + value, 0) / counted;
}

/** CIEDE2000 difference at a hint of what is wished for and what a field gives, on the photo's lightness. */
function hintError(field: ArrayLike<number>, hint: PlacedHint): number {
  const [a, b] = ([0, 1] as const).map((channel) => valueAt(field, hint, channel) * COLOR_FIELD_SCALE);
  return ciede2000([hint.lightness, a!, b!], [hint.lightness, ...hint.ab]);
}

function errorsOf(field: ArrayLike<number>, wishes: Omit<PlacedWishes, 'apply' | 'errorsOf'>): WishErrors {
  const { hints, palette, reference, lightness } = wishes;
  const ab = Float32Array.from({ length: field.length }, (_, i) => field[i]! * COLOR_FIELD_SCALE);
  return {
    hints: hints.map((hint) => hintError(field, hint)),
    palette: palette.map((color) => paletteError(field, lightness, color)),
    reference: reference === null ? null : statisticsDistance(abStatistics(ab), reference),
  };
}

/**
 * Wishes, found to be possible by `assertWishes`, brought to the size of the color fields of a photo.
 *
 * @param lightness L of the photo, `[size, size]`.
 */
export async function prepareWishes(
  wishes: ColorWishes,
  photo: RasterImage,
  { lightness, size }: Pick<PlacedWishes, 'lightness' | 'size'>,
): Promise<PlacedWishes> {
  const { saturation = 1, lock } = wishes;
  const hints = await placeHints(wishes.hints ?? [], photo, size);
  const colors = await labOfBytes(wishes.palette ?? []);
  const palette = (wishes.palette ?? []).map((_, i) => [colors[i * 3 + 1]!, colors[i * 3 + 2]!] as const);
  const reference = wishes.reference === undefined ? null : await referenceColors(wishes.reference);
  const placedLock =
    lock === undefined
      ? null
      : { mask: maskOf(lock.region, photo, size), values: lock.result.colorField.values };
  const placed = { size, lightness, saturation, hints, lock: placedLock, palette, reference };
  const correct = fieldCorrection(hints, lightness, size);
  const targets = hints.map(({ ab: [a, b] }) => [a / COLOR_FIELD_SCALE, b / COLOR_FIELD_SCALE] as const);
  return {
    ...placed,
    apply: (field) => {
      const changed = Float32Array.from(field, (value, i) => {
        const kept = placedLock?.mask[i >> 1] ?? 0;
        return (1 - kept) * value * saturation + (kept > 0 ? kept * placedLock!.values[i]! : 0);
      });
      correct(changed, targets);
      return changed;
    },
    errorsOf: (field) => errorsOf(field, placed),
  };
}
