import { argumentMessage, assertPositive, assertPositiveInteger } from '../errors.js';
import { assertLength } from './assertions.js';

const ACTION = 'compute structuralSimilarity';

/** The window of the paper: a Gaussian of deviation 1.5 over 11 pixels, of sum 1. */
const RADIUS = 5;
const WINDOW = gaussianWindow(1.5);

/** Constants that keep the quotient finite, relative to the peak. */
const [K1, K2] = [0.01, 0.03];

export interface StructuralSimilarityOptions {
  /** Pixels in a row. */
  readonly width: number;
  /**
   * Values of a pixel.
   *
   * @defaultValue `3`
   */
  readonly channels?: number;
  /**
   * The largest value that a pixel can have.
   *
   * @defaultValue `255`
   */
  readonly peak?: number;
}

function gaussianWindow(deviation: number): Float64Array {
  const window = Float64Array.from({ length: 2 * RADIUS + 1 }, (_, i) =>
    Math.exp(-((i - RADIUS) ** 2) / (2 * deviation ** 2)),
  );
  const sum = window.reduce((total, weight) => total + weight, 0);
  return window.map((weight) => weight / sum);
}

/** One channel of a picture. */
interface Plane {
  readonly width: number;
  readonly height: number;
  readonly values: Float64Array;
}

/** The weighted mean over the window at each of `count` places: its values are `step` apart. */
function windowMeans(values: Float64Array, count: number, step: number): Float64Array {
  const means = new Float64Array(count);
  for (const [i, weight] of WINDOW.entries()) {
    const offset = i * step;
    for (let at = 0; at < count; at++) means[at]! += weight * values[at + offset]!;
  }
  return means;
}

/** The plane seen through the window wherever it fits: smaller by 10 pixels in both directions. */
function blur({ width, height, values }: Plane): Float64Array {
  const [innerWidth, innerHeight] = [width - 2 * RADIUS, height - 2 * RADIUS];
  const low = windowMeans(values, width * innerHeight, width);
  const means = windowMeans(low, low.length - 2 * RADIUS, 1); // also across the ends of rows
  const inner = new Float64Array(innerWidth * innerHeight);
  for (let y = 0; y < innerHeight; y++) {
    inner.set(means.subarray(y * width, y * width + innerWidth), y * innerWidth);
  }
  return inner;
}

function product(one: Plane, other: Plane): Plane {
  const values = new Float64Array(one.values.length);
  for (let i = 0; i < values.length; i++) values[i] = one.values[i]! * other.values[i]!;
  return { ...one, values };
}

/** Mean similarity of one channel of two pictures. */
function planeSimilarity(one: Plane, other: Plane, peak: number): number {
  const [mean1, mean2] = [blur(one), blur(other)];
  const [square1, square2] = [blur(product(one, one)), blur(product(other, other))];
  const cross = blur(product(one, other));
  const [c1, c2] = [(K1 * peak) ** 2, (K2 * peak) ** 2];
  let sum = 0;
  for (let i = 0; i < mean1.length; i++) {
    const [m1, m2] = [mean1[i]!, mean2[i]!];
    const variances = square1[i]! - m1 ** 2 + square2[i]! - m2 ** 2;
    const covariance = cross[i]! - m1 * m2;
    sum += ((2 * m1 * m2 + c1) * (2 * covariance + c2)) / ((m1 ** 2 + m2 ** 2 + c1) * (variances + c2));
  }
  return sum / mean1.length;
}

function heightOf(picture: ArrayLike<number>, rowLength: number): number {
  const height = picture.length / rowLength;
  if (Number.isInteger(height) && height > 0) return height;
  const rule = `be a multiple of ${rowLength}, the values of a row`;
  throw new RangeError(argumentMessage(ACTION, 'picture.length', rule, picture.length));
}

/**
 * The structural similarity of a picture to the truth: the mean over channels and over all places of an 11 x 11 Gaussian
 * window, deviation 1.5, that lie inside the picture.
 *
 * `(2 m1 m2 + c1) (2 s12 + c2) / ((m1**2 + m2**2 + c1) (s1**2 + s2**2 + c2))` with the window's means `m`, population variances
 * `s**2` and covariance `s12`, `c1 = (0.01 peak)**2`, `c2 = (0.03 peak)**2`.
 *
 * @param picture Shape `[height, width, channels]`, 8-bit sRGB unless `peak` says otherwise.
 * @param truth The true values, laid out the same way.
 * @returns From -1 to 1, 1 for equal pictures; `null` for pictures smaller than the window.
 * @throws {RangeError} If the pictures differ in length or are not of whole rows, or an option is out of range.
 * @see Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, Image Quality Assessment: From Error Visibility to Structural
 *   Similarity, 2004, equation 13.
 */
export function structuralSimilarity(
  picture: ArrayLike<number>,
  truth: ArrayLike<number>,
  options: StructuralSimilarityOptions,
): number | null {
  const { width, channels = 3, peak = 255 } = options;
  assertPositiveInteger(ACTION, 'width', width);
  assertPositiveInteger(ACTION, 'channels', channels);
  assertPositive(ACTION, 'peak', peak);
  const height = heightOf(picture, width * channels);
  assertLength(ACTION, 'truth', truth.length, [picture.length, 'picture']);
  if (Math.min(width, height) < WINDOW.length) return null;
  const plane = (values: ArrayLike<number>, channel: number): Plane => {
    const own = new Float64Array(width * height);
    for (let i = 0; i < own.length; i++) own[i] = values[i * channels + channel]!;
    return { width, height, values: own };
  };
  let sum = 0;
  for (let c = 0; c < channels; c++) sum += planeSimilarity(plane(picture, c), plane(truth, c), peak);
  return sum / channels;
}
