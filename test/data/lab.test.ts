import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { clipToGamut, labToRgb, rgbToLab, rgbToLightness } from '../../src/data/lab.js';
import { randomUniform } from '../../src/random.js';
import golden from '../golden/lab.json' with { type: 'json' };
import { rgbToLab64 } from '../reference/lab.js';
import { expectAllClose, expectAllFinite, expectTensorsKept, numericGradient } from '../support/numeric.js';

/** Every color of a grid over the cube, blue fastest. */
function colorGrid(side: number, [least, most]: readonly [number, number] = [0, 1]): number[] {
  const steps = Array.from({ length: side }, (_, i) => least + ((most - least) * i) / (side - 1));
  return steps.flatMap((r) => steps.flatMap((g) => steps.flatMap((b) => [r, g, b])));
}

function goldenLab(): Float64Array {
  const bytes = Uint8Array.from(atob(golden.lab), (character) => character.charCodeAt(0));
  return Float64Array.from(new Int16Array(bytes.buffer), (value) => value / golden.scale);
}

const colors = (values: number[]) => tf.tensor2d(values, [values.length / 3, 3]);

/** Points where the curves change their pieces, where powers are steep, and where no screen can go. */
const HARD_COLORS = [
  [0, 0, 0],
  [1, 1, 1],
  [0.04045, 0.04045, 0.04045],
  [0.0313, 0.04, 0.05],
  [1, 0, 0],
  [0, 0, 1],
  [-0.5, 0.2, 1.5],
  [-2, -2, -2],
  [3, -1, 0],
].flat();

describe('rgbToLab()', () => {
  it('equals scikit-image within 0.01 in every channel over a 33 x 33 x 33 grid of the cube', async () => {
    const lab = rgbToLab(colors(colorGrid(golden.side)));
    const rounding = 0.5 / golden.scale;
    await expectAllClose(lab, goldenLab(), { rtol: 0, atol: 0.01 - rounding });
  });

  it('gives grey colors a and b of 0 and a lightness from 0 to 100', async () => {
    const greys = Array.from({ length: 256 }, (_, i) => [i / 255, i / 255, i / 255]).flat();
    const lab = rgbToLab(colors(greys));
    const ab = tf.slice(lab, [0, 1], [-1, 2]);
    const atol = tf.getBackend() === 'webgpu' ? 1e-3 : 1e-4; // WGSL powers are coarser
    await expectAllClose(ab, new Float32Array(512), { rtol: 0, atol });
    const ends = tf.gather(tf.slice(lab, [0, 0], [-1, 1]), tf.tensor1d([0, 255], 'int32'));
    await expectAllClose(ends, [0, 100], { atol: 1e-4 });
  });

  it('keeps the shape, whatever its rank', () => {
    for (const shape of [[3], [2, 3], [2, 4, 3], [1, 2, 4, 3], [1, 1, 2, 4, 3]]) {
      expect(rgbToLab(tf.zeros(shape)).shape).toEqual(shape);
      expect(labToRgb(tf.zeros(shape)).shape).toEqual(shape);
    }
  });

  it('has the gradient of the float64 reference', async () => {
    const inside = [0.2, 0.5, 0.9, 0.7, 0.1, 0.02, 0.01, 0.02, 0.03, -0.3, 0.4, 1.3];
    const weights = [1, 0.3, -0.2];
    const reference = (rgb: number[]) =>
      rgb.reduce((sum, _, i) => {
        if (i % 3 !== 0) return sum;
        return sum + rgbToLab64(rgb.slice(i, i + 3)).reduce((s, value, j) => s + value * weights[j]!, 0);
      }, 0);
    const gradient = tf.grad((x) => tf.sum(tf.mul(rgbToLab(x), tf.tensor1d(weights))))(colors(inside));
    // The reference has a rounded matrix, good for four digits.
    await expectAllClose(gradient, numericGradient(reference, inside), { rtol: 5e-4, atol: 0.02 });
  });

  it('has the slope of one of the two pieces of the curve at its knee, not of both', async () => {
    const knee = 0.04045;
    const lightness = (grey: number) => rgbToLab64([grey, grey, grey])[0];
    const slope = (lightness(knee + 1e-6) - lightness(knee - 1e-6)) / 2e-6; // pieces differ from it by 2 %
    const gradient = tf.grad((x) => tf.sum(rgbToLightness(x)))(colors([knee, knee, knee]));
    await expectAllClose(tf.sum(gradient), [slope], { rtol: 0.03 });
  });

  it('has a finite gradient everywhere', async () => {
    const values = [...HARD_COLORS, ...colorGrid(5, [-0.5, 1.5])];
    await expectAllFinite(tf.grad((x) => tf.sum(tf.square(rgbToLab(x))))(colors(values)));
    await expectAllFinite(tf.grad((x) => tf.sum(tf.square(labToRgb(rgbToLab(x)))))(colors(values)));
  });

  it('names the argument when the last axis is not of size 3', () => {
    expect(() => rgbToLab(tf.zeros([2, 4]))).toThrow(
      "Cannot compute rgbToLab as 'rgb' must have shape [..., 3]: current shape is [2, 4]",
    );
    expect(() => rgbToLightness(tf.scalar(0))).toThrow(
      "Cannot compute rgbToLightness as 'rgb' must have shape [..., 3]: current shape is []",
    );
  });

  it('keeps the result and nothing else', () => {
    const rgb = tf.zeros([2, 3]);
    for (const convert of [rgbToLab, rgbToLightness, labToRgb, clipToGamut]) {
      expectTensorsKept(1, () => convert(rgb));
    }
  });
});

