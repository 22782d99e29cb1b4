import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import type { TensorData } from '../../../src/checkpoint/tensorData.js';
import { imageDataset } from '../../../src/data/imageDataset.js';
import { disposeColorizerModels } from '../../../src/models/colorizerModels.js';
import { colorExamples } from '../../../src/training/examples.js';
import { adam, adamW } from '../../../src/training/optimizers/adam.js';
import type { OptimizerFactory } from '../../../src/training/optimizers/optimizer.js';
import { sgd } from '../../../src/training/optimizers/sgd.js';
import type { TrainingOptions } from '../../../src/training/options.js';
import type { TrainingSnapshot } from '../../../src/training/snapshot.js';
import { train } from '../../../src/training/train.js';
import { colorVaeTask } from '../../../src/training/trainColorVae.js';
import { gradientPool } from '../../../src/training/workers/gradientPool.js';
import { dealOut } from '../../../src/training/workers/parts.js';
import { expectAllClose } from '../../support/numeric.js';
import { SMALLEST_VAE, tinyModels } from '../../support/tinyModels.js';
import { smallPictures } from '../smallPictures.js';
import { inProcess } from './inProcess.js';

const SIZE = SMALLEST_VAE.imageSize;
const isGpu = () => tf.getBackend() === 'webgpu' || tf.getBackend() === 'webgl';
const workers = (count: number) => gradientPool('test', count, inProcess);

interface Trained {
  /** After each step. */
  readonly snapshots: readonly TrainingSnapshot[];
  readonly norms: readonly number[];
  /** Values of the first variable after each step, as a callback sees them. */
  readonly seen: readonly number[][];
}

type Options = Partial<TrainingOptions<never>>;

/** Three steps of a color VAE on seven pictures in batches of three. */
async function trained(options: Options): Promise<Trained> {
  const models = tinyModels(0, { vae: SMALLEST_VAE });
  const task = colorVaeTask(models.colorVae);
  const source = smallPictures(7, SIZE);
  const data = colorExamples(imageDataset({ source, size: SIZE, batchSize: 3, seed: 0 }), {
    imageSize: SIZE,
  });
  const [snapshots, norms, seen] = [[] as TrainingSnapshot[], [] as number[], [] as number[][]];
  const [first] = [...task.variables.values()];
  try {
    await train(task, data as never, {
      seed: 1,
      steps: 3,
      learningRate: 1e-2,
      average: { decay: 0.5 },
      callbacks: [
        {
          onProgress: ({ gradientNorm }) => void norms.push(gradientNorm),
          onBatchEnd: async (run) => {
            seen.push(Array.from(await first!.data()));
            snapshots.push(await run.snapshot());
          },
        },
      ],
      ...options,
    });
  } finally {
    disposeColorizerModels(models);
  }
  return { snapshots, norms, seen };
}

async function expectClose(
  actual: ReadonlyMap<string, TensorData>,
  expected: ReadonlyMap<string, TensorData>,
  tolerance: { readonly rtol: number; readonly atol: number },
): Promise<void> {
  expect([...actual.keys()]).toEqual([...expected.keys()]);
  for (const [name, { values }] of expected)
    await expectAllClose(actual.get(name)!.values, values, tolerance);
}

/** One that is like plain gradient descent and belongs to the user. */
const ownOptimizer: OptimizerFactory = (variables) => {
  const { isShareable: _, ...optimizer } = sgd()(variables);
  return optimizer;
};

const RULES: Readonly<Record<string, OptimizerFactory>> = {
  'adam()': adam({ beta1: 0.8, epsilon: 1e-3 }),
  'adamW()': adamW({ weightDecay: 0.5, epsilon: 1e-3 }),
  'sgd()': sgd({ momentum: 0.5 }),
  'an optimizer of the user': ownOptimizer,
};

describe('updates by threads', () => {
  for (const [name, optimizer] of Object.entries(RULES)) {
    it(`keep weights, slots and averages like one thread with ${name}, with clipped gradients`, async () => {
      if (isGpu()) return;
      const options: Options = { optimizer, clipNorm: 0.5 };
      const [one, three] = [await trained(options), await trained({ ...options, workers: workers(3) })];
      expect(one.norms.every((norm) => norm > 0.5)).toBe(true);
      await expectAllClose(three.norms, one.norms, { rtol: 1e-4 });
      for (const [i, { tensors }] of one.snapshots.entries()) {
        await expectClose(three.snapshots[i]!.tensors, tensors, { rtol: 1e-2, atol: 1e-5 });
        await expectAllClose(three.seen[i]!, one.seen[i]!, { rtol: 1e-2, atol: 1e-5 });
      }
    });
  }

  it('go on from a snapshot bit for bit', async () => {
    if (isGpu()) return;
    const options: Options = { optimizer: adamW({ weightDecay: 0.1 }), workers: workers(2) };
    const whole = await trained(options);
    const resumed = await trained({ ...options, resume: whole.snapshots[0]! });
    expect(resumed.snapshots).toEqual(whole.snapshots.slice(1));
  });

  it('are not made where a loss is not finite', async () => {
    if (isGpu()) return;
    const snapshots: TrainingSnapshot[] = [];
    const poison: Options = {
      workers: workers(2),
      callbacks: [
        {
          onTrainBegin: async (run) => void snapshots.push(await run.snapshot()),
          onTrainEnd: async (_, run) => void snapshots.push(await run.snapshot()),
        },
      ],
      learningRate: 1e-2,
      optimizer: adam({ epsilon: 1e-3 }),
    };
    const models = tinyModels(0, { vae: SMALLEST_VAE });
    const task = colorVaeTask(models.colorVae, { beta: Number.MAX_VALUE });
    const shape = [4, SIZE, SIZE] as const;
    const data = {
      batchSize: 4,
      batchesPerEpoch: 1,
      batches: async function* () {
        yield { greyLevel: tf.zeros([...shape, 1]), colorField: tf.mul(tf.ones([...shape, 2]), 1e30) };
      },
    };
    await expect(
      train(task, data as never, { seed: 0, steps: 1, ...poison } as TrainingOptions<never>),
    ).rejects.toThrow(/^Cannot train as '.*' must be finite at step 1: current value is (NaN|Infinity)$/);
    disposeColorizerModels(models);
    expect(snapshots[1]!.tensors).toEqual(snapshots[0]!.tensors);
  });
});

describe('dealOut()', () => {
  it('gives every part about as much, in the order of the names', () => {
    const sizes = new Map([
      ['a', 1],
      ['b', 7],
      ['c', 4],
      ['d', 3],
      ['e', 1],
    ]);
    expect(dealOut(sizes, 2)).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ]);
    expect(dealOut(new Map([['a', 1]]), 3)).toEqual([['a'], [], []]);
  });
});
