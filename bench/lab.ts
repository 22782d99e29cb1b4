/** Speed of the color conversions and of resizing. */
import * as tf from '@tensorflow/tfjs-core';
import {
  joinLightness,
  labToRgb,
  randomUniform,
  rasterToTensor,
  resizeImage,
  rgbToLab,
  rgbToLightness,
  tensorToRaster,
} from 'polyhue';

import { medianMs } from './measure.js';

/** One megapixel. */
const SIDE = 1024;

/** Median processor time of operations on one megapixel, in milliseconds, on the current backend. */
export async function labTimes(): Promise<Map<string, number>> {
  const rgb = randomUniform<tf.Rank.R4>([1, SIDE, SIDE, 3], 0);
  const lab = rgbToLab(rgb);
  const lightness = rgbToLightness(rgb);
  const ab = tf.zeros<tf.Rank.R4>([1, 64, 64, 2]);
  const picture = tf.reshape<tf.Rank.R3>(rgb, [SIDE, SIDE, 3]);
  const raster = await tensorToRaster(picture);
  const operations: Record<string, () => tf.Tensor> = {
    rgbToLab: () => rgbToLab(rgb),
    rgbToLightness: () => rgbToLightness(rgb),
    labToRgb: () => labToRgb(lab),
    rasterToTensor: () => rasterToTensor(raster),
    'resizeImage to 64 x 64': () => resizeImage(rgb, { height: 64, width: 64 }),
    'joinLightness with ab of 64 x 64': () => joinLightness(lightness, ab),
  };
  const times = new Map<string, number>();
  for (const [name, operation] of Object.entries(operations)) {
    const run = async (): Promise<void> => {
      const result = operation();
      await result.data();
      result.dispose();
    };
    times.set(name, await medianMs(run));
  }
  tf.dispose([rgb, lab, lightness, ab, picture]);
  return times;
}
