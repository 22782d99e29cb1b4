import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { memoryStore } from '../../src/checkpoint/memoryStore.js';
import { BackendError } from '../../src/errors.js';
import { disposeColorizerModels } from '../../src/models/colorizerModels.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import type { TrainingSnapshot } from '../../src/training/snapshot.js';
import { train } from '../../src/training/train.js';
import { trainColorizer } from '../../src/training/trainColorizer.js';
import { expectAllClose, expectTensorsKeptAsync } from '../support/numeric.js';
import { onWasm } from '../support/onWasm.js';
import { SMALLEST_MIXTURE, SMALLEST_VAE } from '../support/tinyModels.js';
import { half, numbers, scalarTask } from './scalar.js';
import { smallPictures } from './smallPictures.js';

/** As many float32 as all memory of wasm. */
const TOO_MANY = 2 ** 30;
const NO_ROOM = new BackendError(
  `Cannot make a tensor of ${4 * TOO_MANY} bytes as the "wasm" backend has no room for it in its 4 GB of memory: ` +
    'make the batches, the networks or the photos smaller',
);

/** 1, by way of a tensor that there is no room for. */
const greedy = (): tf.Scalar => tf.max(tf.tile(tf.add(tf.zeros([1]), 1), [TOO_MANY]));

describe('training on wasm without room', () => {
  it('stops before the weights change, keeps no tensor, and goes on from the last snapshot', async () => {
    await onWasm(async () => {
      const options = { seed: 0, learningRate: 0.1, steps: 4, optimizer: sgd() };
      const task = scalarTask((weight, { step }) => {
        const { total } = half(weight);
        return { total: step === 2 ? tf.add(total, greedy()) : total };
      });
      let last: TrainingSnapshot | undefined;
      const onBatchEnd = async (run: { readonly snapshot: () => Promise<TrainingSnapshot> }) => {
        last = await run.snapshot();
      };
      await expectTensorsKeptAsync(0, async () => {
        const run = train(task, numbers(4), { ...options, callbacks: [{ onBatchEnd }] });
        await expect(run).rejects.toEqual(NO_ROOM);
      });
      await expectAllClose(task.weight, [0.81]); // two steps of weight -= 0.1 weight

      const other = scalarTask((weight) => half(weight));
      await train(other, numbers(4), { ...options, resume: last! });
      await expectAllClose(other.weight, [0.9 ** 4]);
      tf.dispose([task.weight, other.weight]);
    });
  });

  it('leaves a checkpoint that loads and goes on', async () => {
    await onWasm(async () => {
      const options = {
        source: smallPictures(4, 10),
        configs: { colorVae: SMALLEST_VAE, mixtureDensityNetwork: SMALLEST_MIXTURE },
        seed: 0,
        steps: 5,
        batchSize: 2,
        store: memoryStore(),
      };
      const callbacks = () => [
        { onBatchEnd: ({ step }: { readonly step: number }) => void (step === 3 && greedy()) },
      ];
      await expect(trainColorizer({ ...options, callbacks, saveEveryMs: 1e-3 })).rejects.toEqual(NO_ROOM);
      disposeColorizerModels(await trainColorizer({ ...options, resume: true }));
    });
  });
});
