import { channelsOf, type RasterImage } from '../../data/image.js';
import { argumentMessage, assertNonNegative, assertPositiveInteger, assertShape } from '../../errors.js';
import type { Colorization } from '../colorization.js';

/** A color in sRGB: red, green and blue, each from 0 to 255. */
export type RgbBytes = readonly [red: number, green: number, blue: number];

/** A wish for the color of one place of a photo. */
export interface ColorHint {
  /** Pixel of the photo, from 0 at the left. */
  readonly x: number;
  /** Pixel of the photo, from 0 at the top. */
  readonly y: number;
  /** The color; only its hue and chroma count, as the photo keeps its own lightness. */
  readonly rgb: RgbBytes;
}

/** A part of a photo, in its pixels. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A part of a photo that keeps its colors. */
export interface ColorLock {
  /** A result of the same photo, whose colors are kept; `width` and `height`, where given, must be the photo's. */
  readonly result: Pick<Colorization, 'colorField'> & Partial<Pick<RasterImage, 'width' | 'height'>>;
  /** Where: a rectangle, or a picture as large as the photo that is white there and black elsewhere. */
  readonly region: Rectangle | RasterImage;
}

/** Wishes that change the color field that a code decodes to. */
export interface FieldWishes {
  /**
   * Colors of single places. What the codes cannot reach is made up for by a correction around each place, along the photo's edges.
   *
   * @defaultValue none
   */
  readonly hints?: readonly ColorHint[];
  /**
   * Factor of a and b: 0 gives grey, 1 the colors as they are. Hints and what is locked are not changed by it.
   *
   * @defaultValue `1`
   */
  readonly saturation?: number;
  /** A part of the photo that keeps the colors of an earlier result. */
  readonly lock?: ColorLock;
}

/** Everything that a user can ask of the colors of a photo. */
export interface ColorWishes extends FieldWishes {
  /**
   * Colors that the results should use, by hue and chroma.
   *
   * @defaultValue none
   */
  readonly palette?: readonly RgbBytes[];
  /** A photo in color whose colors the results should take. */
  readonly reference?: RasterImage;
}

/** How near a result comes to what was asked for. */
export interface WishErrors {
  /** CIEDE2000 difference at each hint between its color and the result's, both on the photo's lightness. */
  readonly hints: readonly number[];
  /** CIEDE2000 difference of each color of the palette to the 2 % of the pixels that are nearest to it, on their lightness. */
  readonly palette: readonly number[];
  /** Distance of the a and b of the result to those of the reference photo, in Lab units; `null` without one. */
  readonly reference: number | null;
}

/** Pixels of a photo. */
type Size = Pick<RasterImage, 'width' | 'height'>;

function assertRgb(action: string, argument: string, rgb: readonly number[]): void {
  const fits = rgb.length === 3 && rgb.every((value) => value >= 0 && value <= 255);
  if (fits) return;
  throw new RangeError(argumentMessage(action, argument, 'be three numbers from 0 to 255', rgb));
}

function assertInside(action: string, argument: string, value: number, [size, name]: [number, string]): void {
  if (Number.isInteger(value) && value >= 0 && value < size) return;
  const rule = `be an integer from 0 to ${size - 1}, as the photo is ${size} pixels ${name}`;
  throw new RangeError(argumentMessage(action, argument, rule, value));
}

function assertRegion(action: string, region: ColorLock['region'], { width, height }: Size): void {
  if ('data' in region) {
    channelsOf(action, region);
    const [actual, expected] = [`${region.width} x ${region.height}`, `${width} x ${height}`];
    if (actual === expected) return;
    throw new RangeError(argumentMessage(action, 'lock.region', `be ${expected}, as the photo is`, actual));
  }
  assertInside(action, 'lock.region.left', region.left, [width, 'wide']);
  assertInside(action, 'lock.region.top', region.top, [height, 'high']);
  assertPositiveInteger(action, 'lock.region.width', region.width);
  assertPositiveInteger(action, 'lock.region.height', region.height);
  assertInside(action, 'lock.region.left + width - 1', region.left + region.width - 1, [width, 'wide']);
  assertInside(action, 'lock.region.top + height - 1', region.top + region.height - 1, [height, 'high']);
}

/**
 * Finds what cannot be asked for, before any photo is looked at.
 *
 * @param photo Size of the photo.
 * @param fieldSize Side of the color fields of the networks.
 * @throws {RangeError} If a hint or the locked region is outside the photo, the locked result of another size, or a color or the saturation is out of its range.
 * @throws {ShapeError} If the color field of the locked result is not of the networks' size.
 */
export function assertWishes(action: string, wishes: ColorWishes, photo: Size, fieldSize: number): void {
  const { hints = [], palette = [], reference, saturation = 1, lock } = wishes;
  hints.forEach(({ x, y, rgb }, i) => {
    assertInside(action, `hints[${i}].x`, x, [photo.width, 'wide']);
    assertInside(action, `hints[${i}].y`, y, [photo.height, 'high']);
    assertRgb(action, `hints[${i}].rgb`, rgb);
  });
  palette.forEach((rgb, i) => {
    assertRgb(action, `palette[${i}]`, rgb);
  });
  assertNonNegative(action, 'saturation', saturation);
  if (reference !== undefined) channelsOf(action, reference);
  if (lock === undefined) return;
  const { width = photo.width, height = photo.height } = lock.result;
  if (width !== photo.width || height !== photo.height) {
    const rule = `be of a photo of ${photo.width} x ${photo.height}`;
    throw new RangeError(argumentMessage(action, 'lock.result', rule, `${width} x ${height}`));
  }
  const shape = [...lock.result.colorField.shape];
  assertShape(action, 'lock.result.colorField', { shape }, [fieldSize, fieldSize, 2]);
  assertRegion(action, lock.region, photo);
}
