/**
 * Speed of the color conversions and of resizing for one megapixel: medians of three runs after one for warming up.
 *
 * Run: npx tsx bench/lab.ts   (under a minute on an idle machine)
 */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers';

import * as tf from '@tensorflow/tfjs-core';

import { joinLightness } from '../src/data/joinLightness.js';
import { labToRgb, rgbToLab, rgbToLightness } from '../src/data/lab.js';
import { rasterToTensor, tensorToRaster } from '../src/data/rasterTensor.js';
import { resizeImage } from '../src/data/resize.js';
import { randomUniform } from '../src/random.js';

const SIDE = 1024;
const WARM_UPS = 1;
const RUNS = 3;

async function medianMs(run: () => tf.Tensor): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < WARM_UPS + RUNS; i++) {
    const start = performance.now();
    const result = run();
    await result.data();
    if (i >= WARM_UPS) times.push(performance.now() - start);
    result.dispose();
  }
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)]!;
}

async function main(): Promise<void> {
  for (const backend of ['cpu', 'wasm']) {
    await tf.setBackend(backend);
    await tf.ready();
    const rgb = randomUniform<tf.Rank.R4>([1, SIDE, SIDE, 3], 0);
    const lab = rgbToLab(rgb);
    const lightness = rgbToLightness(rgb);
    const ab = tf.zeros<tf.Rank.R4>([1, 64, 64, 2]);
    const raster = await tensorToRaster(tf.squeeze(rgb, [0]));
    const runs: Record<string, () => tf.Tensor> = {
      rgbToLab: () => rgbToLab(rgb),
      rgbToLightness: () => rgbToLightness(rgb),
      labToRgb: () => labToRgb(lab),
      rasterToTensor: () => rasterToTensor(raster),
      'resizeImage to 64 x 64': () => resizeImage(rgb, { height: 64, width: 64 }),
      'resizeImage to 768 x 768': () => resizeImage(rgb, { height: 768, width: 768 }),
      'joinLightness with ab of 64 x 64': () => joinLightness(lightness, ab),
    };
    for (const [name, run] of Object.entries(runs)) {
      console.log(
        `${backend.padEnd(5)} ${name.padEnd(33)} ${(await medianMs(run)).toFixed(0).padStart(6)} ms`,
      );
    }
  }
}

await main();
