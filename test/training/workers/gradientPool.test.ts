import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';

import { readTensors } from '../../../src/checkpoint/tensorData.js';
import { BackendError, TrainingError } from '../../../src/errors.js';
import { imageDataset } from '../../../src/data/imageDataset.js';
import { disposeColorizerModels } from '../../../src/models/colorizerModels.js';
import { colorExamples } from '../../../src/training/examples.js';
import { adam } from '../../../src/training/optimizers/adam.js';
import type { TrainingOptions } from '../../../src/training/options.js';
import type { TrainingTask } from '../../../src/training/task.js';
import { train, type TrainingResult } from '../../../src/training/train.js';
import { colorVaeTask, type ColorVaeTaskOptions } from '../../../src/training/trainColorVae.js';
import { colorMixtureTask } from '../../../src/training/trainMixtureDensityNetwork.js';
import { gradientPool } from '../../../src/training/workers/gradientPool.js';
import { expectAllClose } from '../../support/numeric.js';
import { SMALLEST_MIXTURE, SMALLEST_VAE, tinyModels } from '../../support/tinyModels.js';
import { regressionData, regressionTask } from '../regression.js';
import { smallPictures } from '../smallPictures.js';
import { sharedBlock } from '../../../src/training/workers/block.js';
import { partBounds } from '../../../src/training/workers/parts.js';
import { inProcess } from './inProcess.js';

const SIZE = SMALLEST_VAE.imageSize;
const MIXTURE = { ...SMALLEST_MIXTURE, dropoutRate: 0.3 };

const workers = (count: number) => gradientPool('test', count, inProcess);

const isGpu = () => tf.getBackend() === 'webgpu';

const BATCH_NORMALIZATION = { kind: 'batch', epsilon: 1e-5, momentum: 0.9 } as const;
/** Adam that takes no whole step where a gradient is all rounding. */
const OPTIMIZER = adam({ epsilon: 1e-3 });
const STEP = { seed: 0, learningRate: 0.1, steps: 1 };

/** Seven pictures in batches of three: the last has one, and two workers never get equal parts. */
const colors = () =>
  colorExamples(imageDataset({ source: smallPictures(7, SIZE), size: SIZE, batchSize: 3, seed: 0 }), {
    imageSize: SIZE,
  });

interface Trained {
  readonly weights: Awaited<ReturnType<typeof readTensors>>;
  readonly result: TrainingResult;
}

type Models = ReturnType<typeof tinyModels>;
type Make = (models: Models) => TrainingTask<never>;

/** Trains for four steps; the weights it ends with, and its history. */
async function trained(make: Make, options: Partial<TrainingOptions<never>>): Promise<Trained> {
  const models = tinyModels(0, { vae: SMALLEST_VAE, mixture: MIXTURE });
  const task = make(models);
  const data = colors() as never;
  const result = await train(task, data, {
    seed: 1,
    steps: 4,
    learningRate: 1e-3,
    optimizer: OPTIMIZER,
    average: { decay: 0.5 },
    validation: { data },
    ...options,
  });
  const weights = await readTensors(new Map([...task.variables, ...(task.buffers ?? [])]));
  disposeColorizerModels(models);
  return { weights, result };
}

async function expectSame(actual: Trained, expected: Trained): Promise<void> {
  for (const [name, { shape, values }] of expected.weights) {
    const found = tf.tensor(actual.weights.get(name)!.values, [...shape]);
    await expectAllClose(found, Array.from(values), { rtol: 1e-3, atol: 1e-5 });
    found.dispose();
  }
  for (const part of ['epochs', 'validations'] as const) {
    for (const [i, { losses }] of expected.result.history[part].entries()) {
      await expectAllClose(Object.values(actual.result.history[part][i]!.losses), Object.values(losses), {
        rtol: 1e-4,
      });
    }
  }
}

const vaeTask =
  (options: ColorVaeTaskOptions): Make =>
  (models) =>
    colorVaeTask(models.colorVae, options);
const mixtures: Make = (models) => colorMixtureTask(models.mixtureDensityNetwork, models.colorVae);

