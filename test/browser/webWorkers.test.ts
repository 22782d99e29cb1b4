import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { webWorkers } from '../../src/browser/webWorkers.js';
import { imageDataset } from '../../src/data/imageDataset.js';
import { disposeColorizerModels } from '../../src/models/colorizerModels.js';
import { colorExamples } from '../../src/training/examples.js';
import type { TrainingWorkers } from '../../src/training/workers/pool.js';
import { train } from '../../src/training/train.js';
import { colorVaeTask } from '../../src/training/trainColorVae.js';
import { expectAllClose, expectTensorsKeptAsync } from '../support/numeric.js';
import { WASM_PATHS } from '../support/wasmPaths.js';
import { SMALLEST_MIXTURE, SMALLEST_VAE, tinyModels } from '../support/tinyModels.js';
import { smallPictures } from '../training/smallPictures.js';

const SIZE = SMALLEST_VAE.imageSize;

/** All weights after two steps, one after the other. */
async function trained(workers?: TrainingWorkers): Promise<number[]> {
  const dataset = imageDataset({ source: smallPictures(6, SIZE), size: SIZE, batchSize: 3, seed: 0 });
  const models = tinyModels(0, { vae: SMALLEST_VAE, mixture: SMALLEST_MIXTURE });
  const task = colorVaeTask(models.colorVae);
  const options = { seed: 0, steps: 2, learningRate: 1e-3, ...(workers && { workers }) };
  try {
    await train(task, colorExamples(dataset, { imageSize: SIZE }), options);
    const values = await Promise.all([...task.variables.values()].map(async (variable) => variable.data()));
    return values.flatMap((part) => Array.from(part));
  } finally {
    disposeColorizerModels(models);
  }
}

describe('webWorkers()', () => {
  it('trains like the page alone, up to rounding', async () => {
    if (tf.getBackend() !== 'wasm') return;
    const one = await trained();
    await expectTensorsKeptAsync(0, async () => {
      const two = await trained(webWorkers({ count: 2, wasmPaths: WASM_PATHS }));
      await expectAllClose(two, one, { rtol: 1e-3, atol: 1e-5 });
    });
  });

  it('rejects where a worker cannot start', async () => {
    if (tf.getBackend() !== 'wasm') return;
    const nowhere = new URL('/nowhere/', location.href).href;
    await expect(trained(webWorkers({ count: 1, wasmPaths: nowhere }))).rejects.toThrow(
      /^Cannot train as a worker has failed: Cannot start the "wasm" backend/,
    );
  });

  it('refuses no workers', () => {
    expect(() => webWorkers({ count: 0 })).toThrow(
      new RangeError("Cannot create webWorkers as 'count' must be a positive integer: current value is 0"),
    );
  });
});
