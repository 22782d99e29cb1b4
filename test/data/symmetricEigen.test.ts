import { describe, expect, it } from 'vitest';

import { symmetricEigen } from '../../src/data/symmetricEigen.js';
import { randomGenerator } from '../../src/random.js';
import golden from '../golden/colorComponents.json' with { type: 'json' };
import { expectAllClose } from '../support/numeric.js';

const tight = { rtol: 1e-7, atol: 1e-8 };

/** Row-major product of square matrices, the second one transposed. */
function timesTransposed(x: Float64Array, y: Float64Array, size: number): Float64Array {
  return Float64Array.from({ length: size ** 2 }, (_, i) => {
    const [row, column] = [Math.floor(i / size) * size, (i % size) * size];
    return x.subarray(row, row + size).reduce((sum, value, k) => sum + value * y[column + k]!, 0);
  });
}

const identity = (size: number) =>
  Float64Array.from({ length: size ** 2 }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));

describe('symmetricEigen()', () => {
  it('equals NumPy up to the sign of the vectors', async () => {
    const { matrix, values, vectors } = golden.symmetric;
    const eigen = symmetricEigen(Float64Array.from(matrix), 6);
    await expectAllClose(eigen.values, values, tight);
    const aligned = eigen.vectors.map((x, i) => {
      const row = eigen.vectors.subarray(i - (i % 6), i - (i % 6) + 6);
      const overlap = row.reduce((sum, value, k) => sum + value * vectors[i - (i % 6) + k]!, 0);
      return x * Math.sign(overlap);
    });
    await expectAllClose(aligned, vectors, tight);
  });

  it('has orthonormal vectors that diagonalize the matrix', async () => {
    const size = 40;
    const generator = randomGenerator(0);
    const factor = Float64Array.from({ length: size ** 2 }, generator.normal);
    const matrix = timesTransposed(factor, factor, size);
    const { values, vectors } = symmetricEigen(matrix, size);
    await expectAllClose(timesTransposed(vectors, vectors, size), identity(size), { atol: 1e-12 });
    const rotated = timesTransposed(timesTransposed(vectors, matrix, size), vectors, size);
    await expectAllClose(
      rotated,
      identity(size).map((x, i) => x * values[i % size]!),
      { atol: 1e-9 },
    );
  });

  it('takes matrices of low rank and equal eigenvalues', async () => {
    const ones = new Float64Array(25).fill(1);
    await expectAllClose(symmetricEigen(ones, 5).values, [5, 0, 0, 0, 0], { atol: 1e-12 });
    await expectAllClose(symmetricEigen(identity(4), 4).values, [1, 1, 1, 1], { atol: 0 });
    await expectAllClose(symmetricEigen(new Float64Array(9), 3).values, [0, 0, 0], { atol: 0 });
  });

  it('leaves its argument as it is', () => {
    const matrix = Float64Array.of(2, 1, 1, 2);
    symmetricEigen(matrix, 2);
    expect(Array.from(matrix)).toEqual([2, 1, 1, 2]);
  });
});
