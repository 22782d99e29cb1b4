// A program for webgpu.test.ts: trains on one backend after the other in one process and tells what came of it as JSON. It is
// a process of its own because Dawn can crash the threads of test runners, and because its end is a part of the test.
import * as tf from '@tensorflow/tfjs-core';

import { centerCropTransform } from '../../src/data/cropTransform.js';
import { imageDataset } from '../../src/data/imageDataset.js';
import { memorySource } from '../../src/data/imageSource.js';
import { colorizer } from '../../src/inference/colorizer.js';
import { type NodeBackend, startBackend } from '../../src/node/startBackend.js';
import { colorExamples } from '../../src/training/examples.js';
import { trainColorVae } from '../../src/training/trainColorVae.js';
import { SMALLEST_MIXTURE, SMALLEST_VAE, tinyModels } from '../support/tinyModels.js';

const STEPS = 8;

const photos = Array.from({ length: 4 }, (_, i) => ({
  width: 10,
  height: 9,
  data: Uint8Array.from({ length: 10 * 9 * 3 }, (_, j) => (j * (31 + i) + i * 50) % 256),
}));

async function run(backend: NodeBackend) {
  const { adapter } = await startBackend(backend);
  // A second call is harmless.
  await startBackend(backend);
  const models = tinyModels(0, { vae: SMALLEST_VAE, mixture: SMALLEST_MIXTURE });
  const { imageSize: size } = SMALLEST_VAE;
  const transform = centerCropTransform({ size });
  const dataset = imageDataset({ source: memorySource(photos), size, transform, batchSize: 4, seed: 0 });
  const losses: number[] = [];
  const memory: number[][] = [];
  await trainColorVae(models.colorVae, colorExamples(dataset, { imageSize: size }), {
    seed: 0,
    steps: STEPS,
    learningRate: 1e-3,
    callbacks: [
      {
        onProgress: (progress) => {
          losses.push(progress.losses['total']!);
          const { numTensors, numBytesInGPU = 0 } = tf.memory() as tf.MemoryInfo & { numBytesInGPU?: number };
          memory.push([numTensors, tf.backend().numDataIds(), numBytesInGPU]);
        },
      },
    ],
  });
  const owner = colorizer(models);
  const results = await owner.colorize(photos[0]!, { count: 2 });
  const colors = await Promise.all(results.map(async (result) => Array.from((await result.toRaster()).data)));
  owner.dispose();
  return { backend: tf.getBackend(), adapter, losses, memory, colors, left: tf.memory().numTensors };
}

const results = [];
for (const backend of process.argv.slice(2)) results.push(await run(backend as NodeBackend));
process.stdout.write(JSON.stringify(results));
