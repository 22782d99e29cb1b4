import * as tf from '@tensorflow/tfjs-core';

import { assertNonNegative, assertNonNegativeInteger, assertPositiveInteger } from '../errors.js';
import { deriveSeed, randomGenerator } from '../random.js';
import { assertMixture, type GaussianMixture, selectComponents } from './gaussianMixture.js';

const ACTION = 'sample a mixture';
const HALF_STEP = 2 ** -33;

export interface SampleMixtureOptions {
  /** Number of codes drawn from each mixture. */
  readonly count: number;
  /** Non-negative integer, 0 included: equal seeds give equal codes. */
  readonly seed: number;
  /**
   * Factor of the standard deviations. 0 gives component means. It leaves the weights alone: at every temperature a
   * component is drawn as often as its weight says.
   *
   * @defaultValue `1`
   */
  readonly temperature?: number;
  /**
   * Index of the batch's first example in its data set. Example `i` of the batch draws from the stream
   * `firstExample + i` of the seed, so that the codes of an example do not depend on how examples are batched.
   *
   * @defaultValue `0`
   */
  readonly firstExample?: number;
}

/** Codes drawn from mixtures; the tensors belong to the caller. */
export interface MixtureSamples {
  /** Shape `[batch, count, latentDim]`. */
  readonly codes: tf.Tensor3D;
  /** Index of the component that made each code, int32, shape `[batch, count]`. */
  readonly components: tf.Tensor2D;
}

interface Noise {
  /** Draws of the standard Gumbel distribution, shape `[batch, count, components]`. */
  readonly gumbel: tf.Tensor3D;
  /** Draws of the standard normal distribution, shape `[batch, count, latentDim]`. */
  readonly normal: tf.Tensor3D;
}

/** Noise in the order in which codes are drawn, so that the first codes do not depend on how many follow. */
function drawNoise(mixture: GaussianMixture, count: number, streams: readonly number[]): Noise {
  const [batch, components, latentDim] = mixture.means.shape;
  const gumbel = new Float32Array(batch * count * components);
  const normal = new Float32Array(batch * count * latentDim);
  streams.forEach((stream, example) => {
    const generator = randomGenerator(stream);
    // Half a step up, the uniform number is in (0, 1) and both logarithms are finite.
    const nextGumbel = () => -Math.log(-Math.log(generator.uniform() + HALF_STEP));
    for (let code = example * count; code < (example + 1) * count; code++) {
      for (let i = 0; i < components; i++) gumbel[code * components + i] = nextGumbel();
      for (let i = 0; i < latentDim; i++) normal[code * latentDim + i] = generator.normal();
    }
  });
  return {
    gumbel: tf.tensor3d(gumbel, [batch, count, components]),
    normal: tf.tensor3d(normal, [batch, count, latentDim]),
  };
}

/**
 * Draws codes from mixtures.
 *
 * A component is `argmax{ log(w[k]) + gumbel[k] : k }`, which chooses each with its weight; then
 * `z = means[k] + temperature * exp(logStdDevs[k]) * normal`. Examples have streams of random numbers of their own, and
 * more codes begin with the same codes. Not differentiable.
 *
 * @throws {ShapeError} If the parameters of `mixture` do not fit each other.
 * @throws {RangeError} If `count` is not a positive integer, `seed` or `firstExample` not a non-negative integer, or
 *   `temperature` not a non-negative finite number.
 * @see C. J. Maddison, D. Tarlow, T. Minka, A* Sampling, 2014: the Gumbel-max trick.
 */
export function sampleMixture(mixture: GaussianMixture, options: SampleMixtureOptions): MixtureSamples {
  const { count, seed, temperature = 1, firstExample = 0 } = options;
  assertMixture(ACTION, mixture);
  assertPositiveInteger(ACTION, 'count', count);
  assertNonNegativeInteger(ACTION, 'seed', seed);
  assertNonNegative(ACTION, 'temperature', temperature);
  assertNonNegativeInteger(ACTION, 'firstExample', firstExample);
  const { logits, means, logStdDevs } = mixture;
  const streams = Array.from({ length: logits.shape[0] }, (_, i) => deriveSeed(seed, firstExample + i));

  return tf.tidy(() => {
    const { gumbel, normal } = drawNoise(mixture, count, streams);
    const logWeights = tf.expandDims(tf.logSoftmax(logits), 1); // [batch, 1, components]
    const components = tf.argMax<tf.Tensor2D>(tf.add(logWeights, gumbel), 2);
    const scales = tf.mul(tf.exp(selectComponents(logStdDevs, components)), temperature);
    const codes = tf.add<tf.Tensor3D>(selectComponents(means, components), tf.mul(scales, normal));
    return { codes, components };
  });
}
