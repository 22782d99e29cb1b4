import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { sampleMixture } from '../../src/distributions/sampleMixture.js';
import { type Mixture64, mixtureMean64, mixtureVariance64, weights64 } from '../reference/mixture.js';
import { mixtureTensors } from '../reference/randomMixtures.js';
import { expectAllClose, expectTensorsKept } from '../support/numeric.js';

const diagonal: Mixture64 = {
  logits: [0, 1, -0.5],
  means: [
    [-2, 0],
    [1, 1],
    [3, -4],
  ],
  logStdDevs: [
    [-1, 0.5],
    [0, -0.7],
    [0.3, 0.2],
  ],
};
const isotropic: Mixture64 = { ...diagonal, logits: [-1, 0, 1], logStdDevs: [[-0.5], [0.2], [0.4]] };

const COUNT = 5000;

const average = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** Draws `COUNT` codes of one mixture; gives them by dimension, with their components. */
async function draw(mixture: Mixture64, temperature = 1) {
  const options = { count: COUNT, seed: 0, temperature };
  const { codes, components } = sampleMixture(mixtureTensors([mixture]), options);
  const values = await codes.data();
  const dimension = (j: number) => Array.from({ length: COUNT }, (_, i) => values[2 * i + j]!);
  return { dimensions: [dimension(0), dimension(1)], components: Array.from(await components.data()) };
}

/** Four standard errors of the mean of `values`. */
const errorOfMean = (values: readonly number[]): number => {
  const mean = average(values);
  return 4 * Math.sqrt(average(values.map((x) => (x - mean) ** 2)) / values.length);
};

describe('sampleMixture()', () => {
  it.each([
    ['diagonal', diagonal],
    ['isotropic', isotropic],
  ])('draws codes with the moments of a mixture with %s deviations', async (_, mixture) => {
    const { dimensions } = await draw(mixture);
    for (const [j, values] of dimensions.entries()) {
      const mean = mixtureMean64(mixture)[j]!;
      const squares = values.map((x) => (x - mean) ** 2);
      expect(Math.abs(average(values) - mean)).toBeLessThan(errorOfMean(values));
      expect(Math.abs(average(squares) - mixtureVariance64(mixture)[j]!)).toBeLessThan(errorOfMean(squares));
    }
  });

  it.each([0.3, 1, 2])(
    'draws components by weight at temperature %f, with deviations in proportion to it',
    async (temperature) => {
      const { dimensions, components } = await draw(diagonal, temperature);
      for (const [k, weight] of weights64(diagonal).entries()) {
        const drawn = components.map((component) => (component === k ? 1 : 0));
        expect(Math.abs(average(drawn) - weight)).toBeLessThan(
          4 * Math.sqrt((weight * (1 - weight)) / COUNT),
        );
        const squares = dimensions[1]!
          .filter((_, i) => components[i] === k)
          .map((x) => (x - diagonal.means[k]![1]!) ** 2);
        const expected = (temperature * Math.exp(diagonal.logStdDevs[k]![1]!)) ** 2;
        expect(Math.abs(average(squares) - expected)).toBeLessThan(errorOfMean(squares));
      }
    },
  );

  it('gives the component means at temperature 0', async () => {
    const tensors = mixtureTensors([isotropic]);
    const { codes, components } = sampleMixture(tensors, { count: 20, seed: 1, temperature: 0 });
    const expected = Array.from(await components.data()).flatMap((k) => isotropic.means[k]!);
    await expectAllClose(codes, expected, { atol: 0 });
  });

  it('repeats for the same seed and differs for another', async () => {
    const tensors = mixtureTensors([diagonal]);
    const codes = async (seed: number) => sampleMixture(tensors, { count: 4, seed }).codes.data();
    expect(await codes(0)).toEqual(await codes(0));
    expect(await codes(0)).not.toEqual(await codes(1));
  });

  it('gives examples the codes that they have alone, however they are batched', async () => {
    const other = {
      ...diagonal,
      logits: [1, 0, 0.5],
      means: [
        [9, 8],
        [7, 6],
        [5, 4],
      ],
    };
    const three = [diagonal, diagonal, other];
    const { codes } = sampleMixture(mixtureTensors(three), { count: 3, seed: 9, firstExample: 5 });
    const batched = Array.from(await codes.data());
    expect(batched.slice(0, 6)).not.toEqual(batched.slice(6, 12));
    for (const [i, mixture] of three.entries()) {
      const alone = sampleMixture(mixtureTensors([mixture]), { count: 3, seed: 9, firstExample: 5 + i });
      await expectAllClose(alone.codes, batched.slice(6 * i, 6 * i + 6));
    }
  });

  it('begins with the same codes when more are drawn', async () => {
    const tensors = mixtureTensors([diagonal]);
    const [few, many] = [3, 8].map((count) => sampleMixture(tensors, { count, seed: 2 }));
    await expectAllClose(few!.codes, (await many!.codes.data()).slice(0, 6));
    expect(await few!.components.data()).toEqual((await many!.components.data()).slice(0, 3));
  });

  it('does not depend on a constant added to the logits, nor draw from components without weight', async () => {
    const draw = (logits: number[]) =>
      sampleMixture(mixtureTensors([{ ...diagonal, logits }]), { count: 100, seed: 3 }).components.data();
    // From 2**23 on, float32 holds integers and no fractions.
    const constant = 2 ** 23;
    expect(await draw([constant, constant + 1, constant + 2])).toEqual(await draw([0, 1, 2]));
    const sure = { ...diagonal, logits: [-1e4, 1e4, 0] };
    const only = sampleMixture(mixtureTensors([sure]), { count: 40, seed: 3 });
    await expectAllClose(only.components, new Array(40).fill(1), { atol: 0 });
  });

  it('has shapes [batch, count, latentDim] and [batch, count]', () => {
    const { codes, components } = sampleMixture(mixtureTensors([diagonal, diagonal]), { count: 5, seed: 0 });
    expect(codes.shape).toEqual([2, 5, 2]);
    expect(components.shape).toEqual([2, 5]);
    expect(components.dtype).toBe('int32');
  });

  it('names the argument that is out of range', () => {
    const tensors = mixtureTensors([diagonal]);
    expect(() => sampleMixture(tensors, { count: 0, seed: 0 })).toThrow(
      "Cannot sample a mixture as 'count' must be a positive integer: current value is 0",
    );
    expect(() => sampleMixture(tensors, { count: 1, seed: -1 })).toThrow(
      "Cannot sample a mixture as 'seed' must be a non-negative integer: current value is -1",
    );
    expect(() => sampleMixture(tensors, { count: 1, seed: 0, temperature: -0.5 })).toThrow(
      "Cannot sample a mixture as 'temperature' must be a non-negative finite number: current value is -0.5",
    );
    expect(() => sampleMixture(tensors, { count: 1, seed: 0, firstExample: 0.5 })).toThrow(
      "Cannot sample a mixture as 'firstExample' must be a non-negative integer: current value is 0.5",
    );
    expect(() => sampleMixture({ ...tensors, logits: tf.zeros([1, 2]) }, { count: 1, seed: 0 })).toThrow(
      "Cannot sample a mixture as 'mixture.means' must have shape [1, 2, latentDim]: current shape is [1, 3, 2]",
    );
  });

  it('keeps codes and components and nothing else', () => {
    const tensors = mixtureTensors([diagonal]);
    expectTensorsKept(2, () => sampleMixture(tensors, { count: 2, seed: 0 }));
  });
});
