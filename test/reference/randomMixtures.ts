import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';

import type { GaussianMixture } from '../../src/distributions/gaussianMixture.js';
import type { Mixture64 } from './mixture.js';

export interface MixtureCase {
  readonly z: readonly (readonly number[])[];
  readonly mixtures: readonly Mixture64[];
}

/** A float32 number from -`limit` to `limit` on a grid, so that float32 and float64 see the same. */
const coordinate = (limit: number) => fc.integer({ min: -limit * 64, max: limit * 64 }).map((i) => i / 64);

const vector = (length: number, limit: number) =>
  fc.array(coordinate(limit), { minLength: length, maxLength: length });

const matrix = (rows: number, columns: number, limit: number) =>
  fc.array(vector(columns, limit), { minLength: rows, maxLength: rows });

const mixture = (components: number, latentDim: number, deviations: number): fc.Arbitrary<Mixture64> =>
  fc.record({
    logits: vector(components, 3),
    means: matrix(components, latentDim, 2),
    logStdDevs: matrix(components, deviations, 1),
  });

/** Codes and one mixture for each: 1 to 3 examples, 1 to 4 components, 1 to 3 dimensions. */
export const mixtureCase: fc.Arbitrary<MixtureCase> = fc
  .tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 1, max: 3 }),
    fc.boolean(),
  )
  .chain(([batch, components, latentDim, isotropic]) =>
    fc.record({
      z: matrix(batch, latentDim, 2),
      mixtures: fc.array(mixture(components, latentDim, isotropic ? 1 : latentDim), {
        minLength: batch,
        maxLength: batch,
      }),
    }),
  );

/** `mixtures` as tensors, one example each. */
export const mixtureTensors = (mixtures: readonly Mixture64[]): GaussianMixture => ({
  logits: tf.tensor2d(mixtures.map(({ logits }) => [...logits])),
  means: tf.tensor3d(mixtures.map(({ means }) => means.map((row) => [...row]))),
  logStdDevs: tf.tensor3d(mixtures.map(({ logStdDevs }) => logStdDevs.map((row) => [...row]))),
});

export const codeTensor = (z: readonly (readonly number[])[]): tf.Tensor2D =>
  tf.tensor2d(z.map((row) => [...row]));

/** Settings of the property tests: few cases, the same ones in every run. */
export const PROPERTY: Readonly<{ numRuns: number; seed: number }> = { numRuns: 20, seed: 20261122 };
