import * as tf from '@tensorflow/tfjs-core';

import { assertGaussian, type DiagonalGaussian, LOG_TWO_PI } from '../distributions/diagonalGaussian.js';
import { assertMixture, type GaussianMixture, indicator } from '../distributions/gaussianMixture.js';
import { assertBetween, assertNonNegative, assertPositive } from '../errors.js';

const ACTION = 'compute posteriorComponentLoss';

export interface PosteriorComponentOptions {
  /**
   * Standard deviation of all components, in deviations of the posterior: the more, the less the means matter beside the
   * weights.
   *
   * @defaultValue `3`
   */
  readonly spread?: number;
  /**
   * Share of the distance that the other components bear together, 0 to 1: with 0, a component that is never the nearest is
   * never trained.
   *
   * @defaultValue `0.02`
   */
  readonly relaxation?: number;
  /**
   * Share of the distance that the first component bears for every code, 0 to 1: it becomes the best single answer, and the others
   * take what is far from it.
   *
   * @defaultValue `0.3`
   */
  readonly anchor?: number;
  /**
   * Factor of the term that trains the deviations; 0 leaves them as they are.
   *
   * @defaultValue `0.05`
   */
  readonly deviationWeight?: number;
}

/** The three terms of the loss, each of shape `[batch]`; the tensors belong to the caller. */
export interface PosteriorComponentTerms {
  /** `-log(w[k])` of the nearest component, in nats. */
  readonly weight: tf.Tensor1D;
  /** Half the squared distances, in units of `spread`. */
  readonly distance: tf.Tensor1D;
  /** Expected `-log N(z; means[k], deviations[k])` of the nearest component, in nats; its gradient reaches the deviations only. */
  readonly deviation: tf.Tensor1D;
}

/** `x`, as a constant to the gradient. */
function constant<T extends tf.Tensor>(x: T): T {
  return tf.customGrad((input) => ({
    value: tf.clone(input as tf.Tensor),
    gradFunc: () => tf.zerosLike(input as tf.Tensor),
  }))(x) as T;
}

/**
 * Expected negative log-density of codes of the posterior under each component with the given squared distances of its mean,
 * shape `[batch, components]`.
 */
function expectedLogDensities(
  { logVariances }: DiagonalGaussian,
  squares: tf.Tensor,
  { logStdDevs }: GaussianMixture,
): tf.Tensor {
  const [, , latentDim] = squares.shape as [number, number, number];
  const second = tf.add(tf.expandDims(tf.exp(logVariances), 1), squares); // E[(z - means[k])**2]
  const standardized = tf.mul(second, tf.exp(tf.mul(logStdDevs, -2)));
  const logVolume = tf.mul(tf.sum(logStdDevs, 2), latentDim / logStdDevs.shape[2]);
  return tf.add(tf.add(tf.mul(tf.sum(standardized, 2), 0.5), logVolume), (latentDim / 2) * LOG_TWO_PI);
}

/** What each component bears of its distance, shape `[batch, components]`; sums to 1. */
function shares(
  nearest: tf.Tensor,
  { relaxation, anchor }: { readonly relaxation: number; readonly anchor: number },
): tf.Tensor {
  const components = nearest.shape[1]!;
  const rest = components > 1 ? relaxation / (components - 1) : 0;
  const first = indicator(tf.scalar(0, 'int32'), components); // [components]
  const relaxed = tf.add(tf.mul(nearest, 1 - relaxation - rest), rest);
  return tf.add(tf.mul(relaxed, 1 - anchor), tf.mul(first, anchor));
}

/**
 * The terms whose weighted sum is `posteriorComponentLoss`.
 *
 * @throws What `posteriorComponentLoss` throws.
 */
export function posteriorComponentTerms(
  posterior: DiagonalGaussian,
  mixture: GaussianMixture,
  options: PosteriorComponentOptions = {},
): PosteriorComponentTerms {
  const { spread = 3, relaxation = 0.02, anchor = 0.3 } = options;
  assertGaussian(ACTION, 'posterior', posterior, ['batch', 'latentDim']);
  assertMixture(ACTION, mixture, posterior.means.shape);
  assertPositive(ACTION, 'spread', spread);
  assertBetween(ACTION, 'relaxation', relaxation, [0, 1]);
  assertBetween(ACTION, 'anchor', anchor, [0, 1]);
  const { logits, means } = mixture;
  const components = logits.shape[1];

  return tf.tidy(() => {
    const squares = tf.square(tf.sub(tf.expandDims(posterior.means, 1), means)); // [batch, components, latentDim]
    const precision = tf.expandDims(tf.exp(tf.neg(posterior.logVariances)), 1);
    const distances = tf.sum(tf.mul(squares, precision), 2); // [batch, components]
    const nearest = indicator(tf.argMin(distances, 1), components);
    const ofNearest = (values: tf.Tensor) => tf.sum<tf.Tensor1D>(tf.mul(values, nearest), 1);
    const borne = tf.sum<tf.Tensor1D>(tf.mul(distances, shares(nearest, { relaxation, anchor })), 1);
    return {
      weight: tf.neg(ofNearest(tf.logSoftmax(logits))),
      distance: tf.div<tf.Tensor1D>(borne, 2 * spread ** 2),
      deviation: ofNearest(expectedLogDensities(posterior, constant(squares), mixture)),
    };
  });
}

/** The sum of the terms, the deviation's by its factor. Call it inside `tf.tidy`. */
export function posteriorComponentTotal(
  { weight, distance, deviation }: PosteriorComponentTerms,
  { deviationWeight = 0.05 }: PosteriorComponentOptions,
): tf.Tensor1D {
  assertNonNegative(ACTION, 'deviationWeight', deviationWeight);
  return tf.add<tf.Tensor1D>(tf.add(weight, distance), tf.mul(deviation, deviationWeight));
}

/**
 * Loss of a mixture density network that trains the component nearest to the posterior of each code, where nearness is
 * measured in deviations of the posterior.
 *
 * `-log(w[k]) + 1/(2 spread**2) * sum{ s[m] r[m]**2 : m } + deviationWeight * deviation` with
 * `r[m]**2 = sum{ (means[m][j] - posterior.means[j])**2 / exp(posterior.logVariances[j]) : j }`, `k = argmin(r)` and shares
 * `s[m] = anchor [m = 0] + (1 - anchor) ((1 - relaxation) [m = k] + relaxation/(K-1) [m != k])`. A dimension that the decoder does not need has a posterior as wide as the prior and hardly counts; one
 * that decides the colors has a narrow one. Likelihood sees no such difference, and its components end up alike. The
 * deviations are fitted to what the nearest means leave: they serve samples and likelihoods and do not move the means.
 *
 * @param posterior What the encoder says of the codes of true colors.
 * @returns Loss per example, shape `[batch]`, to be disposed by the caller.
 * @throws {ShapeError} If `mixture` does not describe codes of `posterior`.
 * @throws {RangeError} If `spread` is not positive, `relaxation` or `anchor` not in 0..1 or `deviationWeight` negative.
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017: the nearest component alone.
 * @see C. Rupprecht et al., Learning in an Uncertain World: Representing Ambiguity Through Multiple Hypotheses, 2017.
 */
export function posteriorComponentLoss(
  posterior: DiagonalGaussian,
  mixture: GaussianMixture,
  options: PosteriorComponentOptions = {},
): tf.Tensor1D {
  return tf.tidy(() =>
    posteriorComponentTotal(posteriorComponentTerms(posterior, mixture, options), options),
  );
}
