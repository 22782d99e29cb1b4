import { assertOneOf } from '../errors.js';
import { assertResultsOf } from './assertions.js';

/** How differences are averaged: the mean of their absolute values, or the root of the mean of their squares. */
export type ErrorNorm = 'absolute' | 'rootMeanSquare';

const NORMS: readonly ErrorNorm[] = ['absolute', 'rootMeanSquare'];

export interface ErrorOptions {
  /**
   * How differences are averaged.
   *
   * @defaultValue `'absolute'`
   */
  readonly norm?: ErrorNorm;
}

/** The least error among results, and which result has it. */
export interface BestOfError {
  readonly error: number;
  /** Index of the first result with that error. */
  readonly index: number;
}

/** One value's part of the sum that is averaged. */
function term(difference: number, norm: ErrorNorm): number {
  return norm === 'absolute' ? Math.abs(difference) : difference ** 2;
}

function average(sum: number, count: number, norm: ErrorNorm): number {
  return norm === 'absolute' ? sum / count : Math.sqrt(sum / count);
}

function checkedNorm(action: string, { norm = 'absolute' }: ErrorOptions): ErrorNorm {
  assertOneOf(action, 'norm', norm, NORMS);
  return norm;
}

function errorOf(result: ArrayLike<number>, truth: ArrayLike<number>, norm: ErrorNorm): number {
  let sum = 0;
  for (let i = 0; i < truth.length; i++) sum += term(result[i]! - truth[i]!, norm);
  return average(sum, truth.length, norm);
}

/**
 * The whole-image error of best: of several results, the error of the one nearest to the truth.
 *
 * `min{ mean{ |results[k][i] - truth[i]| : i } : k }`, or with `norm: 'rootMeanSquare'`
 * `min{ sqrt(mean{ (results[k][i] - truth[i])**2 : i }) : k }`. With one result it is that result's error. It falls with the
 * number of results, so that only equal numbers compare.
 *
 * @param results Values of each result, in any unit and layout: color fields `ab / 128` for the figure of the paper.
 * @param truth The true values, laid out the same way.
 * @returns The error, in the unit of the values, 0 or more.
 * @throws {RangeError} If there is no result, or one is not as long as `truth`.
 * @throws {TypeError} If `norm` is not one of the two.
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017, section 6: error of best.
 */
export function bestOfError(
  results: readonly ArrayLike<number>[],
  truth: ArrayLike<number>,
  options: ErrorOptions = {},
): BestOfError {
  const action = 'compute bestOfError';
  const norm = checkedNorm(action, options);
  assertResultsOf(action, results, truth);
  const errors = results.map((result) => errorOf(result, truth, norm));
  const error = Math.min(...errors);
  return { error, index: errors.indexOf(error) };
}

/**
 * The per-pixel error of best: the least error at each value, whichever result it comes from, then the mean.
 *
 * `mean{ min{ |results[k][i] - truth[i]| : k } : i }`, or with `norm: 'rootMeanSquare'`
 * `sqrt(mean{ min{ (results[k][i] - truth[i])**2 : k } : i })`. The minimum is taken for each pixel and channel apart: a
 * picture put together by someone who knows the truth, so never above `bestOfError` and not comparable with it.
 *
 * @param results Values of each result, in any unit and layout: sRGB in [0, 1] for the figure of the cINN paper.
 * @param truth The true values, laid out the same way.
 * @returns The error, in the unit of the values, 0 or more.
 * @throws {RangeError} If there is no result, or one is not as long as `truth`.
 * @throws {TypeError} If `norm` is not one of the two.
 * @see L. Ardizzone et al., Guided Image Generation with Conditional Invertible Neural Networks, 2019: best of 8 samples, as
 *   `compare_methods.py` of its code computes it.
 */
export function perPixelBestError(
  results: readonly ArrayLike<number>[],
  truth: ArrayLike<number>,
  options: ErrorOptions = {},
): number {
  const action = 'compute perPixelBestError';
  const norm = checkedNorm(action, options);
  assertResultsOf(action, results, truth);
  let sum = 0;
  for (let i = 0; i < truth.length; i++) {
    let least = Infinity;
    for (const result of results) least = Math.min(least, Math.abs(result[i]! - truth[i]!));
    sum += term(least, norm);
  }
  return average(sum, truth.length, norm);
}
