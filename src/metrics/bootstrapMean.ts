import { argumentMessage, assertNonNegativeInteger, assertPositiveInteger } from '../errors.js';
import { randomGenerator } from '../random.js';
import { assertAllFinite, assertLength } from './assertions.js';

const ACTION = 'compute bootstrapMean';

/** A figure of a set of photos, and how far chance in the choice of the photos could have moved it. */
export interface Estimate {
  readonly value: number;
  /** Bounds of the confidence interval; `null` for one photo. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Number of photos that the figure is of. */
  readonly count: number;
}

export interface BootstrapOptions {
  /** Non-negative integer; equal seeds draw the same photos, so that figures of one set are comparable pair by pair. */
  readonly seed: number;
  /**
   * Sets that are drawn.
   *
   * @defaultValue `1000`
   */
  readonly resamples?: number;
  /**
   * Share of the drawn sets' figures that lies inside the interval, above 0 and below 1.
   *
   * @defaultValue `0.95`
   */
  readonly level?: number;
  /**
   * How much each value counts, 0 or more.
   *
   * @defaultValue all count the same
   */
  readonly weights?: ArrayLike<number>;
  /**
   * What becomes of the mean of a set: `Math.abs` of a mean difference, `Math.sqrt` of a mean square.
   *
   * @defaultValue the mean as it is
   */
  readonly transform?: (mean: number) => number;
}

type Settings = Required<Omit<BootstrapOptions, 'weights'>> & Pick<BootstrapOptions, 'weights'>;

function checkedSettings(values: ArrayLike<number>, options: BootstrapOptions): Settings {
  const { seed, resamples = 1000, level = 0.95, weights, transform = (mean: number) => mean } = options;
  assertNonNegativeInteger(ACTION, 'seed', seed);
  assertPositiveInteger(ACTION, 'resamples', resamples);
  if (!(level > 0 && level < 1))
    throw new RangeError(argumentMessage(ACTION, 'level', 'be above 0 and below 1', level));
  assertAllFinite(ACTION, 'values', values);
  if (weights) assertLength(ACTION, 'weights', weights.length, [values.length, 'values']);
  return { seed, resamples, level, transform, ...(weights && { weights }) };
}

/** The weighted mean of the values at `count` places; `null` where the weights there add up to 0. */
function weightedMean(
  values: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  place: (i: number) => number,
): number | null {
  let [sum, total] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const at = place(i);
    const weight = weights ? weights[at]! : 1;
    sum += weight * values[at]!;
    total += weight;
  }
  return total > 0 ? sum / total : null;
}

/** The value below which a share of ascending values lies, between two of them where it falls there. */
function quantile(ascending: Float64Array, share: number): number {
  const position = share * (ascending.length - 1);
  const below = Math.floor(position);
  const [one, other] = [ascending[below]!, ascending[Math.min(below + 1, ascending.length - 1)]!];
  return one + (other - one) * (position - below);
}

/**
 * The mean of a figure over photos, with a confidence interval by the percentile bootstrap.
 *
 * Sets of as many photos are drawn from the photos, with replacement; the bounds are quantiles of their means.
 *
 * @param values The figure of each photo.
 * @returns `null` where there is no value or the weights add up to 0.
 * @throws {RangeError} If a value is not finite, the weights do not fit, or an option is out of range.
 * @see B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3.
 * @example
 * ```ts
 * import { bootstrapMean } from 'polyhue/metrics';
 *
 * const differences = [0.011, -0.002, 0.007, 0.004, 0.009]; // of two models, photo by photo
 * console.log(bootstrapMean(differences, { seed: 0 }));
 * ```
 */
export function bootstrapMean(values: ArrayLike<number>, options: BootstrapOptions): Estimate | null {
  const { seed, resamples, level, weights, transform } = checkedSettings(values, options);
  const { length: count } = values;
  const mean = weightedMean(values, weights, (i) => i);
  if (mean === null) return null;
  const value = transform(mean);
  if (count === 1) return { value, interval: null, count };
  const { integer } = randomGenerator(seed);
  const means = Float64Array.from({ length: resamples }, () => {
    const drawn = weightedMean(values, weights, () => integer(count));
    return transform(drawn ?? mean); // A draw of photos without weight says nothing against the mean.
  }).sort();
  const tail = (1 - level) / 2;
  return { value, interval: [quantile(means, tail), quantile(means, 1 - tail)], count };
}
