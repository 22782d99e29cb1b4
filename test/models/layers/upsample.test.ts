import * as tf from '@tensorflow/tfjs-core';
import { input } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';

import {
  Upsample,
  upsample,
  UPSAMPLE_METHODS,
  type UpsampleMethod,
} from '../../../src/models/layers/upsample.js';
import golden from '../../golden/models/layers.json' with { type: 'json' };
import { goldenUniform } from '../../support/goldenWeights.js';
import { expectAllClose, expectTensorsKept } from '../../support/numeric.js';

const maps = () => tf.tensor4d(goldenUniform(48, 1), [2, 3, 4, 2]);
const upstream = () => tf.tensor4d(goldenUniform(192, 2), [2, 6, 8, 2]);

describe('upsample()', () => {
  it.each(UPSAMPLE_METHODS)('equals PyTorch for %s', async (method) => {
    const doubled = upsample(maps(), method);
    expect(doubled.shape).toEqual([2, 6, 8, 2]);
    await expectAllClose(doubled, golden.upsample[method].output);
  });

  it.each(UPSAMPLE_METHODS)('has the gradient of PyTorch for %s, on a batch of two', async (method) => {
    const gradient = tf.grad((x) => tf.sum(tf.mul(upsample(x as tf.Tensor4D, method), upstream())))(maps());
    await expectAllClose(gradient, golden.upsample[method].gradient);
  });

  it.each(UPSAMPLE_METHODS)(
    'keeps a constant map constant for %s, a single pixel included',
    async (method) => {
      const constant = tf.mul<tf.Tensor4D>(tf.ones([1, 1, 5, 3]), 0.75);
      await expectAllClose(upsample(constant, method), new Array<number>(60).fill(0.75));
    },
  );

  it('keeps the result and nothing else, also when differentiated', () => {
    for (const method of UPSAMPLE_METHODS) {
      const x = maps();
      expectTensorsKept(1, () => upsample(x, method));
      expectTensorsKept(1, () => tf.grad((y) => tf.sum(upsample(y as tf.Tensor4D, method)))(x));
    }
  });

  it('names a map without a batch axis', () => {
    expect(() => upsample(tf.zeros<tf.Rank>([3, 4, 2]) as tf.Tensor4D, 'nearest')).toThrow(
      "Cannot upsample as 'x' must have shape [batch, height, width, channels]: current shape is [3, 4, 2]",
    );
  });
});

describe('Upsample', () => {
  it('doubles known axes and leaves unknown ones open', () => {
    const double = (shape: (number | null)[]) =>
      (new Upsample({ method: 'nearest' }).apply(input({ shape })) as { shape: unknown }).shape;
    expect(double([3, 4, 2])).toEqual([null, 6, 8, 2]);
    expect(double([null, 4, 2])).toEqual([null, null, 8, 2]);
  });

  it('names the methods when given another one', () => {
    expect(() => new Upsample({ method: 'bicubic' as UpsampleMethod })).toThrow(
      'Cannot create Upsample as \'method\' must be one of "nearest", "bilinearHalfPixel", "bilinearAlignCorners", ' +
        '"bilinearLegacy": current value is "bicubic"',
    );
  });
});
