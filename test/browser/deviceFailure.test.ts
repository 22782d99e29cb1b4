import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';

import { memoryStore } from '../../src/checkpoint/memoryStore.js';
import { BackendError } from '../../src/errors.js';
import { colorizer } from '../../src/inference/colorizer.js';
import { disposeColorizerModels } from '../../src/models/colorizerModels.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import { train } from '../../src/training/train.js';
import { trainColorizer } from '../../src/training/trainColorizer.js';
import { half, numbers, scalarTask } from '../training/scalar.js';
import { grainy, smallPictures } from '../training/smallPictures.js';
import { expectAllClose } from '../support/numeric.js';
import { SMALLEST_MIXTURE, SMALLEST_VAE, tinyModels } from '../support/tinyModels.js';

const CONFIGS = { colorVae: SMALLEST_VAE, mixtureDensityNetwork: SMALLEST_MIXTURE };

const deviceOf = () => (tf.backend() as unknown as { readonly device: GPUDevice }).device;

let requests = 0;

/** A scalar, 0, by way of a tensor that no buffer of the device can hold, of another size each time. */
function tooLarge(): tf.Scalar {
  const elements = deviceOf().limits.maxBufferSize / Float32Array.BYTES_PER_ELEMENT + 1024 * ++requests;
  // tf.zerosLike computes on the device; what lies in JavaScript's memory would be repeated there.
  return tf.sum(tf.slice(tf.tile(tf.zerosLike(tf.zeros([1])), [elements]), [0], [1]));
}

beforeEach(async () => {
  await tf.setBackend('webgpu');
});

describe('training without room on the device', () => {
  const OPTIONS = { seed: 0, learningRate: 0.1, steps: 4, optimizer: sgd() };
  const NO_ROOM =
    /^Cannot train as the "webgpu" backend has no room for a tensor: make the batches or the networks smaller\. It says "Buffer size \(\d+\) exceeds the max buffer size limit \(\d+\)\."$/;

  const greedyTask = () =>
    scalarTask((weight, { step }) => {
      const { total } = half(weight);
      return { total: step === 2 ? tf.add(total, tooLarge()) : total };
    });

  it('stops before the weights change, and the device trains on afterwards', async () => {
    const task = greedyTask();
    const error = (await train(task, numbers(4), OPTIONS).catch((thrown: unknown) => thrown)) as Error;
    expect(error).toBeInstanceOf(BackendError);
    expect(error.message).toMatch(NO_ROOM);
    await expectAllClose(task.weight, [0.81]);
    await train(scalarTaskOf(task), numbers(4), OPTIONS);
    await expectAllClose(task.weight, [0.81 * 0.9 ** 4]);
    task.weight.dispose();
  });

  it('takes no snapshot of what a step left whose losses were not read', async () => {
    const task = greedyTask();
    const steps: number[] = [];
    const callbacks = [
      {
        onBatchEnd: async (run: { readonly step: number; readonly snapshot: () => Promise<unknown> }) => {
          await run.snapshot();
          steps.push(run.step);
        },
      },
    ];
    await expect(train(task, numbers(4), { ...OPTIONS, logEvery: 4, callbacks })).rejects.toThrow(NO_ROOM);
    expect(steps).toEqual([1, 2]);
    task.weight.dispose();
  });
});

/** The same weight with a loss that fits. */
function scalarTaskOf({ weight }: { readonly weight: tf.Variable<tf.Rank.R0> }) {
  return { variables: new Map([['weight', weight]]), loss: () => half(weight) };
}

describe('a device that is lost', () => {
  const LOST =
    /^Cannot (train|colorize) as the device of the "webgpu" backend was lost: reload the page or start the program again; training goes on from what it saved\. It says ".+"$/;

  it('ends training with a checkpoint that loads and goes on elsewhere, and colorizing', async () => {
    const colors = colorizer(tinyModels(0, { vae: SMALLEST_VAE, mixture: SMALLEST_MIXTURE }));
    const store = memoryStore();
    const options = {
      source: smallPictures(4, 10),
      configs: CONFIGS,
      seed: 0,
      steps: 5,
      batchSize: 2,
      store,
    };
    let lastStep = 0;
    const callbacks = () => [
      {
        onBatchEnd: ({ step }: { readonly step: number }) => {
          lastStep = step;
          if (step === 3) deviceOf().destroy();
        },
      },
    ];
    const run = trainColorizer({ ...options, callbacks, saveEveryMs: 1e-3 });
    const error = (await run.catch((thrown: unknown) => thrown)) as Error;
    expect(error).toBeInstanceOf(BackendError);
    expect(error.message).toMatch(LOST);
    expect(error.message).toContain('Cannot train');
    expect(lastStep).toBe(3);
    await expect(colors.colorize(grainy(12, [200, 100, 50], 0), { count: 1 })).rejects.toThrow(LOST);

    await tf.setBackend('wasm');
    disposeColorizerModels(await trainColorizer({ ...options, resume: true }));
  });
});
