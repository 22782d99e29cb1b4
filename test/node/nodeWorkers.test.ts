import { describe, expect, it } from 'vitest';

import { memoryStore } from '../../src/checkpoint/memoryStore.js';
import { readTensors, type TensorData } from '../../src/checkpoint/tensorData.js';
import { TrainingError } from '../../src/errors.js';
import { type ColorizerModels, disposeColorizerModels } from '../../src/models/colorizerModels.js';
import { namedWeights } from '../../src/models/weights.js';
import { nodeWorkers } from '../../src/node/nodeWorkers.js';
import { workerThread } from '../../src/node/workerThread.js';
import type { TrainColorizerOptions } from '../../src/training/colorizerOptions.js';
import { trainColorizer } from '../../src/training/trainColorizer.js';
import { gradientPool } from '../../src/training/workers/gradientPool.js';
import { expectAllClose, expectTensorsKeptAsync } from '../support/numeric.js';
import { SMALLEST_MIXTURE, SMALLEST_VAE } from '../support/tinyModels.js';
import { smallPictures } from '../training/smallPictures.js';

const OPTIONS: TrainColorizerOptions = {
  source: smallPictures(5, 10),
  validation: smallPictures(3, 9, 100),
  configs: { colorVae: SMALLEST_VAE, mixtureDensityNetwork: { ...SMALLEST_MIXTURE, dropoutRate: 0.2 } },
  seed: 3,
  steps: 3,
  batchSize: 3,
};

async function weightsOf(models: ColorizerModels): Promise<Map<string, TensorData>> {
  const { colorVae: vae, mixtureDensityNetwork: network } = models;
  const { trainable } = namedWeights(vae.encoder, vae.conditionalEncoder, vae.decoder, network.model);
  const weights = await readTensors(trainable);
  disposeColorizerModels(models);
  return weights;
}

const run = async (options: Partial<TrainColorizerOptions>) =>
  weightsOf(await trainColorizer({ ...OPTIONS, ...options }));

/** Two workers of which each dies at its second evaluation. */
const dying = (how: 'exit' | 'throw') =>
  gradientPool('test', 2, (handlers) =>
    workerThread(new URL('dyingWorker.ts', import.meta.url), handlers, how),
  );

describe('nodeWorkers()', () => {
  it('trains a colorizer like one thread, up to rounding, also when it goes on with none', async () => {
    const [store, stopping] = [memoryStore(), new AbortController()];
    const callbacks: TrainColorizerOptions['callbacks'] = (stage) => [
      {
        onBatchEnd: ({ step }) => {
          if (stage === 'mixtureDensityNetwork' && step === 2) stopping.abort(new Error('enough'));
        },
      },
    ];
    const options = { store, callbacks, signal: stopping.signal, workers: nodeWorkers({ count: 2 }) };
    await expectTensorsKeptAsync(0, async () => {
      await expect(run(options)).rejects.toThrow('enough');
    });
    const [one, resumed] = [await run({}), await run({ store, resume: true })];
    for (const [name, { values }] of one) {
      await expectAllClose(resumed.get(name)!.values, values, { rtol: 1e-3, atol: 1e-4 });
    }
  });

  it('ends the run with an error that names the cure when a worker dies, and leaves the saved state', async () => {
    const reasons = { exit: 'its thread left with exit code 3', throw: 'out of everything' };
    for (const how of ['exit', 'throw'] as const) {
      const store = memoryStore();
      await expectTensorsKeptAsync(0, async () => {
        const error = await run({ store, saveEveryMs: 1e-6, workers: dying(how) }).catch((e: unknown) => e);
        expect(error).toBeInstanceOf(TrainingError);
        expect((error as Error).message.replace('worker 2', 'worker 1')).toBe(
          `Cannot go on training as worker 1 of 2 has ended: ${reasons[how]}. ` +
            'Go on from the last saved state; if memory ran out, with fewer workers or smaller batches',
        );
      });
      const steps: number[] = [];
      const callbacks = () => [{ onBatchEnd: ({ step }: { step: number }) => void steps.push(step) }];
      await run({ store, resume: true, callbacks });
      expect(steps).toEqual([2, 3, 1, 2, 3]);
    }
  });
});
