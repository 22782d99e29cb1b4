import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import {
  abToColorField,
  colorFieldToAb,
  greyLevelToLightness,
  labToNetwork,
  lightnessToGreyLevel,
  networkToLab,
} from '../../src/data/networkColor.js';
import { randomUniform } from '../../src/random.js';
import { expectAllClose, expectTensorsKept } from '../support/numeric.js';

const black = [0, 0, 0];
const grey = [50, 64, -32];
const white = [100, -128, 127];
const lab = () => tf.tensor4d([...black, ...grey, ...white], [1, 1, 3, 3]);

describe('labToNetwork()', () => {
  it('gives L / 50 - 1 and ab / 128', async () => {
    const { greyLevel, colorField } = labToNetwork(lab());
    expect(greyLevel.shape).toEqual([1, 1, 3, 1]);
    expect(colorField.shape).toEqual([1, 1, 3, 2]);
    await expectAllClose(greyLevel, [-1, 0, 1], { rtol: 0 });
    await expectAllClose(colorField, [0, 0, 0.5, -0.25, -1, 127 / 128], { rtol: 0, atol: 0 });
  });

  it('is undone by networkToLab', async () => {
    const values = randomUniform<tf.Rank.R4>([2, 3, 4, 3], 0);
    const scaled = tf.sub<tf.Tensor4D>(tf.mul(values, [100, 200, 200]), [0, 100, 100]);
    const { greyLevel, colorField } = labToNetwork(scaled);
    await expectAllClose(networkToLab(greyLevel, colorField), await scaled.data(), { atol: 1e-5 });
  });

  it('keeps the two results and nothing else', () => {
    const input = lab();
    expectTensorsKept(2, () => labToNetwork(input));
    const { greyLevel, colorField } = labToNetwork(input);
    expectTensorsKept(1, () => networkToLab(greyLevel, colorField));
  });

  it('names the argument when a shape does not fit', () => {
    expect(() => labToNetwork(tf.zeros([1, 2, 2, 2]))).toThrow(
      "Cannot compute labToNetwork as 'lab' must have shape [batch, height, width, 3]: current shape is [1, 2, 2, 2]",
    );
    expect(() => networkToLab(tf.zeros([1, 2, 2, 2]), tf.zeros([1, 2, 2, 2]))).toThrow(
      "Cannot compute networkToLab as 'greyLevel' must have shape [batch, height, width, 1]: current shape is [1, 2, 2, 2]",
    );
    expect(() => networkToLab(tf.zeros([1, 2, 2, 1]), tf.zeros([1, 2, 3, 2]))).toThrow(
      "Cannot compute networkToLab as 'colorField' must have shape [1, 2, 2, 2]: current shape is [1, 2, 3, 2]",
    );
  });
});

describe('lightnessToGreyLevel(), abToColorField() and their inverses', () => {
  it('undo each other for any shape', async () => {
    const lightness = tf.tensor1d([0, 12.5, 50, 100]);
    await expectAllClose(lightnessToGreyLevel(lightness), [-1, -0.75, 0, 1]);
    await expectAllClose(greyLevelToLightness(lightnessToGreyLevel(lightness)), [0, 12.5, 50, 100]);
    const ab = tf.tensor2d([
      [-128, 0],
      [1, 127],
    ]);
    await expectAllClose(abToColorField(ab), [-1, 0, 1 / 128, 127 / 128], { rtol: 0, atol: 0 });
    await expectAllClose(colorFieldToAb(abToColorField(ab)), [-128, 0, 1, 127], { rtol: 0, atol: 0 });
  });

  it('keep the result and nothing else', () => {
    const x = tf.tensor1d([1, 2]);
    for (const convert of [lightnessToGreyLevel, greyLevelToLightness, abToColorField, colorFieldToAb]) {
      expectTensorsKept(1, () => convert(x));
    }
  });
});
