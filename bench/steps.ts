import type * as tf from '@tensorflow/tfjs-core';
import {
  colorVae,
  colorVaeTask,
  mixtureDensityNetwork,
  mixtureTask,
  type ModelPreset,
  randomUniform,
  train,
  type TrainingData,
  type TrainingTask,
} from 'polyhue';
import { nodeWorkers } from 'polyhue/node';

/** How steps are taken. */
export interface StepOptions {
  readonly preset: ModelPreset;
  readonly batch: number;
  /**
   * Threads that share a batch; with 1 this thread computes.
   *
   * @defaultValue `1`
   */
  readonly workers?: number;
}

/** A training that takes one step at a time. */
export interface Steps {
  readonly parameters: number;
  readonly step: () => Promise<void>;
  /** Ends the training and frees the network. */
  readonly stop: () => Promise<void>;
}

/** The same kind of batch for ever. */
function endless<Batch>(batchSize: number, batch: () => Batch): TrainingData<Batch> {
  return {
    batchSize,
    batchesPerEpoch: 1_000_000,
    batches: async function* () {
      while (true) yield batch();
    },
  };
}

/** Starts a training with Adam and averaging of weights, which waits after each step until the next is asked for. */
async function startSteps<Batch extends tf.TensorContainerObject>(
  task: TrainingTask<Batch>,
  data: TrainingData<Batch>,
  { workers, dispose }: { readonly workers: number; readonly dispose: () => void },
): Promise<Steps> {
  let [resume, done] = [(): void => {}, (): void => {}];
  const stop = new AbortController();
  const pause = () =>
    new Promise<void>((resolve) => {
      resume = resolve;
      done();
    });
  const running = train(task, data, {
    seed: 0,
    steps: 1_000_000,
    learningRate: 1e-4,
    average: { decay: 0.999 },
    signal: stop.signal,
    ...(workers > 1 && { workers: nodeWorkers({ count: workers }) }),
    callbacks: [{ onBatchBegin: pause }],
  });
  const step = () =>
    new Promise<void>((resolve) => {
      done = resolve;
      resume();
    });
  await step();
  return {
    parameters: [...task.variables.values()].reduce((sum, { size }) => sum + size, 0),
    step,
    stop: async () => {
      stop.abort();
      resume();
      await running.catch(() => {});
      dispose();
    },
  };
}

const SIZE = 64;
const random = <R extends tf.Rank>(shape: tf.ShapeMap[R], seed: number) => randomUniform<R>(shape, seed);

/** Training steps of a color VAE on random pictures. */
export async function colorVaeSteps({ preset, batch, workers = 1 }: StepOptions): Promise<Steps> {
  const vae = colorVae({ preset, seed: 0 });
  const data = endless(batch, () => ({
    greyLevel: random<tf.Rank.R4>([batch, SIZE, SIZE, 1], 1),
    colorField: random<tf.Rank.R4>([batch, SIZE, SIZE, 2], 2),
    weights: undefined,
  }));
  return startSteps(colorVaeTask(vae), data, { workers, dispose: vae.dispose });
}

/** Training steps of a mixture density network that looks at grey levels, on random pictures and codes, by the exact likelihood. */
export async function mixtureSteps({ preset, batch, workers = 1 }: StepOptions): Promise<Steps> {
  const network = mixtureDensityNetwork({ preset, seed: 0 });
  const { latentDim } = network.config;
  const data = endless(batch, () => ({
    features: random<tf.Rank.R4>([batch, SIZE, SIZE, 1], 1),
    means: random<tf.Rank.R2>([batch, latentDim], 2),
    logVariances: random<tf.Rank.R2>([batch, latentDim], 3),
  }));
  // As in tools/bench/torch_step.py, whatever the default is.
  const task = mixtureTask(network, { loss: { form: 'exact' } });
  return startSteps(task, data, { workers, dispose: network.dispose });
}