describe('rgbToLightness()', () => {
  it('is the first channel of rgbToLab', async () => {
    const rgb = tf.tensor4d(colorGrid(6), [1, 6, 36, 3]);
    const lightness = rgbToLightness(rgb);
    expect(lightness.shape).toEqual([1, 6, 36, 1]);
    const expected = tf.slice(rgbToLab(rgb), [0, 0, 0, 0], [1, 6, 36, 1]);
    await expectAllClose(lightness, await expected.data(), { rtol: 1e-5, atol: 1e-4 });
  });
});

describe('labToRgb()', () => {
  it('brings back every color of the gamut within 1e-4', async () => {
    const grid = colorGrid(21);
    await expectAllClose(labToRgb(rgbToLab(colors(grid))), grid, { rtol: 0, atol: 1e-4 });
    const random = randomUniform<tf.Rank.R2>([4096, 3], 0);
    await expectAllClose(labToRgb(rgbToLab(random)), await random.data(), { rtol: 0, atol: 1e-4 });
  });

  it('brings back colors outside of the gamut', async () => {
    const beyond = [-0.1, 0.5, 0.5, 1.4, 1.2, 0.3, 0, -0.02, 1.1];
    await expectAllClose(labToRgb(rgbToLab(colors(beyond))), beyond, { rtol: 0, atol: 5e-4 });
  });

  it('stays finite, with a finite gradient, for Lab values that are no colors', async () => {
    const steps = [-200, -128, 0, 127, 200];
    const wild = [-50, 0, 1, 50, 100, 150].flatMap((l) =>
      steps.flatMap((a) => steps.flatMap((b) => [l, a, b])),
    );
    await expectAllFinite(labToRgb(colors(wild)));
    await expectAllFinite(tf.grad((x) => tf.sum(labToRgb(x)))(colors(wild)));
  });

  it('names the argument when the last axis is not of size 3', () => {
    expect(() => labToRgb(tf.zeros([2, 2]))).toThrow(
      "Cannot compute labToRgb as 'lab' must have shape [..., 3]: current shape is [2, 2]",
    );
  });
});

describe('clipToGamut()', () => {
  it('limits each channel to the range from 0 to 1', async () => {
    await expectAllClose(clipToGamut(tf.tensor1d([-0.5, 0, 0.25, 1, 1.5])), [0, 0, 0.25, 1, 1], { atol: 0 });
  });
});
