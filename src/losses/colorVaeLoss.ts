import * as tf from '@tensorflow/tfjs-core';

import type { DiagonalGaussian } from '../distributions/diagonalGaussian.js';
import { gaussianDivergence } from '../distributions/gaussianDivergence.js';
import { argumentMessage, assertNonNegative, assertOneOf, assertShape } from '../errors.js';
import { freeBits } from './freeBits.js';
import { gradientDifference } from './gradientDifference.js';
import { mahalanobis, type PrincipalComponents } from './mahalanobis.js';
import { weightedL1, weightedNorm, weightedSquaredError } from './reconstruction.js';

const ACTION = 'compute colorVaeLoss';
const RECONSTRUCTIONS = { l1: weightedL1, norm: weightedNorm, squared: weightedSquaredError } as const;

/** How a color VAE compares colors. */
export type ReconstructionForm = keyof typeof RECONSTRUCTIONS;
export const RECONSTRUCTION_FORMS = Object.keys(RECONSTRUCTIONS) as ReconstructionForm[];

/** What a color VAE was given and what it made of it. */
export interface ColorVaeLossInputs {
  /** True color fields, shape `[batch, height, width, 2]`. */
  readonly target: tf.Tensor4D;
  /** The decoder's color fields, same shape. */
  readonly reconstruction: tf.Tensor4D;
  /** The encoder's distribution of each latent code. */
  readonly posterior: DiagonalGaussian;
  /** The distribution the posterior is held to; the unit Gaussian if left out. */
  readonly prior?: DiagonalGaussian;
  /** Rarity weight of each pixel, shape `[batch, height, width, 1]`; 1 if left out. */
  readonly weights?: tf.Tensor4D;
}

export interface ColorVaeLossOptions {
  /**
   * Form of the reconstruction term: `'l1'`, sum of absolute differences; `'norm'`, square root of the sum of squares, as
   * in the authors' codes; `'squared'`, sum of squares, as in the paper. All grow with the number of pixels.
   *
   * @defaultValue `'l1'`
   */
  readonly reconstruction?: ReconstructionForm;
  /**
   * Units of reconstruction that a nat of divergence costs, 0 or more; an annealing schedule changes it with the step. The
   * authors' PyTorch code, with `'norm'`, sums the divergence over the 32 examples of a batch but averages the
   * reconstruction: its 0.01 is 0.32 here.
   *
   * @defaultValue `1`
   */
  readonly beta?: number;
  /**
   * Divergence that each latent dimension may have for free, in nats, on average over the batch; see `freeBits`.
   *
   * @defaultValue `0`
   */
  readonly freeBits?: number;
  /**
   * Factor of the difference of spatial gradients, 0 or more: a norm if the reconstruction is one, else a sum of squares.
   * The method uses 0.001.
   *
   * @defaultValue `0`
   */
  readonly gradientWeight?: number;
  /**
   * Factor of the Mahalanobis distance, 0 or more; above 0 it needs `components`. The method uses 0.1.
   *
   * @defaultValue `0`
   */
  readonly mahalanobisWeight?: number;
  /** Leading principal components of the color fields. */
  readonly components?: PrincipalComponents;
}

/** The terms of the loss before their factors, each of shape `[batch]`; the tensors belong to the caller. */
export interface ColorVaeLoss {
  /** `reconstruction + beta * kl + gradientWeight * gradient + mahalanobisWeight * mahalanobis`, `kl` after free bits. */
  readonly total: tf.Tensor1D;
  readonly reconstruction: tf.Tensor1D;
  /** Divergence of the posterior from the prior in nats, before free bits. */
  readonly kl: tf.Tensor1D;
  /** Present if `gradientWeight` is above 0. */
  readonly gradient?: tf.Tensor1D;
  /** Present if `mahalanobisWeight` is above 0. */
  readonly mahalanobis?: tf.Tensor1D;
}

function assertFactors(factors: Readonly<Record<string, number>>): void {
  for (const [name, factor] of Object.entries(factors)) assertNonNegative(ACTION, name, factor);
}

/** Adds `factor * term` to `total`. */
function addScaled(total: tf.Tensor1D, term: tf.Tensor1D, factor: number): tf.Tensor1D {
  return tf.add<tf.Tensor1D>(total, tf.mul(term, factor));
}

/**
 * Training loss of a color VAE, per example and with its terms.
 *
 * Sums over pixels and latent dimensions, never over examples, so that the batch size changes no weight. Take the mean
 * over the batch to train.
 *
 * @returns Total and terms, each of shape `[batch]`, to be disposed by the caller.
 * @throws {ShapeError} If the shapes do not fit.
 * @throws {RangeError} If a factor is not a non-negative finite number.
 * @throws {TypeError} If `reconstruction` is unknown, or `components` missing where `mahalanobisWeight` is above 0.
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017.
 */
export function colorVaeLoss(inputs: ColorVaeLossInputs, options: ColorVaeLossOptions = {}): ColorVaeLoss {
  const { reconstruction: form = 'l1', beta = 1, freeBits: floor = 0, components } = options;
  const { gradientWeight = 0, mahalanobisWeight = 0 } = options;
  const { target, posterior, prior, weights } = inputs;
  assertOneOf(ACTION, 'reconstruction', form, RECONSTRUCTION_FORMS);
  assertFactors({ beta, freeBits: floor, gradientWeight, mahalanobisWeight });
  assertShape(ACTION, 'target', target, ['batch', 'height', 'width', 'channels']);
  assertShape(ACTION, 'reconstruction', inputs.reconstruction, target.shape);
  assertShape(ACTION, 'posterior.means', posterior.means, [target.shape[0], 'latentDim']);
  if (mahalanobisWeight > 0 && components === undefined) {
    const rule = "be given where 'mahalanobisWeight' is above 0";
    throw new TypeError(argumentMessage(ACTION, 'components', rule, components));
  }

  return tf.tidy(() => {
    const reconstruction = RECONSTRUCTIONS[form](target, inputs.reconstruction, weights);
    const divergences = gaussianDivergence(posterior, prior);
    const kl = tf.sum<tf.Tensor1D>(divergences, 1);
    let total = addScaled(reconstruction, floor > 0 ? freeBits(divergences, { floor }) : kl, beta);
    const extra: { gradient?: tf.Tensor1D; mahalanobis?: tf.Tensor1D } = {};
    if (gradientWeight > 0) {
      const gradientForm = form === 'norm' ? 'norm' : 'squared';
      extra.gradient = gradientDifference(target, inputs.reconstruction, { form: gradientForm });
      total = addScaled(total, extra.gradient, gradientWeight);
    }
    if (mahalanobisWeight > 0 && components !== undefined) {
      extra.mahalanobis = mahalanobis(target, inputs.reconstruction, components);
      total = addScaled(total, extra.mahalanobis, mahalanobisWeight);
    }
    return { total, reconstruction, kl, ...extra };
  });
}
