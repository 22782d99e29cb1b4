import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { ZHANG_BLOCKS, zhangFeatures } from '../../src/models/zhangFeatures.js';
import golden from '../golden/models/zhangSmall.json' with { type: 'json' };
import { fillWithGoldenWeights, goldenUniform } from '../support/goldenWeights.js';
import { expectAllClose, expectTensorsKept } from '../support/numeric.js';

const FILTERS = [4, 5, 6, 7, 7, 7, 7];
const blocks = ZHANG_BLOCKS.map((block, i) => ({ ...block, filters: FILTERS[i]! }));
const lightness = () =>
  tf.tensor4d(
    goldenUniform(16 * 24, 6).map((u) => 50 + 50 * u),
    [1, 16, 24, 1],
  );

describe('zhangFeatures()', () => {
  it.each(['v1', 'v2'] as const)('equals PyTorch with the input scale of release %s', async (release) => {
    const network = zhangFeatures({ release, blocks });
    fillWithGoldenWeights(network);
    const features = network.apply(lightness()) as tf.Tensor;
    expect(features.shape).toEqual([1, 2, 3, 7]);
    await expectAllClose(features, golden[release], { rtol: 1e-3, atol: 1e-5 });
    network.dispose();
  });

  it('takes any sides that are multiples of 8', () => {
    const network = zhangFeatures({ blocks });
    expect((network.apply(tf.zeros([1, 8, 40, 1])) as tf.Tensor).shape).toEqual([1, 1, 5, 7]);
    network.dispose();
  });

  it('keeps the result and nothing else, and frees its weights', () => {
    expectTensorsKept(0, () => zhangFeatures({ blocks }).dispose());
    const network = zhangFeatures({ blocks });
    const input = lightness();
    expectTensorsKept(1, () => network.apply(input));
    network.dispose();
  });

  it('names the releases when given another one', () => {
    expect(() => zhangFeatures({ release: 'v3' as 'v1' })).toThrow(
      'Cannot create zhangFeatures as \'release\' must be one of "v1", "v2": current value is "v3"',
    );
  });
});
