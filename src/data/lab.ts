import * as tf from '@tensorflow/tfjs-core';

import { assertLastAxis } from './assertions.js';
import { invert3, multiply3, scaleRows3 } from './matrix3.js';
import type { Matrix3 } from './matrix3.js';

/** CIE D65, 2 degree observer: tristimulus values as ASTM E308 tabulates them, Y = 1. */
const D65_WHITE = [0.95047, 1, 1.08883] as const;

/** Chromaticities (x, y) of the sRGB primaries, red, green, blue: IEC 61966-2-1. */
const SRGB_PRIMARIES = [
  [0.64, 0.33],
  [0.3, 0.6],
  [0.15, 0.06],
] as const;

/** The sRGB transfer function, IEC 61966-2-1: a line near black, a shifted power above it. */
const SRGB = { slope: 12.92, offset: 0.055, gamma: 2.4, encodedKnee: 0.04045, linearKnee: 0.0031308 };

/** CIE 15: below `DELTA ** 3` the cube root of Lab is a line. */
const DELTA = 6 / 29;
const LAB_OFFSET = 4 / 29;
const LAB_SLOPE = 1 / (3 * DELTA ** 2);

/** L* per unit of `f(Y)`. */
const LIGHTNESS_SCALE = 116;

/** The largest finite float32: an upper limit that leaves every value as it is. */
const NO_LIMIT = 3.4028234663852886e38;

/** Linear sRGB to XYZ relative to the white point, so that white is (1, 1, 1). */
const XYZ_FROM_RGB: Matrix3 = relativeXyzMatrix();
const RGB_FROM_XYZ: Matrix3 = invert3(XYZ_FROM_RGB);

/** Lab from `f(XYZ) - f(0)`. */
const LAB_FROM_F: Matrix3 = [0, LIGHTNESS_SCALE, 0, 500, -500, 0, 0, 200, -200];
const F_FROM_LAB: Matrix3 = invert3(LAB_FROM_F);

/** Columns are the primaries at the intensities that add up to white, rows divided by the white point. */
function relativeXyzMatrix(): Matrix3 {
  const [r, g, b] = SRGB_PRIMARIES.map(([x, y]) => [x / y, 1, (1 - x - y) / y] as const);
  const primaries: Matrix3 = [r![0], g![0], b![0], r![1], g![1], b![1], r![2], g![2], b![2]];
  const relative = scaleRows3(primaries, [1 / D65_WHITE[0], 1, 1 / D65_WHITE[2]]);
  const intensities = multiply3(invert3(relative), [1, 1, 1]);
  return relative.map((value, i) => value * intensities[i % 3]!) as unknown as Matrix3;
}

/** `matrix` times every color of `[colors, 3]`. */
function mapColors(colors: tf.Tensor2D, matrix: Matrix3): tf.Tensor2D {
  const transposed = [0, 3, 6, 1, 4, 7, 2, 5, 8].map((i) => matrix[i]!);
  return tf.matMul(colors, tf.tensor2d(transposed, [3, 3]));
}

function flatColors(colors: tf.Tensor): tf.Tensor2D {
  return tf.reshape(colors, [colors.size / 3, 3]);
}

// The piecewise curves below are a clamped power plus a rectified line. Every input of a power stays away from 0, and at
// a knee exactly one of the two pieces passes the gradient (`clipByValue` does there, `relu` does not). Each curve frees its
// intermediate results, which are as large as the image, before the next begins.

function linearize(srgb: tf.Tensor2D): tf.Tensor2D {
  const { slope, offset, gamma, encodedKnee } = SRGB;
  return tf.tidy(() => {
    const clamped = tf.clipByValue(srgb, encodedKnee, NO_LIMIT);
    const power = tf.pow(tf.div(tf.add(clamped, offset), 1 + offset), gamma);
    return tf.sub(power, tf.div(tf.relu(tf.sub(encodedKnee, srgb)), slope));
  });
}

function encode(linear: tf.Tensor2D): tf.Tensor2D {
  const { slope, offset, gamma, linearKnee } = SRGB;
  return tf.tidy(() => {
    const power = tf.pow(tf.clipByValue(linear, linearKnee, NO_LIMIT), 1 / gamma);
    const curve = tf.sub(tf.mul(power, 1 + offset), offset);
    return tf.sub(curve, tf.mul(tf.relu(tf.sub(linearKnee, linear)), slope));
  });
}

