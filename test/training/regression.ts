import * as tf from '@tensorflow/tfjs-core';

import { deriveSeed, randomNormal, randomUniform } from '../../src/random.js';
import type { LossParts, StepContext, TrainingData, TrainingTask } from '../../src/training/task.js';

export interface RegressionBatch {
  readonly x: tf.Tensor2D;
  readonly y: tf.Tensor2D;
}

export const INPUTS = 3;
export const OUTPUTS = 2;
export const BATCH_SIZE = 4;

const TRUE_KERNEL = [1, -2, 0.5, 0, 3, 1];

/** Linear regression with everything a run has to bring back: dropout by seed, a running mean, two variables. */
export interface RegressionTask extends TrainingTask<RegressionBatch> {
  readonly kernel: tf.Variable<tf.Rank.R2>;
  readonly bias: tf.Variable<tf.Rank.R1>;
  readonly runningMean: tf.Variable<tf.Rank.R1>;
  readonly dispose: () => void;
}

export interface RegressionOptions {
  readonly dropout?: number;
  /** Value of every weight at the start. */
  readonly start?: number;
  readonly onLoss?: (context: StepContext) => void;
}

export function regressionTask(options: RegressionOptions = {}): RegressionTask {
  const { dropout = 0, start = 0, onLoss = () => undefined } = options;
  const make = <R extends tf.Rank>(shape: tf.ShapeMap[R], trainable: boolean): tf.Variable<R> =>
    tf.tidy(() => tf.variable<R>(tf.fill<R>(shape, start), trainable));
  const kernel = make<tf.Rank.R2>([INPUTS, OUTPUTS], true);
  const bias = make<tf.Rank.R1>([OUTPUTS], true);
  const runningMean = make<tf.Rank.R1>([INPUTS], false);

  const loss = ({ x, y }: RegressionBatch, context: StepContext): LossParts => {
    onLoss(context);
    let input: tf.Tensor2D = x;
    if (context.training) {
      const mask = tf.step(tf.sub(randomUniform(x.shape, context.seed), dropout));
      input = tf.mul(x, mask);
      runningMean.assign(tf.add(tf.mul(runningMean, 0.9), tf.mul(tf.mean(x, 0), 0.1)));
    }
    const error = tf.sub(tf.add(tf.matMul(input, kernel), bias), y);
    const squared = tf.mean<tf.Scalar>(tf.square(error));
    const penalty = tf.mul<tf.Scalar>(1e-3, tf.sum(tf.square(kernel)));
    return { total: tf.add(squared, penalty), squared, penalty };
  };
  return {
    variables: new Map<string, tf.Variable>([
      ['dense/kernel', kernel],
      ['dense/bias', bias],
    ]),
    buffers: new Map<string, tf.Variable>([['runningMean', runningMean]]),
    loss,
    kernel,
    bias,
    runningMean,
    dispose: () => tf.dispose([kernel, bias, runningMean]),
  };
}

/** Batch `index` of epoch `epoch`; the same numbers each time. */
export function regressionBatch(epoch: number, index: number): RegressionBatch {
  return tf.tidy(() => {
    const x = randomNormal<tf.Rank.R2>([BATCH_SIZE, INPUTS], deriveSeed(7, epoch, index));
    const y = tf.matMul<tf.Tensor2D>(x, tf.tensor2d(TRUE_KERNEL, [INPUTS, OUTPUTS]));
    return { x, y };
  });
}

export interface RegressionDataOptions {
  readonly batchesPerEpoch?: number;
  /** Batches really given in each epoch. */
  readonly given?: number;
  readonly onBatch?: (epoch: number, index: number) => void;
}

export function regressionData(options: RegressionDataOptions = {}): TrainingData<RegressionBatch> {
  const { batchesPerEpoch = 5, given = batchesPerEpoch, onBatch = () => undefined } = options;
  return {
    batchesPerEpoch,
    batchSize: BATCH_SIZE,
    batches: async function* (epoch, first) {
      for (let index = first; index < given; index++) {
        onBatch(epoch, index);
        yield Promise.resolve(regressionBatch(epoch, index));
      }
    },
  };
}
