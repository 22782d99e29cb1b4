import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { memoryStore, type MemoryStore } from '../../src/checkpoint/memoryStore.js';
import { loadCheckpoint } from '../../src/checkpoint/loadCheckpoint.js';
import { saveCheckpoint } from '../../src/checkpoint/saveCheckpoint.js';
import { readTensors } from '../../src/checkpoint/tensorData.js';
import type { ImageSource } from '../../src/data/imageSource.js';
import { CheckpointError, ImageError, TrainingError } from '../../src/errors.js';
import { type ColorizerModels, disposeColorizerModels } from '../../src/models/colorizerModels.js';
import { namedWeights } from '../../src/models/weights.js';
import type { TrainingProgress } from '../../src/training/callbacks/callback.js';
import type { TrainColorizerOptions, TrainingStage } from '../../src/training/colorizerOptions.js';
import { trainColorizer } from '../../src/training/trainColorizer.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';
import { SMALLEST_MIXTURE, SMALLEST_VAE } from '../support/tinyModels.js';
import { smallPictures } from './smallPictures.js';

const CONFIGS = { colorVae: SMALLEST_VAE, mixtureDensityNetwork: { ...SMALLEST_MIXTURE, dropoutRate: 0.2 } };

/** The same with codes that are maps of 2 by 2 cells. */
const SMALLEST_MAP = {
  colorVae: {
    ...SMALLEST_VAE,
    latentSide: 2,
    encoder: { filters: [8, 16], kernelSizes: [3, 3], refinements: [0, 0] },
  },
  mixtureDensityNetwork: { ...SMALLEST_MIXTURE, latentSide: 2, trunk: SMALLEST_MIXTURE.trunk.slice(0, 2) },
};

/** Five training pictures make two batches of two an epoch: three steps end in the middle of the second. */
const OPTIONS: TrainColorizerOptions = {
  source: smallPictures(5, 10),
  validation: smallPictures(3, 9, 100),
  configs: CONFIGS,
  seed: 3,
  steps: 3,
  batchSize: 2,
};

/** Every weight and running statistic of trained models, which are disposed. */
async function weightsOf(models: ColorizerModels) {
  const { colorVae: vae, mixtureDensityNetwork: network } = models;
  const { trainable, statistics } = namedWeights(
    vae.encoder,
    vae.conditionalEncoder,
    vae.decoder,
    network.model,
  );
  const weights = await readTensors(new Map([...trainable, ...statistics]));
  disposeColorizerModels(models);
  return weights;
}

interface Stop {
  readonly stage: TrainingStage;
  /** Steps of the stage that are done; at the last one the stage itself is. */
  readonly step: number;
  /** Whether the run fails there, as if it were killed, instead of being aborted. */
  readonly fails?: boolean;
}

/** Trains until `stop`, if there is one, and returns the weights it ends with. */
async function run(store: MemoryStore, options: Partial<TrainColorizerOptions>, stop?: Stop) {
  const controller = new AbortController();
  const reason = new Error('enough');
  const end = (step: number): void => {
    if (step !== stop?.step) return;
    if (stop.fails === true) throw reason;
    controller.abort(reason);
  };
  const training = trainColorizer({
    ...OPTIONS,
    ...options,
    store,
    signal: controller.signal,
    callbacks: (stage) => (stage === stop?.stage ? [{ onBatchEnd: ({ step }) => end(step) }] : []),
  });
  if (stop === undefined) return weightsOf(await training);
  await expect(training).rejects.toBe(reason);
  return undefined;
}

