import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { joinLightness } from '../../src/data/joinLightness.js';
import { rgbToLab, rgbToLightness } from '../../src/data/lab.js';
import { randomUniform } from '../../src/random.js';
import { expectAllClose, expectTensorsKept } from '../support/numeric.js';

describe('joinLightness()', () => {
  it('brings back a picture from its lightness and its full-size colors', async () => {
    const rgb = randomUniform<tf.Rank.R4>([2, 5, 6, 3], 0);
    const [lightness, ab] = tf.split(rgbToLab(rgb), [1, 2], 3) as [tf.Tensor4D, tf.Tensor4D];
    await expectAllClose(joinLightness(lightness, ab), await rgb.data(), { rtol: 0, atol: 1e-4 });
  });

  it('keeps the lightness of every pixel where small colors stay in the gamut', async () => {
    const lightness = tf.add<tf.Tensor4D>(tf.mul(randomUniform([1, 16, 12, 1], 1), 40), 40);
    const ab = tf.sub<tf.Tensor4D>(tf.mul(randomUniform([1, 4, 3, 2], 2), 20), 10);
    const rgb = joinLightness(lightness, ab);
    expect(rgb.shape).toEqual([1, 16, 12, 3]);
    await expectAllClose(rgbToLightness(rgb), await lightness.data(), { rtol: 0, atol: 0.01 });
  });

  it('gives the grey picture without colors', async () => {
    const grey = tf.tile(randomUniform<tf.Rank.R4>([1, 4, 4, 1], 3), [1, 1, 1, 3]);
    const joined = joinLightness(rgbToLightness(grey), tf.zeros([1, 1, 1, 2]));
    await expectAllClose(joined, await grey.data(), { rtol: 0, atol: 1e-4 });
  });

  it('stays from 0 to 1 for colors that sRGB cannot show', async () => {
    const joined = joinLightness(tf.tensor4d([95, 5], [1, 1, 2, 1]), tf.tensor4d([120, -120], [1, 1, 1, 2]));
    const values = Array.from(await joined.data());
    expect(Math.min(...values)).toBe(0);
    expect(Math.max(...values)).toBe(1);
  });

  it('keeps the result and nothing else', () => {
    const [lightness, ab] = [tf.zeros<tf.Rank.R4>([1, 4, 4, 1]), tf.zeros<tf.Rank.R4>([1, 2, 2, 2])];
    expectTensorsKept(1, () => joinLightness(lightness, ab));
  });

  it('names the argument when a shape does not fit', () => {
    expect(() => joinLightness(tf.zeros([1, 4, 4, 3]), tf.zeros([1, 2, 2, 2]))).toThrow(
      "Cannot joinLightness as 'lightness' must have shape [batch, height, width, 1]: current shape is [1, 4, 4, 3]",
    );
    expect(() => joinLightness(tf.zeros([1, 4, 4, 1]), tf.zeros([2, 2, 2, 2]))).toThrow(
      "Cannot joinLightness as 'ab' must have shape [1, abHeight, abWidth, 2]: current shape is [2, 2, 2, 2]",
    );
  });
});
