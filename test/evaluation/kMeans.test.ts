import { describe, expect, it } from 'vitest';

import { kMeans, spreadPoints } from '../../src/evaluation/kMeans.js';
import golden from '../golden/metrics.json' with { type: 'json' };
import { expectAllClose } from '../support/numeric.js';

const { points, start, centers, labels } = golden.kMeans;

describe('kMeans()', () => {
  it('ends where scikit-learn does from the same start', async () => {
    const found = kMeans(points, start);
    await expectAllClose(found.centers.flatMap((center) => [...center]), centers.flat(), { rtol: 1e-6 }); // prettier-ignore
    const share = (k: number) => labels.filter((label) => label === k).length / labels.length;
    expect(found.shares).toEqual([share(0), share(1), share(2)]);
  });

  it('keeps a center that no point is nearest to', () => {
    const { centers, shares } = kMeans([[0], [2]], [[1], [50]]);
    expect(centers.map((center) => center[0])).toEqual([1, 50]);
    expect(shares).toEqual([1, 0]);
  });
});

describe('spreadPoints()', () => {
  it('draws points of different groups, by the seed', () => {
    const groups = [0, 0, 0, 100, 100, 200].map((value) => [value]);
    for (let seed = 0; seed < 10; seed++) {
      const drawn = spreadPoints(groups, 3, seed).map(([value]) => value!);
      expect(drawn.toSorted((one, other) => one - other)).toEqual([0, 100, 200]);
    }
    expect(spreadPoints(points, 3, 1)).toEqual(spreadPoints(points, 3, 1));
    expect(spreadPoints(points, 3, 1)).not.toEqual(spreadPoints(points, 3, 2));
  });

  it('gives as many points as there are different ones', () => {
    expect(spreadPoints([[1], [1], [1]], 3, 0)).toEqual([[1]]);
  });
});
