import * as tf from '@tensorflow/tfjs-core';

import { assertNonNegative, assertPositive, argumentMessage } from '../../errors.js';
import { ADAM_UPDATE, runFusedKernel, type AdamUpdate } from '../../fusedKernels.js';
import { disposeAll, prefixed, zeroVariables, type NamedVariables } from '../variables.js';
import type { Optimizer, OptimizerConfig, OptimizerFactory } from './optimizer.js';

export interface AdamOptions {
  /**
   * Decay of the mean of the gradients, from 0 to below 1.
   *
   * @defaultValue `0.9`
   */
  readonly beta1?: number;
  /**
   * Decay of the mean of the squared gradients, from 0 to below 1.
   *
   * @defaultValue `0.999`
   */
  readonly beta2?: number;
  /**
   * Added to the root of the mean of the squared gradients.
   *
   * @defaultValue `1e-8`
   */
  readonly epsilon?: number;
}

export interface AdamWOptions extends AdamOptions {
  /** Share of a weight that an update takes away, per unit of learning rate. */
  readonly weightDecay: number;
  /**
   * Whether the variable of this name decays.
   *
   * @defaultValue `isDecayed`: all but biases and the scales and offsets of normalization layers.
   */
  readonly decays?: (name: string) => boolean;
}

interface AdamSettings {
  readonly action: string;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

const UNDECAYED = /(?:^|[/._])(?:bias|beta|gamma|offset|scale)(?:_\d+)?$/i;

/** Whether weight decay is usual for the variable of this name: not for biases, scales and offsets. */
export function isDecayed(name: string): boolean {
  return !UNDECAYED.test(name);
}

function assertDecayRate(action: string, argument: string, value: number): void {
  if (value >= 0 && value < 1) return;
  throw new RangeError(argumentMessage(action, argument, 'be at least 0 and below 1', value));
}

function adamSettings(action: string, options: AdamOptions): AdamSettings {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  assertDecayRate(action, 'beta1', beta1);
  assertDecayRate(action, 'beta2', beta2);
  assertPositive(action, 'epsilon', epsilon);
  return { action, beta1, beta2, epsilon };
}

interface AdamVariable {
  readonly weight: tf.Variable;
  readonly first: tf.Variable;
  readonly second: tf.Variable;
}

/** The next weight, first and second moment, of operations of TensorFlow.js. */
function composedUpdate(
  { weight, first, second }: AdamVariable,
  gradient: tf.Tensor,
  { beta1, beta2, epsilon, rate, kept }: AdamUpdate,
): tf.Tensor[] {
  const nextFirst = tf.add(tf.mul(first, beta1), tf.mul(gradient, 1 - beta1));
  const nextSecond = tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const direction = tf.div(nextFirst, tf.add(tf.sqrt(nextSecond), epsilon));
  const decayed = kept === 1 ? weight : tf.mul(weight, kept);
  return [tf.sub(decayed, tf.mul(direction, rate)), nextFirst, nextSecond];
}

function updateVariable(variable: AdamVariable, gradient: tf.Tensor, update: AdamUpdate): void {
  tf.tidy(() => {
    const { weight, first, second } = variable;
    const next =
      runFusedKernel(ADAM_UPDATE, { weight, first, second, gradient }, update) ??
      composedUpdate(variable, gradient, update);
    [weight, first, second].forEach((target, i) => target.assign(next[i]!));
  });
}

/** `weightDecayOf(name)` is 0 for what does not decay. */
function adamOptimizer(
  variables: NamedVariables,
  config: OptimizerConfig,
  { beta1, beta2, epsilon }: AdamSettings,
  weightDecayOf: (name: string) => number,
): Optimizer {
  const firstMoments = zeroVariables(variables);
  const secondMoments = zeroVariables(variables);
  const slots = new Map([
    ...prefixed('firstMoment', firstMoments),
    ...prefixed('secondMoment', secondMoments),
  ]);
  return {
    config,
    isShareable: true,
    slots,
    apply: (gradients, { step, learningRate }) => {
      // Both bias corrections are moved onto two numbers, so that they cost no pass over the weights:
      // m / c1 / (sqrt(v / c2) + epsilon) = sqrt(c2) / c1 * m / (sqrt(v) + epsilon * sqrt(c2)).
      const correction1 = 1 - beta1 ** (step + 1);
      const rootCorrection2 = Math.sqrt(1 - beta2 ** (step + 1));
      for (const [name, weight] of variables) {
        const [first, second] = [firstMoments.get(name)!, secondMoments.get(name)!];
        updateVariable({ weight, first, second }, gradients.get(name)!, {
          beta1,
          beta2,
          epsilon: epsilon * rootCorrection2,
          rate: (learningRate * rootCorrection2) / correction1,
          kept: 1 - learningRate * weightDecayOf(name),
        });
      }
    },
    dispose: () => disposeAll(slots),
  };
}

/**
 * Adam: steps along the mean gradient, divided by the root of the mean squared gradient, both corrected for their start
 * at zero.
 *
 * `m = beta1 * m + (1 - beta1) * g; v = beta2 * v + (1 - beta2) * g**2;`
 * `w -= learningRate * (m / (1 - beta1**t)) / (sqrt(v / (1 - beta2**t)) + epsilon)`
 *
 * @returns A factory for `train`; the optimizer it makes keeps two tensors for each variable.
 * @throws {RangeError} If an option is out of its range.
 * @see D. P. Kingma and J. Ba, Adam: A method for stochastic optimization, 2015, algorithm 1.
 */
export function adam(options: AdamOptions = {}): OptimizerFactory {
  const settings = adamSettings('create adam', options);
  const { beta1, beta2, epsilon } = settings;
  const config = { kind: 'adam', beta1, beta2, epsilon };
  return (variables) => adamOptimizer(variables, config, settings, () => 0);
}

/**
 * AdamW: Adam with weight decay that bypasses the gradient statistics.
 *
 * `w *= 1 - learningRate * weightDecay`, then the update of `adam`.
 *
 * @returns A factory for `train`; the optimizer it makes keeps two tensors for each variable.
 * @throws {RangeError} If an option is out of its range.
 * @see I. Loshchilov and F. Hutter, Decoupled weight decay regularization, 2019, algorithm 2.
 */
export function adamW(options: AdamWOptions): OptimizerFactory {
  const { weightDecay, decays = isDecayed } = options;
  const settings = adamSettings('create adamW', options);
  assertNonNegative(settings.action, 'weightDecay', weightDecay);
  const { beta1, beta2, epsilon } = settings;
  return (variables) => {
    const undecayed = [...variables.keys()].filter((name) => !decays(name));
    const excluded = new Set(undecayed);
    const config = { kind: 'adamW', beta1, beta2, epsilon, weightDecay, undecayed };
    return adamOptimizer(variables, config, settings, (name) => (excluded.has(name) ? 0 : weightDecay));
  };
}
