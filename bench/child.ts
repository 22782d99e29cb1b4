/**
 * One piece of work in a process of its own, as peak memory is that of a process: prints its times and the peak as JSON.
 *
 *     npx tsx bench/child.ts colorize 4000 3000 5 compact       width, height, results, preset
 *     npx tsx bench/child.ts step compact 16                    preset, batch size
 */
import * as tf from '@tensorflow/tfjs-core';
import { colorizer, colorizerModels, type ModelPreset, type RasterImage } from 'polyhue';
import { startBackend } from 'polyhue/node';

import { medianOf, type Times, timesOf } from './measure.js';
import { colorVaeSteps } from './steps.js';

const RUNS = 3;

/** A picture with soft edges and noise. */
function picture(width: number, height: number): RasterImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = 128 + 90 * Math.sin(i / 999) + (i % 7);
  return { width, height, data };
}

async function colorize([width, height, count, preset]: readonly string[]): Promise<() => Promise<void>> {
  const painter = colorizer(colorizerModels({ preset: preset as ModelPreset, seed: 0 }));
  const photo = picture(Number(width), Number(height));
  return async () => {
    for (const result of await painter.colorize(photo, {
      count: Number(count),
      mode: 'samples',
      leastDifference: 0,
    })) {
      await result.toRaster();
    }
  };
}

async function step([preset, batch]: readonly string[]): Promise<() => Promise<void>> {
  return (await colorVaeSteps({ preset: preset as ModelPreset, batch: Number(batch) })).step;
}

async function main([task, ...settings]: readonly string[]): Promise<void> {
  await startBackend('wasm');
  tf.enableProdMode();
  const run = await (task === 'step' ? step(settings) : colorize(settings));
  await run();
  const times: Times[] = [];
  for (let i = 0; i < RUNS; i++) times.push(await timesOf(run));
  const peakMb = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ ...medianOf(times), peakMb }));
}

await main(process.argv.slice(2));
process.exit(); // training would wait for its next step