describe('gradientPool()', () => {
  it('trains like one thread, up to rounding: steps, accumulation, averages and validation', async () => {
    if (isGpu()) return;
    for (const make of [vaeTask({ beta: 0.5 }), mixtures]) {
      for (const accumulate of [1, 2]) {
        const one = await trained(make, { accumulate });
        await expectSame(await trained(make, { accumulate, workers: workers(2) }), one);
      }
    }
  });

  it('gives the same bits for the same number of threads', async () => {
    if (isGpu()) return;
    const options = { steps: 2, workers: workers(3) };
    const first = await trained(vaeTask({}), options);
    expect(await trained(vaeTask({}), options)).toEqual(first);
  });

  it('sends the tensors of a loss along', async () => {
    if (isGpu()) return;
    const components = tf.tensor2d(
      Array.from({ length: SIZE * SIZE * 2 }, (_, i) => (i === 5 ? 1 : 0)),
      [1, SIZE * SIZE * 2],
    );
    const variances = tf.tensor1d([0.2]);
    const make = vaeTask({ loss: { mahalanobisWeight: 0.5, components: { components, variances } } });
    await expectSame(
      await trained(make, { steps: 2, workers: workers(2) }),
      await trained(make, { steps: 2 }),
    );
  });

  it('weights the running statistics of each thread by its examples', async () => {
    if (isGpu()) return;
    const style = { ...SMALLEST_VAE.style, normalization: BATCH_NORMALIZATION };
    const statistics = async (options: Partial<TrainingOptions<never>>) => {
      const { colorVae: vae, ...models } = tinyModels(0, { vae: { ...SMALLEST_VAE, style } });
      const task = colorVaeTask(vae);
      await train(task, colors() as never, { ...STEP, ...options });
      const means = [...task.buffers!].filter(([name]) => name.endsWith('/moving_mean'));
      const data = await means[0]![1].data();
      disposeColorizerModels({ colorVae: vae, ...models });
      return data;
    };
    const [one, two] = [await statistics({}), await statistics({ workers: workers(2) })];
    expect(one.some((mean) => Math.abs(mean) > 1e-4)).toBe(true);
    await expectAllClose(two, one);
  });

  it('refuses a GPU, which is one for all threads', async () => {
    if (!isGpu()) return;
    await expect(trained(vaeTask({}), { workers: workers(2) })).rejects.toThrow(
      new BackendError(
        `Cannot train with workers on the "webgpu" backend as they share the cores of the processor: leave 'workers' out, or start the "wasm" backend`,
      ),
    );
  });

  it('needs a task that can be built anew', async () => {
    if (isGpu()) return;
    const task = regressionTask();
    await expect(train(task, regressionData(), { ...STEP, workers: workers(2) })).rejects.toThrow(
      new TypeError(
        "Cannot train as 'task.recipe' must be given, for workers to build the task anew: current value is undefined",
      ),
    );
    task.dispose();
  });

  it('says what failed in a thread, and which variables do not fit', async () => {
    if (isGpu()) return;
    const models = tinyModels(0, { vae: SMALLEST_VAE, mixture: MIXTURE });
    const task = colorVaeTask(models.colorVae);
    const wrongBatch = {
      ...colors(),
      batches: async function* () {
        yield { greyLevel: tf.zeros([2, 4, 4, 1]), colorField: tf.zeros([2, 4, 4, 2]) };
      },
    } as never;
    await expect(train(task, wrongBatch, { ...STEP, workers: workers(2) })).rejects.toThrow(
      new TrainingError(
        "Cannot train as a worker has failed: Cannot run forwardColorVae as 'colorField' must have shape [batch, 8, 8, 2]: " +
          'current shape is [1, 4, 4, 2]',
      ),
    );
    const other = { ...task, variables: new Map([['w', [...task.variables.values()][0]!]]) };
    await expect(train(other, colors(), { ...STEP, workers: workers(1) })).rejects.toThrow(
      /^Cannot train as a worker has failed: Cannot build the task anew as its variables are not those that are trained: /,
    );
    disposeColorizerModels(models);
  });

  it('refuses batches that cannot be split', async () => {
    if (isGpu()) return;
    const models = tinyModels(0, { vae: SMALLEST_VAE, mixture: MIXTURE });
    const data = {
      ...colors(),
      batches: async function* () {
        yield { greyLevel: tf.zeros([2, 8, 8, 1]), colorField: tf.zeros([3, 8, 8, 2]) };
      },
    } as never;
    await expect(
      train(colorVaeTask(models.colorVae), data, { ...STEP, workers: workers(1) }),
    ).rejects.toThrow(
      new TrainingError(
        "Cannot train as 'batch.colorField.shape' must have 2 examples along its first axis like the others, " +
          'for workers to share the batch: current value is [3, 8, 8, 2]',
      ),
    );
    disposeColorizerModels(models);
  });

  it('refuses no threads', () => {
    expect(() => workers(0)).toThrow(
      new RangeError("Cannot test as 'count' must be a positive integer: current value is 0"),
    );
  });
});

describe('partBounds()', () => {
  it('gives each thread a share in order, the larger ones first, and none to those for whom there is no example', () => {
    expect(partBounds(7, 3)).toEqual([
      { first: 0, count: 3 },
      { first: 3, count: 2 },
      { first: 5, count: 2 },
    ]);
    expect(partBounds(2, 4)).toEqual([
      { first: 0, count: 1 },
      { first: 1, count: 1 },
    ]);
  });
});

describe('sharedBlock()', () => {
  it('is memory of its own where a page must not share any, and the threads train all the same', async () => {
    if (isGpu()) return;
    const shared = await trained(vaeTask({}), { steps: 2, workers: workers(2) });
    vi.stubGlobal('SharedArrayBuffer', undefined);
    try {
      expect(sharedBlock(3).buffer).toBeInstanceOf(ArrayBuffer);
      expect(await trained(vaeTask({}), { steps: 2, workers: workers(2) })).toEqual(shared);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
