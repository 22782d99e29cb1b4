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

/** How results are chosen, in the order in which they are to be tried. */
export const LATENT_MODES: readonly LatentMode[] = ['modes', 'samples', 'distinct'];

/**
 * Which of the many ways to color a photo are returned: those of the most likely components, random draws, or those that differ
 * most among modes and many draws.
 */
export type LatentMode = 'modes' | 'samples' | 'distinct';

export interface ChooseLatentsOptions {
  readonly count: number;
  readonly mode: LatentMode;
  /** Factor of the standard deviations; used where codes are drawn. */
  readonly temperature: number;
  /** Used where codes are drawn. */
  readonly seed: number;
  /** Mean CIEDE2000 difference below which two results count as one. */
  readonly leastDifference: number;
}

/** A code of the mixture and where it came from. */
export interface LatentCandidate {
  /** `latentDim` numbers. */
  readonly latent: Float32Array;
  /** Weight of the component of the mixture, from 0 to 1. */
  readonly componentWeight: number;
  /** Index of the component. */
  readonly component: number;
  /** Seed of the call that drew it; `null` for the mean of a component. */
  readonly seed: number | null;
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
  const { count = 5, mode = 'modes', temperature = 1, seed = 0, leastDifference = 1 } = options;
  assertPositiveInteger(action, 'count', count);
  assertOneOf(action, 'mode', mode, LATENT_MODES);
  assertNonNegative(action, 'temperature', temperature);
  assertNonNegativeInteger(action, 'seed', seed);
  assertNonNegative(action, 'leastDifference', leastDifference);
  if (mode === 'modes' && count > components) {
    const rule = `be at most ${components}, the number of components, in mode "modes"`;
    throw new RangeError(argumentMessage(action, 'count', rule, count));
  }
  return { count, mode, temperature, seed, leastDifference };
}

interface CandidateTensors {
  readonly codes: tf.Tensor2D;
  readonly weights: tf.Tensor1D;
  readonly components: tf.Tensor1D;
}

/** Codes of the one mixture in the batch, with their components and the components' weights. */
function candidateTensors(mixture: GaussianMixture, drawn: DrawOptions | null): CandidateTensors {
  const [, number, latentDim] = mixture.means.shape;
  return tf.tidy<tf.NamedTensorMap & CandidateTensors>(() => {
    const allWeights = tf.reshape<tf.Rank.R1>(tf.softmax(mixture.logits), [number]);
    const { codes, components } = drawn === null ? mixtureModes(mixture) : sampleMixture(mixture, drawn);
    const count = components.size;
    const flat = tf.reshape<tf.Rank.R1>(components, [count]);
    return {
      codes: tf.reshape<tf.Rank.R2>(codes, [count, latentDim]),
      components: flat,
      weights: tf.gather<tf.Tensor1D>(allWeights, flat),
    };
  });
}

async function readCandidates(tensors: CandidateTensors, seed: number | null): Promise<LatentCandidate[]> {
  const { codes, weights, components } = tensors;
  try {
    const [codeValues, weightValues, componentValues] = await Promise.all([
      codes.data<'float32'>(),
      weights.data<'float32'>(),
      components.data<'int32'>(),
    ]);
    const [count, latentDim] = codes.shape;
    return Array.from({ length: count }, (_, i) => ({
      latent: codeValues.slice(i * latentDim, (i + 1) * latentDim),
      componentWeight: weightValues[i]!,
      component: componentValues[i]!,
      seed,
    }));
  } finally {
    tf.dispose([codes, weights, components]);
  }
}

/**
 * The means of all components of a mixture, the weightiest first.
 *
 * @param mixture The mixture of one photo: a batch of 1.
 */
export async function modeCandidates(mixture: GaussianMixture): Promise<LatentCandidate[]> {
  return readCandidates(candidateTensors(mixture, null), null);
}

export interface DrawOptions {
  /** Codes to draw. */
  readonly count: number;
  readonly seed: number;
  /** Factor of the standard deviations. */
  readonly temperature: number;
}

/**
 * Codes drawn from a mixture, in the order in which they were drawn: more of them begin with the same.
 *
 * @param mixture The mixture of one photo: a batch of 1.
 */
export async function drawnCandidates(
  mixture: GaussianMixture,
  options: DrawOptions,
): Promise<LatentCandidate[]> {
  return readCandidates(candidateTensors(mixture, options), options.seed);
}
