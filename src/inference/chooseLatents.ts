import * as tf from '@tensorflow/tfjs-core';

import type { GaussianMixture } from '../distributions/gaussianMixture.js';
import { mixtureModes } from '../distributions/mixtureModes.js';
import { sampleMixture } from '../distributions/sampleMixture.js';
import {
  argumentMessage,
  assertNonNegative,
  assertNonNegativeInteger,
  assertOneOf,
  assertPositiveInteger,
} from '../errors.js';
import type { LatentChoice } from './colorization.js';

/** Where codes come from: the most likely components, or random draws. */
export type LatentMode = 'modes' | 'samples';

export interface ChooseLatentsOptions {
  readonly count: number;
  readonly mode: LatentMode;
  /** Factor of the standard deviations; used by `'samples'`. */
  readonly temperature: number;
  /** Used by `'samples'`. */
  readonly seed: number;
}

/**
 * The options with their defaults, found to be in range.
 *
 * @throws {RangeError} If a number is out of its range, or `count` exceeds the components in mode `'modes'`.
 * @throws {TypeError} If `mode` is unknown.
 */
export function latentOptions(
  action: string,
  options: Partial<ChooseLatentsOptions>,
  components: number,
): ChooseLatentsOptions {
  const { count = 5, mode = 'modes', temperature = 1, seed = 0 } = options;
  assertPositiveInteger(action, 'count', count);
  assertOneOf(action, 'mode', mode, ['modes', 'samples']);
  assertNonNegative(action, 'temperature', temperature);
  assertNonNegativeInteger(action, 'seed', seed);
  if (mode === 'modes' && count > components) {
    const rule = `be at most ${components}, the number of components, in mode "modes"`;
    throw new RangeError(argumentMessage(action, 'count', rule, count));
  }
  return { count, mode, temperature, seed };
}

interface ChosenTensors {
  readonly codes: tf.Tensor2D;
  readonly weights: tf.Tensor1D;
  readonly components: tf.Tensor1D;
}

/** Codes of the one mixture in the batch, with their components and the components' weights. */
function chooseTensors(mixture: GaussianMixture, options: ChooseLatentsOptions): ChosenTensors {
  const { count, mode, temperature, seed } = options;
  const latentDim = mixture.means.shape[2];
  return tf.tidy<tf.NamedTensorMap & ChosenTensors>(() => {
    const allWeights = tf.reshape<tf.Rank.R1>(tf.softmax(mixture.logits), [mixture.logits.shape[1]]);
    const { codes, components } =
      mode === 'modes'
        ? mixtureModes(mixture, { count })
        : sampleMixture(mixture, { count, seed, temperature });
    const flat = tf.reshape<tf.Rank.R1>(components, [count]);
    return {
      codes: tf.reshape<tf.Rank.R2>(codes, [count, latentDim]),
      components: flat,
      weights: tf.gather<tf.Tensor1D>(allWeights, flat),
    };
  });
}

/**
 * Latent codes of a photo, the weightiest first.
 *
 * @param mixture The mixture of one photo: a batch of 1.
 * @throws {RangeError} If `count` exceeds the components in mode `'modes'`, or a number is out of its range.
 */
export async function chooseLatents(
  mixture: GaussianMixture,
  options: ChooseLatentsOptions,
): Promise<LatentChoice[]> {
  const { codes, weights, components } = chooseTensors(mixture, options);
  try {
    const [codeValues, weightValues, componentValues] = await Promise.all([
      codes.data<'float32'>(),
      weights.data<'float32'>(),
      components.data<'int32'>(),
    ]);
    const latentDim = codes.shape[1];
    const choices = Array.from({ length: options.count }, (_, i) => ({
      latent: codeValues.slice(i * latentDim, (i + 1) * latentDim),
      weight: weightValues[i]!,
      component: componentValues[i]!,
      seed: options.mode === 'samples' ? options.seed : null,
    }));
    return choices.sort((one, other) => other.weight - one.weight);
  } finally {
    tf.dispose([codes, weights, components]);
  }
}