/** `f(t) - f(0)` of CIE 15. */
function compress<T extends tf.Tensor>(xyz: T): T {
  return tf.tidy(() => {
    const power = tf.pow(tf.clipByValue(xyz, DELTA ** 3, NO_LIMIT), 1 / 3);
    const line = tf.mul(tf.relu(tf.sub(DELTA ** 3, xyz)), LAB_SLOPE);
    return tf.sub(tf.sub(power, LAB_OFFSET), line);
  });
}

function expand(compressed: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const f = tf.add(compressed, LAB_OFFSET);
    const clamped = tf.clipByValue(f, DELTA, NO_LIMIT);
    const cube = tf.mul(tf.square(clamped), clamped);
    return tf.sub(cube, tf.div(tf.relu(tf.sub(DELTA, f)), LAB_SLOPE));
  });
}

/**
 * CIE 1976 L*a*b* of sRGB colors, for the D65 illuminant and the 2 degree observer.
 *
 * `L = 116 f(Y) - 16, a = 500 (f(X) - f(Y)), b = 200 (f(Y) - f(Z))`, X, Y and Z relative to white. Grey colors have a and b
 * of 0 up to float32 rounding. The gradient is finite everywhere, black and colors out of the gamut included.
 *
 * @param rgb Gamma-encoded sRGB in [0, 1], shape `[..., 3]`; the curves go on beyond that range.
 * @returns L in [0, 100], a in about [-86, 98] and b in about [-108, 94], shape `[..., 3]`, to be disposed by the caller.
 * @throws {ShapeError} If the last axis is not of size 3.
 * @see CIE 15:2004, Colorimetry, section 8.2.1; IEC 61966-2-1:1999 for sRGB.
 */
export function rgbToLab<R extends tf.Rank>(rgb: tf.Tensor<R>): tf.Tensor<R> {
  assertLastAxis('compute rgbToLab', 'rgb', rgb, 3);
  return tf.tidy(() => {
    const xyz = mapColors(linearize(flatColors(rgb)), XYZ_FROM_RGB);
    return tf.reshape<R>(mapColors(compress(xyz), LAB_FROM_F), rgb.shape);
  });
}

/**
 * The lightness L* of sRGB colors, the first channel of `rgbToLab` for less work.
 *
 * @param rgb Gamma-encoded sRGB in [0, 1], shape `[..., 3]`.
 * @returns L in [0, 100], shape `[..., 1]`, to be disposed by the caller.
 * @throws {ShapeError} If the last axis is not of size 3.
 */
export function rgbToLightness<R extends tf.Rank>(rgb: tf.Tensor<R>): tf.Tensor<R> {
  assertLastAxis('compute rgbToLightness', 'rgb', rgb, 3);
  return tf.tidy(() => {
    const luminanceWeights = tf.tensor2d(XYZ_FROM_RGB.slice(3, 6), [3, 1]);
    const luminance = tf.matMul(linearize(flatColors(rgb)), luminanceWeights); // [colors, 1]
    const shape = [...rgb.shape.slice(0, -1), 1] as tf.ShapeMap[R];
    return tf.reshape<R>(tf.mul(compress(luminance), LIGHTNESS_SCALE), shape);
  });
}

/**
 * sRGB of CIE 1976 L*a*b* colors, the inverse of `rgbToLab`.
 *
 * Colors that sRGB cannot show come out with channels below 0 or above 1; see `clipToGamut`.
 *
 * @param lab L in [0, 100], a and b in about [-128, 127], shape `[..., 3]`.
 * @returns Gamma-encoded sRGB, shape `[..., 3]`, to be disposed by the caller.
 * @throws {ShapeError} If the last axis is not of size 3.
 */
export function labToRgb<R extends tf.Rank>(lab: tf.Tensor<R>): tf.Tensor<R> {
  assertLastAxis('compute labToRgb', 'lab', lab, 3);
  return tf.tidy(() => {
    const xyz = expand(mapColors(flatColors(lab), F_FROM_LAB));
    return tf.reshape<R>(encode(mapColors(xyz, RGB_FROM_XYZ)), lab.shape);
  });
}

/**
 * Colors brought into the sRGB gamut by limiting each channel to [0, 1].
 *
 * @param rgb Gamma-encoded sRGB of any range and shape.
 * @returns Tensor of the same shape, to be disposed by the caller.
 */
export function clipToGamut<R extends tf.Rank>(rgb: tf.Tensor<R>): tf.Tensor<R> {
  return tf.clipByValue(rgb, 0, 1);
}
