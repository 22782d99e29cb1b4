import * as tf from '@tensorflow/tfjs-core';

import { argumentMessage } from '../errors.js';
import { APPROACH, runFusedKernel, type Approach } from '../fusedKernels.js';
import { copyVariables, disposeAll, type NamedVariables } from './variables.js';

export interface WeightAverageOptions {
  /**
   * Share of the average that a step keeps, from 0 to below 1; the average reaches back about `1 / (1 - decay)` steps.
   *
   * @defaultValue `0.999`
   */
  readonly decay?: number;
}

/** How weights are averaged, as plain JSON. */
export interface WeightAverageConfig {
  readonly decay: number;
}

/** An exponential moving average of variables. */
export interface WeightAverage {
  readonly config: WeightAverageConfig;
  /** The averages: to be read and assigned, never disposed, by others. */
  readonly weights: NamedVariables;
  /** Moves the averages toward the variables; `step` is the number of updates made before the one just made. */
  readonly update: (step: number) => void;
  /** Frees the averages; the variables stay. */
  readonly dispose: () => void;
}

/** @throws {RangeError} If `decay` is not at least 0 and below 1. */
export function weightAverageConfig(options: WeightAverageOptions): WeightAverageConfig {
  const { decay = 0.999 } = options;
  if (decay >= 0 && decay < 1) return { decay };
  throw new RangeError(argumentMessage('create weightAverage', 'decay', 'be at least 0 and below 1', decay));
}

/**
 * The decay of one step: small at first, so that the average forgets the initial weights instead of being biased to them.
 *
 * `min(decay, (1 + step) / (10 + step))`; with it no division by `1 - decay**t` is needed.
 *
 * @see TensorFlow, tf.train.ExponentialMovingAverage, argument `num_updates`.
 */
export function averageDecayAt({ decay }: WeightAverageConfig, step: number): number {
  return Math.min(decay, (1 + step) / (10 + step));
}

/** `from + share * (target - from)`. */
function approached(from: tf.Tensor, target: tf.Tensor, share: number): tf.Tensor {
  const fused = runFusedKernel(APPROACH, { from, target }, { share } satisfies Approach);
  return fused?.[0] ?? tf.add(from, tf.mul(tf.sub(target, from), share));
}

/**
 * Averages variables over the steps of a run: `average += (1 - decay) * (weight - average)`.
 *
 * @throws {RangeError} If `decay` is not at least 0 and below 1.
 * @see B. T. Polyak and A. B. Juditsky, Acceleration of stochastic approximation by averaging, 1992.
 */
export function weightAverage(variables: NamedVariables, options: WeightAverageOptions = {}): WeightAverage {
  const config = weightAverageConfig(options);
  const weights = copyVariables(variables);
  return {
    config,
    weights,
    update: (step) => {
      const share = 1 - averageDecayAt(config, step);
      for (const [name, variable] of variables) {
        const average = weights.get(name)!;
        tf.tidy(() => average.assign(approached(average, variable, share)));
      }
    },
    dispose: () => disposeAll(weights),
  };
}
