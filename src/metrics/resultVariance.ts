import { assertResults } from './assertions.js';

/**
 * How much results of one photo differ: the variance of each value over the results, averaged over the values.
 *
 * `mean{ mean{ (results[k][i] - m[i])**2 : k } : i }` with `m[i] = mean{ results[k][i] : k }`: the population variance, divided
 * by the number of results, not by one less.
 *
 * @param results Values of each result, in any unit and layout: color fields `ab / 128` for the figure of the paper.
 * @returns In the squared unit of the values, 0 or more; `null` for one result, which has no variance.
 * @throws {RangeError} If there is no result, or they differ in length.
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017, section 6: variance.
 */
export function resultVariance(results: readonly ArrayLike<number>[]): number | null {
  assertResults('compute resultVariance', results);
  const count = results.length;
  if (count === 1) return null;
  const { length } = results[0]!;
  let sum = 0;
  for (let i = 0; i < length; i++) {
    let mean = 0;
    for (const result of results) mean += result[i]! / count;
    for (const result of results) sum += (result[i]! - mean) ** 2;
  }
  return sum / (count * length);
}
