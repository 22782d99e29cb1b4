/** Speed of the color conversions and of resizing. */
import * as tf from '@tensorflow/tfjs-core';
import {
  joinLightness,
  labToRgb,
  paintPhoto,
  randomUniform,
  type RasterImage,
  rasterToTensor,
  resizeImage,
  rgbToLab,
  rgbToLightness,
  tensorToRaster,
  toGrey,
} from 'polyhue';
import { startBackend } from 'polyhue/node';

import { medianMs } from './measure.js';
import type { Table } from './report.js';

/** One megapixel. */
const SIDE = 1024;

/** A color field of one color. */
const FIELD = { shape: [64, 64, 2], values: new Float32Array(64 * 64 * 2).fill(0.1) };

/** Median processor time of operations on one megapixel, in milliseconds, on the current backend. */
async function labTimes(): Promise<Map<string, number>> {
  const rgb = randomUniform<tf.Rank.R4>([1, SIDE, SIDE, 3], 0);
  const lab = rgbToLab(rgb);
  const lightness = rgbToLightness(rgb);
  const ab = tf.zeros<tf.Rank.R4>([1, 64, 64, 2]);
  const picture = tf.reshape<tf.Rank.R3>(rgb, [SIDE, SIDE, 3]);
  const raster = await tensorToRaster(picture);
  const operations: Record<string, () => Promise<RasterImage> | tf.Tensor> = {
    rgbToLab: () => rgbToLab(rgb),
    rgbToLightness: () => rgbToLightness(rgb),
    labToRgb: () => labToRgb(lab),
    rasterToTensor: () => rasterToTensor(raster),
    'resizeImage to 64 x 64': () => resizeImage(rgb, { height: 64, width: 64 }),
    'joinLightness with ab of 64 x 64': () => joinLightness(lightness, ab),
    'paintPhoto, no tensors': () => paintPhoto(raster, FIELD),
    'toGrey, no tensors': () => toGrey(raster),
  };
  const times = new Map<string, number>();
  for (const [name, operation] of Object.entries(operations)) {
    const run = async (): Promise<void> => {
      const result = await operation();
      if (!(result instanceof tf.Tensor)) return;
      await result.data();
      result.dispose();
    };
    times.set(name, await medianMs(run));
  }
  tf.dispose([rgb, lab, lightness, ab, picture]);
  return times;
}

/** Color conversions and resizing on wasm and cpu. */
export async function labTables(): Promise<Table[]> {
  await startBackend('wasm');
  const wasm = await labTimes();
  await startBackend('cpu');
  const cpu = await labTimes();
  const rows = [...wasm].map(([operation, ms]) => ({ operation, wasm: ms, cpu: cpu.get(operation)! }));
  return [{ title: 'One megapixel, processor ms', rows }];
}
