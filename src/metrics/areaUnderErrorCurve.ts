import { argumentMessage, assertPositive } from '../errors.js';
import { assertLength, assertNotEmpty } from './assertions.js';

const ACTION = 'compute areaUnderErrorCurve';

export interface AreaUnderErrorCurveOptions {
  /**
   * Where the curve ends, in the unit of the distances.
   *
   * @defaultValue `150`, for distances in the ab plane
   */
  readonly limit?: number;
  /**
   * How much each pixel counts, 0 or more: `pixelWeights` of the true colors for the class-rebalanced area.
   *
   * @defaultValue all pixels count the same
   */
  readonly weights?: ArrayLike<number>;
}

/**
 * The area under the cumulative curve of errors, as a share of the largest there can be.
 *
 * The curve is the share of pixels whose error is at most `t`, for `t` from 0 to `limit`. Its area is
 * `sum{ w[i] max(0, 1 - distances[i] / limit) : i } / sum{ w[i] : i }`: exact, no sum over thresholds is needed.
 *
 * @param distances Error of each pixel, 0 or more: the Euclidean distance of a and b, in Lab units.
 * @returns From 0 to 1; 1 where every error is 0. Papers print it in percent.
 * @throws {RangeError} If there is no pixel, the weights do not fit or add up to 0, or a number is out of range.
 * @see R. Zhang, P. Isola, A. A. Efros, Colorful Image Colorization, 2016, section 3.1: raw accuracy.
 */
export function areaUnderErrorCurve(
  distances: ArrayLike<number>,
  options: AreaUnderErrorCurveOptions = {},
): number {
  const { limit = 150, weights } = options;
  assertPositive(ACTION, 'limit', limit);
  assertNotEmpty(ACTION, 'distances', distances);
  if (weights) assertLength(ACTION, 'weights', weights.length, [distances.length, 'distances']);
  let [area, total] = [0, 0];
  for (let i = 0; i < distances.length; i++) {
    const weight = weights ? weights[i]! : 1;
    area += weight * Math.max(0, 1 - distances[i]! / limit);
    total += weight;
  }
  if (total > 0) return area / total;
  throw new RangeError(argumentMessage(ACTION, 'the sum of weights', 'be above 0', total));
}
