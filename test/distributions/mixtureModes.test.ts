import { describe, expect, it } from 'vitest';

import { mixtureModes } from '../../src/distributions/mixtureModes.js';
import { weights64 } from '../reference/mixture.js';
import { mixtureTensors } from '../reference/randomMixtures.js';
import { expectAllClose, expectTensorsKept } from '../support/numeric.js';

const mixtures = [
  {
    logits: [0, 2, -1],
    means: [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    logStdDevs: [[0], [0], [0]],
  },
  {
    logits: [1, 1, 1.5],
    means: [
      [-1, -2],
      [-3, -4],
      [-5, -6],
    ],
    logStdDevs: [[0], [0], [0]],
  },
];

describe('mixtureModes()', () => {
  it('orders the means by weight, of equal weights the lower index first', async () => {
    const { codes, weights, components } = mixtureModes(mixtureTensors(mixtures));
    expect(codes.shape).toEqual([2, 3, 2]);
    expect(components.dtype).toBe('int32');
    await expectAllClose(components, [1, 0, 2, 2, 0, 1], { atol: 0 });
    await expectAllClose(codes, [3, 4, 1, 2, 5, 6, -5, -6, -1, -2, -3, -4], { atol: 0 });
    const [first, second] = mixtures.map(weights64);
    await expectAllClose(weights, [1, 0, 2].map((k) => first![k]!).concat([2, 0, 1].map((k) => second![k]!)));
  });

  it('keeps the order of 16 equal weights', async () => {
    const indices = Array.from({ length: 16 }, (_, k) => k);
    const equal = {
      logits: indices.map(() => 0),
      means: indices.map((k) => [k]),
      logStdDevs: indices.map(() => [0]),
    };
    const { codes, components } = mixtureModes(mixtureTensors([equal]));
    await expectAllClose(components, indices, { atol: 0 });
    await expectAllClose(codes, indices, { atol: 0 });
  });

  it('keeps the likeliest alone when told how many', async () => {
    const { codes, weights, components } = mixtureModes(mixtureTensors(mixtures), { count: 1 });
    expect(weights.shape).toEqual([2, 1]);
    await expectAllClose(components, [1, 2], { atol: 0 });
    await expectAllClose(codes, [3, 4, -5, -6], { atol: 0 });
    const all = mixtureModes(mixtureTensors(mixtures), { count: undefined as unknown as number });
    expect(all.codes.shape).toEqual([2, 3, 2]);
  });

  it('names the count when there are not so many components, or none is wanted', () => {
    const tensors = mixtureTensors(mixtures);
    expect(() => mixtureModes(tensors, { count: 4 })).toThrow(
      "Cannot compute mixtureModes as 'count' must be at most 3, the number of components: current value is 4",
    );
    expect(() => mixtureModes(tensors, { count: 0 })).toThrow(
      "Cannot compute mixtureModes as 'count' must be a positive integer: current value is 0",
    );
  });

  it('names the argument when the parameters do not fit', () => {
    const { logits, means, logStdDevs } = mixtureTensors(mixtures);
    expect(() => mixtureModes({ logits, means: logStdDevs, logStdDevs: means })).toThrow(
      "Cannot compute mixtureModes as 'mixture.logStdDevs' must have shape [2, 3, 1]: current shape is [2, 3, 2]",
    );
  });

  it('keeps codes, weights and components and nothing else', () => {
    const tensors = mixtureTensors(mixtures);
    expectTensorsKept(3, () => mixtureModes(tensors));
  });
});
