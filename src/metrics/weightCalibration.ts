import { argumentMessage, assertPositiveInteger } from '../errors.js';
import { assertLength } from './assertions.js';

const ACTION = 'compute weightCalibration';

export interface WeightCalibrationOptions {
  /**
   * Equal parts that the range of weights, 0 to 1, is divided into.
   *
   * @defaultValue `10`
   */
  readonly bins?: number;
}

/** The predictions whose weight lies in one part of the range. */
export interface CalibrationBin {
  /** Least weight of the bin; the next bin begins at `most`. */
  readonly least: number;
  readonly most: number;
  readonly count: number;
  /** Mean weight of the predictions in the bin. */
  readonly meanWeight: number;
  /** Share of them that came true. */
  readonly frequency: number;
}

/** How far weights can be taken for probabilities. */
export interface WeightCalibration {
  /** The bins that hold a prediction, in ascending order. */
  readonly bins: readonly CalibrationBin[];
  /** Mean of `|frequency - meanWeight|` over the predictions, from 0 (calibrated) to 1. */
  readonly expectedError: number;
}

function assertWeights(weights: ArrayLike<number>): void {
  for (let i = 0; i < weights.length; i++) {
    if (weights[i]! >= 0 && weights[i]! <= 1) continue;
    throw new RangeError(argumentMessage(ACTION, `weights[${i}]`, 'be from 0 to 1', weights[i]));
  }
}

/**
 * The reliability table of mixture weights: how often the components of about equal weight were the right ones.
 *
 * Each component of each mixture is one prediction: its weight, and whether it was the one, for example the nearest to the code
 * of the true colors. A calibrated weight of 0.3 is right in 3 of 10 cases.
 *
 * @param weights Weight of each prediction, from 0 to 1.
 * @param outcomes 1 where the prediction came true, 0 elsewhere; or the probability that it did.
 * @returns `null` where there is no prediction.
 * @throws {RangeError} If a weight is not from 0 to 1, the lengths differ, or `bins` is not a positive integer.
 * @see C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, On Calibration of Modern Neural Networks, 2017, equations 2 and 3.
 */
export function weightCalibration(
  weights: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  options: WeightCalibrationOptions = {},
): WeightCalibration | null {
  const { bins: binCount = 10 } = options;
  assertPositiveInteger(ACTION, 'bins', binCount);
  assertLength(ACTION, 'outcomes', outcomes.length, [weights.length, 'weights']);
  assertWeights(weights);
  if (weights.length === 0) return null;
  const sums = Array.from({ length: binCount }, () => ({ count: 0, weight: 0, outcome: 0 }));
  for (let i = 0; i < weights.length; i++) {
    const bin = sums[Math.min(binCount - 1, Math.floor(weights[i]! * binCount))]!;
    bin.count++;
    bin.weight += weights[i]!;
    bin.outcome += outcomes[i]!;
  }
  const bins = sums.flatMap(({ count, weight, outcome }, i) => {
    const range = { least: i / binCount, most: (i + 1) / binCount };
    return count === 0 ? [] : [{ ...range, count, meanWeight: weight / count, frequency: outcome / count }];
  });
  const gaps = bins.reduce((sum, { count, meanWeight, frequency }) => {
    return sum + count * Math.abs(frequency - meanWeight);
  }, 0);
  return { bins, expectedError: gaps / weights.length };
}