describe('trainColorizer()', () => {
  it('ends bit for bit like a run that was not stopped, wherever it was', async () => {
    const whole = await run(memoryStore(), {});
    const everyStep = { saveEveryMs: 1e-6 };
    const stops: Stop[][] = [
      [{ stage: 'colorVae', step: 1 }, { stage: 'mixtureDensityNetwork', step: 1 }],
      [{ stage: 'colorVae', step: 2 }, { stage: 'colorVae', step: 3 }],
      [{ stage: 'mixtureDensityNetwork', step: 2 }],
      [{ stage: 'colorVae', step: 2, fails: true }, { stage: 'mixtureDensityNetwork', step: 2, fails: true }],
    ]; // prettier-ignore
    for (const some of tf.getBackend() === 'webgpu' ? stops.slice(0, 1) : stops) {
      const store = memoryStore();
      for (const [i, stop] of some.entries()) await run(store, { ...everyStep, resume: i > 0 }, stop);
      expect(await run(store, { ...everyStep, resume: true })).toEqual(whole);
      // What is done stays done: resumed once more, it ends at once with the same weights.
      const again: number[] = [];
      const callbacks = () => [{ onBatchEnd: ({ step }: { step: number }) => void again.push(step) }];
      const models = await trainColorizer({ ...OPTIONS, store, resume: true, callbacks });
      expect(await weightsOf(models)).toEqual(whole);
      expect(again).toEqual([]);
    }
  });

  it('starts anew where nothing was saved, and without resume', async () => {
    const store = memoryStore();
    const options = { steps: 1, validation: smallPictures(0) };
    const first = await run(store, { ...options, resume: true });
    expect(await run(store, options)).toEqual(first);
    expect(await run(store, { ...options, seed: 4 })).not.toEqual(first);
  });

  it.each([
    { epochs: 2, mixtureEpochs: undefined, steps: [4, 4] },
    { epochs: 2, mixtureEpochs: 3, steps: [4, 6] },
  ])('tells the steps of both stages, for as many epochs as asked: $steps', async ({ steps, ...epochs }) => {
    const told: string[] = [];
    const models = await trainColorizer({
      source: smallPictures(4),
      configs: CONFIGS,
      seed: 0,
      epochs: epochs.epochs,
      ...(epochs.mixtureEpochs && { mixtureEpochs: epochs.mixtureEpochs }),
      batchSize: 2,
      callbacks: (stage) => [
        { onProgress: ({ step, totalSteps }) => void told.push(`${stage} ${step}/${totalSteps}`) },
      ],
    });
    disposeColorizerModels(models);
    const expected = ['colorVae', 'mixtureDensityNetwork'].flatMap((stage, i) =>
      Array.from({ length: steps[i]! }, (_, step) => `${stage} ${step + 1}/${steps[i]}`),
    );
    expect(told).toEqual(expected);
  });

  it('passes over pictures that cannot be read', async () => {
    const good = smallPictures(4);
    const source: ImageSource = {
      ...good,
      read: async (index, options) => {
        if (index === 1) throw new ImageError('Cannot decode "1.png": it is torn');
        return good.read(index, options);
      },
    };
    const models = await trainColorizer({ source, configs: CONFIGS, seed: 0, steps: 2, batchSize: 4 });
    disposeColorizerModels(models);
    const broken = { ...good, read: async () => Promise.reject(new ImageError('torn')) };
    await expectTensorsKeptAsync(0, async () => {
      const training = trainColorizer({ source: broken, configs: CONFIGS, seed: 0, steps: 1 });
      await expect(training).rejects.toThrow(
        new TrainingError('Cannot train as none of the 4 pictures can be read'),
      );
    });
  });

  it('keeps the trained models and nothing else', async () => {
    await expectTensorsKeptAsync(0, async () => run(memoryStore(), { steps: 1 }));
    await expectTensorsKeptAsync(0, async () =>
      run(memoryStore(), {}, { stage: 'mixtureDensityNetwork', step: 1 }),
    );
  });

  it('lets beta rise where codes are maps, over two of five steps', async () => {
    const betas: number[] = [];
    const callbacks = (stage: TrainingStage) =>
      stage === 'colorVae'
        ? [
            {
              onProgress: ({ losses }: TrainingProgress) => {
                const { total, reconstruction, kl } = losses;
                betas.push((total! - reconstruction!) / kl!);
              },
            },
          ]
        : [];
    const options = { ...OPTIONS, configs: SMALLEST_MAP, steps: 5, beta: 2, callbacks };
    disposeColorizerModels(await trainColorizer(options));
    expect(betas.map((beta) => Math.round(beta * 100) / 100)).toEqual([0, 1, 2, 2, 2]);
    betas.length = 0;
    disposeColorizerModels(await trainColorizer({ ...options, betaWarmup: 0 }));
    expect(betas.map((beta) => Math.round(beta * 100) / 100)).toEqual([2, 2, 2, 2, 2]);
  });

  it('refuses a share of warm-up above 1', async () => {
    await expect(trainColorizer({ ...OPTIONS, betaWarmup: 1.5 })).rejects.toThrow(
      new RangeError("Cannot train a colorizer as 'betaWarmup' must be from 0 to 1: current value is 1.5"),
    );
  });

  it('refuses to resume with other options, and lists them all', async () => {
    const store = memoryStore();
    await run(store, {}, { stage: 'colorVae', step: 1 });
    const other: TrainColorizerOptions = {
      ...OPTIONS,
      source: smallPictures(4),
      validation: smallPictures(0),
      seed: 4,
      steps: 5,
      learningRate: 0.01,
      beta: 2,
      betaWarmup: 0.5,
      rarity: new Float32Array(313).fill(1),
      colorVaeLoss: { reconstruction: 'norm' },
      batchSize: 3,
      store,
      resume: true,
      configs: { ...CONFIGS, colorVae: { ...SMALLEST_VAE, dropoutRate: 0.5 } },
    };
    await expectTensorsKeptAsync(0, async () => {
      const training = trainColorizer(other);
      await expect(training).rejects.toThrow(TrainingError);
      await expect(training).rejects.toThrow(
        /^Cannot resume the run in "memory" with other options: networks was "given, [0-9a-f]{16}" and is "given, [0-9a-f]{16}"; seed was 3 and is 4; batchSize was 2 and is 3; steps was 3 and is 5; learningRate was 0\.001 and is 0\.01; beta was 1 and is 2; betaWarmup was 0 and is 0\.5; pictures was "5 pictures, [0-9a-f]{16}" and is "4 pictures, [0-9a-f]{16}"; validation was "3 pictures, [0-9a-f]{16}" and is "none"; rarity was "none" and is "given, [0-9a-f]{16}"; losses was \{"colorVae":\{\},"mixture":\{"form":"posterior"\}\} and is \{"colorVae":\{"reconstruction":"norm"\},"mixture":\{"form":"posterior"\}\}$/,
      );
    });
  });

  it('tells components of one loss from those of another', async () => {
    const components = (value: number) => ({
      components: tf.mul<tf.Tensor2D>(tf.ones([1, 128]), value),
      variances: tf.ones<tf.Rank.R1>([1]),
    });
    const store = memoryStore();
    const [one, other] = [components(0.1), components(0.2)];
    const loss = { mahalanobisWeight: 0.1 };
    await run(store, { colorVaeLoss: { ...loss, components: one } }, { stage: 'colorVae', step: 1 });
    const training = run(store, { colorVaeLoss: { ...loss, components: other }, resume: true });
    await expect(training).rejects.toThrow(/with other options: losses was /);
    tf.dispose([one, other].map(({ components, variances }) => [components, variances]));
  });

  it('refuses a saved state that is not whole', async () => {
    const store = memoryStore();
    await run(store, {}, { stage: 'mixtureDensityNetwork', step: 1 });
    const checkpoint = await loadCheckpoint(store, { kind: 'colorizer-training' });
    const resume = async (change: object) => {
      const damaged = memoryStore();
      await saveCheckpoint(damaged, { ...checkpoint, ...change });
      return trainColorizer({ ...OPTIONS, store: damaged, resume: true });
    };
    await expectTensorsKeptAsync(0, async () => {
      for (const metadata of [null, {}, { ...(checkpoint.metadata as object), stage: 'third' }]) {
        await expect(resume({ metadata })).rejects.toThrow(
          new CheckpointError('Cannot resume the run in "memory" as its plan, stage or state is missing'),
        );
      }
      const tensors = new Map(checkpoint.tensors);
      tensors.delete('colorVae/encoder_means/bias');
      await expect(resume({ tensors })).rejects.toThrow(
        new CheckpointError(
          'Cannot resume the run in "memory" as its color VAE does not fit: "encoder_means/bias" is missing, not [16]',
        ),
      );
      await expect(resume({ kind: 'colorizer' })).rejects.toThrow(CheckpointError);
    });
  });

  it('says what is wrong with its options before it trains', async () => {
    const attempt = async (options: Partial<TrainColorizerOptions>) =>
      trainColorizer({ ...OPTIONS, ...options });
    await expectTensorsKeptAsync(0, async () => {
      await expect(attempt({ epochs: 2 })).rejects.toThrow(
        new TypeError(
          "Cannot train a colorizer as 'epochs' must be left out beside 'steps': current value is 2",
        ),
      );
      await expect(attempt({ mixtureEpochs: 2 })).rejects.toThrow(
        new TypeError(
          "Cannot train a colorizer as 'mixtureEpochs' must be left out beside 'steps': current value is 2",
        ),
      );
      await expect(attempt({ source: smallPictures(0) })).rejects.toThrow(
        new RangeError(
          "Cannot train a colorizer as 'source.length' must be a positive integer: current value is 0",
        ),
      );
      await expect(attempt({ rarity: new Float32Array(3) })).rejects.toThrow(
        new RangeError("Cannot make colorExamples as 'rarity.length' must be 313: current value is 3"),
      );
      await expect(trainColorizer({ source: OPTIONS.source, seed: 0, preset: 'reference' })).rejects.toThrow(
        new TypeError(
          "Cannot train a colorizer as 'preset' must let the mixture density network look at the grey photo itself, " +
            'not at features of it: current value is "reference"',
        ),
      );
      await expect(attempt({ mixtureLoss: { form: 'nearest' } })).rejects.toThrow(
        new TypeError(
          'Cannot train a colorizer as \'mixtureLoss.form\' must be "posterior" or "exact" where deviations are learned, ' +
            'or the configs have fixed ones: current value is "nearest"',
        ),
      );
      const mixtureDensityNetwork = {
        ...SMALLEST_MIXTURE,
        input: { kind: 'greyLevel', imageSize: 32 },
      } as const;
      await expect(attempt({ configs: { ...CONFIGS, mixtureDensityNetwork } })).rejects.toThrow(
        new RangeError(
          "Cannot train a colorizer as 'configs.mixtureDensityNetwork.input.imageSize' must be 8, " +
            'the imageSize of the color VAE: current value is 32',
        ),
      );
      const reason = new Error('enough');
      await expect(attempt({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    });
  });
});
