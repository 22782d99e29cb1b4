import * as tf from '@tensorflow/tfjs-core';

import { assertLastAxis } from './assertions.js';
import {
  DELTA,
  DELTA_CUBED,
  LAB_OFFSET,
  LAB_SCALES,
  LAB_SLOPE,
  RGB_FROM_XYZ,
  SRGB,
  XYZ_FROM_RGB,
} from './colorCurves.js';
import { invert3, type Matrix3 } from './matrix3.js';

/** The largest finite float32: an upper limit that leaves every value as it is. */
const NO_LIMIT = 3.4028234663852886e38;

/** Lab from `f(XYZ) - f(0)`. */
const LAB_FROM_F: Matrix3 = [
  ...([0, LAB_SCALES.lightness, 0] as const),
  ...([LAB_SCALES.a, -LAB_SCALES.a, 0] as const),
  ...([0, LAB_SCALES.b, -LAB_SCALES.b] as const),
];
const F_FROM_LAB: Matrix3 = invert3(LAB_FROM_F);

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
    const power = tf.pow(tf.clipByValue(xyz, DELTA_CUBED, NO_LIMIT), 1 / 3);
    const line = tf.mul(tf.relu(tf.sub(DELTA_CUBED, xyz)), LAB_SLOPE);
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
    return tf.reshape<R>(tf.mul(compress(luminance), LAB_SCALES.lightness), shape);
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
