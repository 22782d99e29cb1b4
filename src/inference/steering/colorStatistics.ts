/** Means of a and b and their covariances, Lab units. */
export interface AbStatistics {
  readonly mean: readonly [number, number];
  /** Of a with a, a with b, b with b. */
  readonly covariance: readonly [number, number, number];
}

/** Statistics of interleaved a and b. */
export function abStatistics(ab: ArrayLike<number>): AbStatistics {
  const count = ab.length / 2;
  let [a, b, aa, bb, cross] = [0, 0, 0, 0, 0];
  for (let i = 0; i < ab.length; i += 2) {
    a += ab[i]!;
    b += ab[i + 1]!;
    aa += ab[i]! ** 2;
    bb += ab[i + 1]! ** 2;
    cross += ab[i]! * ab[i + 1]!;
  }
  const mean = [a / count, b / count] as const;
  return {
    mean,
    covariance: [
      Math.max(0, aa / count - mean[0] ** 2),
      cross / count - mean[0] * mean[1],
      Math.max(0, bb / count - mean[1] ** 2),
    ],
  };
}

/** A symmetric 2 x 2 matrix: its upper left, off-diagonal and lower right element. */
type Symmetric = readonly [number, number, number];

/** The positive semidefinite root of such a matrix. */
function root([p, q, r]: Symmetric): Symmetric {
  const determinant = Math.sqrt(Math.max(0, p * r - q * q));
  const scale = Math.sqrt(Math.max(0, p + r + 2 * determinant));
  return scale === 0 ? [0, 0, 0] : [(p + determinant) / scale, q / scale, (r + determinant) / scale];
}

/** `outer inner outer` */
function sandwich([p, q, r]: Symmetric, [x, y, z]: Symmetric): Symmetric {
  const [a, b, c, d] = [p * x + q * y, p * y + q * z, q * x + r * y, q * y + r * z];
  return [a * p + b * q, a * q + b * r, c * q + d * r];
}

/**
 * Distance of the normal distributions with given statistics: the least root mean square way from one to the other.
 *
 * `sqrt( |m1 - m2|**2 + trace(S1 + S2 - 2 (S1**(1/2) S2 S1**(1/2))**(1/2)) )`
 *
 * @see D. C. Dowson, B. V. Landau, The Fréchet distance between multivariate normal distributions, 1982.
 */
export function statisticsDistance(one: AbStatistics, other: AbStatistics): number {
  const [[a1, b1], [a2, b2]] = [one.mean, other.mean];
  const common = root(sandwich(root(one.covariance), other.covariance));
  const trace = ([p, , r]: Symmetric): number => p + r;
  const spread = trace(one.covariance) + trace(other.covariance) - 2 * trace(common);
  return Math.sqrt((a1 - a2) ** 2 + (b1 - b2) ** 2 + Math.max(0, spread));
}
