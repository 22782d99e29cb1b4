import { argumentMessage, assertPositiveInteger } from '../errors.js';

const ACTION = 'interpolate latents';

/**
 * Codes on the straight line from one code to another, both ends included.
 *
 * `z[i] = (1 - t) * from + t * to` with `t = i / (count - 1)`
 *
 * @param from Latent code, `latentDim` numbers.
 * @param to Latent code of the same length.
 * @param count Number of codes, at least 2.
 * @throws {RangeError} If the codes differ in length, or `count` is not an integer of at least 2.
 */
export function interpolateLatents(from: Float32Array, to: Float32Array, count: number): Float32Array[] {
  assertPositiveInteger(ACTION, 'count', count);
  if (count < 2) throw new RangeError(argumentMessage(ACTION, 'count', 'be at least 2', count));
  if (to.length !== from.length) {
    throw new RangeError(argumentMessage(ACTION, 'to.length', `be ${from.length}`, to.length));
  }
  return Array.from({ length: count }, (_, i) => {
    const share = i / (count - 1);
    return from.map((value, j) => (1 - share) * value + share * to[j]!);
  });
}
