/** Rotations below this share of the diagonal change nothing that float64 can hold. */
const NEGLIGIBLE = 2 ** -53;

/** Cyclic Jacobi converges quadratically: ten sweeps are many. */
const MOST_SWEEPS = 60;

/** Eigenvalues and eigenvectors of a symmetric matrix, the largest eigenvalue first. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  /** Orthonormal eigenvectors as rows, in the order of `values`, shape `[size, size]`. */
  readonly vectors: Float64Array;
}

/** The cosine and sine of the rotation that makes the off-diagonal element zero. */
function rotationOf(first: number, offDiagonal: number, second: number): [cosine: number, sine: number] {
  const ratio = (second - first) / (2 * offDiagonal);
  const tangent = Math.sign(ratio || 1) / (Math.abs(ratio) + Math.hypot(1, ratio));
  const cosine = 1 / Math.hypot(1, tangent);
  return [cosine, cosine * tangent];
}

/** Turns the elements `i` and `j` of each of `size` pairs, which follow each other in steps of `stride`. */
function rotate(
  x: Float64Array,
  [i, j]: readonly [number, number],
  [cosine, sine]: readonly [number, number],
  [size, stride]: readonly [number, number],
): void {
  for (let k = 0; k < size * stride; k += stride) {
    const a = x[i + k]!;
    const b = x[j + k]!;
    x[i + k] = cosine * a - sine * b;
    x[j + k] = sine * a + cosine * b;
  }
}

interface Decomposition {
  readonly matrix: Float64Array;
  readonly vectors: Float64Array;
  readonly size: number;
}

/** Makes the elements (p, q) and (q, p) zero; says whether they were not negligible. */
function annihilate({ matrix, vectors, size }: Decomposition, p: number, q: number): boolean {
  const first = matrix[p * (size + 1)]!;
  const second = matrix[q * (size + 1)]!;
  const offDiagonal = matrix[p * size + q]!;
  if (Math.abs(offDiagonal) <= NEGLIGIBLE * Math.sqrt(Math.abs(first * second))) return false;
  const rotation = rotationOf(first, offDiagonal, second);
  rotate(matrix, [p, q], rotation, [size, size]); // columns
  rotate(matrix, [p * size, q * size], rotation, [size, 1]); // rows
  rotate(vectors, [p * size, q * size], rotation, [size, 1]);
  return true;
}

/** Visits every off-diagonal element once; says whether one of them was not negligible. */
function sweep(decomposition: Decomposition): boolean {
  let changed = false;
  for (let p = 0; p < decomposition.size; p++) {
    for (let q = p + 1; q < decomposition.size; q++) {
      changed = annihilate(decomposition, p, q) || changed;
    }
  }
  return changed;
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix, by cyclic Jacobi rotations in float64.
 *
 * @param symmetric Row-major matrix of shape `[size, size]`; it is not changed.
 * @see G. H. Golub, C. F. Van Loan, Matrix Computations, section 8.5.
 */
export function symmetricEigen(symmetric: Float64Array, size: number): SymmetricEigen {
  const matrix = symmetric.slice();
  const vectors = Float64Array.from(matrix, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
  for (let done = 0; done < MOST_SWEEPS && sweep({ matrix, vectors, size }); done++);

  const diagonal = Float64Array.from({ length: size }, (_, i) => matrix[i * (size + 1)]!);
  const order = Array.from(diagonal.keys()).sort((i, j) => diagonal[j]! - diagonal[i]!);
  const sorted = new Float64Array(size ** 2);
  order.forEach((row, i) => sorted.set(vectors.subarray(row * size, (row + 1) * size), i * size));
  return { values: Float64Array.from(order, (i) => diagonal[i]!), vectors: sorted };
}
