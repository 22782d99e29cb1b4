import * as tf from '@tensorflow/tfjs-core';

import { assertShape } from '../errors.js';
import { assertImages } from './assertions.js';

/** Half the range of L*: grey levels are `L / 50 - 1`. */
export const GREY_LEVEL_SCALE = 50;

/** Color fields are `ab / 128`: a power of two, so that the division is exact. */
export const COLOR_FIELD_SCALE = 128;

/** What networks see of images. */
export interface NetworkColors {
  /** `L / 50 - 1`, in [-1, 1], shape `[batch, height, width, 1]`. */
  readonly greyLevel: tf.Tensor4D;
  /** `ab / 128`, in about [-1, 1], shape `[batch, height, width, 2]`. */
  readonly colorField: tf.Tensor4D;
}

/** `L / 50 - 1`, of any shape, to be disposed by the caller. */
export function lightnessToGreyLevel<R extends tf.Rank>(lightness: tf.Tensor<R>): tf.Tensor<R> {
  return tf.tidy(() => tf.sub<tf.Tensor<R>>(tf.div(lightness, GREY_LEVEL_SCALE), 1));
}

/** `50 (greyLevel + 1)`, the inverse of `lightnessToGreyLevel`, to be disposed by the caller. */
export function greyLevelToLightness<R extends tf.Rank>(greyLevel: tf.Tensor<R>): tf.Tensor<R> {
  return tf.tidy(() => tf.mul<tf.Tensor<R>>(tf.add(greyLevel, 1), GREY_LEVEL_SCALE));
}

/** `ab / 128`, of any shape, to be disposed by the caller. */
export function abToColorField<R extends tf.Rank>(ab: tf.Tensor<R>): tf.Tensor<R> {
  return tf.div<tf.Tensor<R>>(ab, COLOR_FIELD_SCALE);
}

/** `128 colorField`, the inverse of `abToColorField`, to be disposed by the caller. */
export function colorFieldToAb<R extends tf.Rank>(colorField: tf.Tensor<R>): tf.Tensor<R> {
  return tf.mul<tf.Tensor<R>>(colorField, COLOR_FIELD_SCALE);
}

/**
 * Lab images as networks see them.
 *
 * @param lab L in [0, 100], a and b in about [-128, 127], shape `[batch, height, width, 3]`.
 * @returns Two tensors, to be disposed by the caller.
 * @throws {ShapeError} If `lab` is not of that shape.
 */
export function labToNetwork(lab: tf.Tensor4D): NetworkColors {
  assertImages('compute labToNetwork', 'lab', lab, 3);
  const [greyLevel, colorField] = tf.tidy(() => {
    const [lightness, ab] = tf.split(lab, [1, 2], 3) as [tf.Tensor4D, tf.Tensor4D];
    return [lightnessToGreyLevel(lightness), abToColorField(ab)];
  }) as [tf.Tensor4D, tf.Tensor4D];
  return { greyLevel, colorField };
}

/**
 * Lab images of what networks see and paint, the inverse of `labToNetwork`.
 *
 * @param greyLevel Shape `[batch, height, width, 1]`.
 * @param colorField Shape `[batch, height, width, 2]`.
 * @returns Shape `[batch, height, width, 3]`, to be disposed by the caller.
 * @throws {ShapeError} If the shapes do not fit.
 */
export function networkToLab(greyLevel: tf.Tensor4D, colorField: tf.Tensor4D): tf.Tensor4D {
  assertImages('compute networkToLab', 'greyLevel', greyLevel, 1);
  assertShape('compute networkToLab', 'colorField', colorField, [...greyLevel.shape.slice(0, 3), 2]);
  return tf.tidy(() => tf.concat([greyLevelToLightness(greyLevel), colorFieldToAb(colorField)], 3));
}
