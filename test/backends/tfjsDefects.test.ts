import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';

import { indicator, selectComponents } from '../../src/distributions/gaussianMixture.js';
import { freeBits } from '../../src/losses/freeBits.js';
import { weightedL1, weightedNorm } from '../../src/losses/reconstruction.js';
import { colorVae } from '../../src/models/colorVae.js';
import { SeededDropout } from '../../src/models/layers/seededDropout.js';
import { upsample } from '../../src/models/layers/upsample.js';
import { COLOR_VAE_PRESETS } from '../../src/models/presets.js';
import { randomNormal } from '../../src/random.js';
import { globalNorm, lossGradients } from '../../src/training/gradients.js';
import { valuesBy } from '../reference/indices.js';
import { expectAllClose, expectTensorsKept } from '../support/numeric.js';
import { uniform } from '../support/differentiable.js';
import { SMALLEST_VAE } from '../support/tinyModels.js';

/**
 * What TensorFlow.js 4.22 computes wrongly and training would meet, and that ours does not. Where a test fails because
 * TensorFlow.js has become right, the way round it can go.
 */

/** Whether TensorFlow.js itself gives the expected values. */
async function isRight(actual: tf.Tensor, expected: ArrayLike<number>): Promise<boolean> {
  const values = await actual.data();
  return Array.from(expected).every((wanted, i) => Math.abs(values[i]! - wanted) < 1e-3);
}

type Images = (x: tf.Tensor4D) => tf.Tensor;
const imageGradient = (run: Images, x: tf.Tensor, dy: tf.Tensor): tf.Tensor =>
  tf.grad((image) => run(image as tf.Tensor4D))(x, dy);

describe('gradients of resizing', () => {
  const dy = uniform([2, 4, 4, 1], 1);
  const [x, upstream] = [() => tf.zeros([2, 2, 2, 1]), () => tf.tensor(dy, [2, 4, 4, 1])];
  const at = (n: number, row: number, column: number) => dy[(n * 4 + row) * 4 + column]!;
  /** The transposed resizing by a matrix of four rows and two columns. */
  const gradientBy = (matrix: readonly (readonly number[])[]) =>
    valuesBy([2, 2, 2, 1], ([n, a, b]) => {
      const terms = valuesBy([4, 4], ([i, j]) => matrix[i!]![a!]! * matrix[j!]![b!]! * at(n!, i!, j!));
      return terms.reduce((sum, term) => sum + term);
    });

  it('are wrong on cpu for the second nearest-neighbor image of a batch; those of upsample are right', async () => {
    const expected = gradientBy([
      [1, 0],
      [1, 0],
      [0, 1],
      [0, 1],
    ]);
    const stock = imageGradient((image) => tf.image.resizeNearestNeighbor(image, [4, 4]), x(), upstream());
    expect(await isRight(stock, expected)).toBe(tf.getBackend() !== 'cpu');
    await expectAllClose(
      imageGradient((image) => upsample(image, 'nearest'), x(), upstream()),
      expected,
    );
  });

  it('leave out the half-pixel offset of bilinear images; those of upsample do not', async () => {
    const expected = gradientBy([
      [1, 0],
      [0.75, 0.25],
      [0.25, 0.75],
      [0, 1],
    ]);
    const stock = imageGradient(
      (image) => tf.image.resizeBilinear(image, [4, 4], false, true),
      x(),
      upstream(),
    );
    expect(await isRight(stock, expected)).toBe(tf.getBackend() === 'wasm'); // polyhue/wasm repairs it
    await expectAllClose(
      imageGradient((image) => upsample(image, 'bilinearHalfPixel'), x(), upstream()),
      expected,
    );
  });
});

describe('randomness', () => {
  it('takes the seed 0 for none; randomNormal does not', async () => {
    const stock = () => tf.randomNormal([8], 0, 1, 'float32', 0);
    expect(await isRight(stock(), await stock().data())).toBe(false);
    expect(await randomNormal([8], 0).data()).toEqual(await randomNormal([8], 0).data());
  });

  it('repeats the mask of a seeded dropout layer at every step; SeededDropout does not', async () => {
    const x = tf.ones([64]);
    const stock = layers.dropout({ rate: 0.5, seed: 3 });
    const stockMask = () => (stock.apply(x, { training: true }) as tf.Tensor).data();
    expect(await stockMask()).toEqual(await stockMask());
    const ours = new SeededDropout({ rate: 0.5, index: 0 });
    const mask = (seed: number) => (ours.apply(x, { training: true, seed }) as tf.Tensor).data();
    expect(await mask(0)).not.toEqual(await mask(1));
  });
});

describe('gradients at 0', () => {
  const zeros = () => tf.zeros<tf.Rank.R4>([1, 1, 1, 2]);

  it('is -1 for abs; that of weightedL1 is 0', async () => {
    await expectAllClose(tf.grad((x) => tf.abs(x))(zeros()), [-1, -1]);
    await expectAllClose(tf.grad((x) => weightedL1(zeros(), x as tf.Tensor4D))(zeros()), [0, 0]);
  });

  it('is not a number for the square root of a sum of squares; that of weightedNorm is 0', async () => {
    const norm = (x: tf.Tensor) => tf.sqrt(tf.sum(tf.square(x)));
    expect(await isRight(tf.grad(norm)(zeros()), [0, 0])).toBe(false);
    await expectAllClose(tf.grad((x) => weightedNorm(zeros(), x as tf.Tensor4D))(zeros()), [0, 0]);
  });
});

describe('gradients that are missing', () => {
  it('are those of a choice by comparison; freeBits, which chooses, has one', async () => {
    const x = tf.tensor2d([[0.5, 2]]);
    expect(() => tf.grad((y) => tf.where(tf.greater(y, 1), y, tf.zerosLike(y)))(x)).toThrow(/gradient/);
    await expectAllClose(tf.grad((y) => freeBits(y as tf.Tensor2D, { floor: 1 }))(x), [0, 1]);
  });

  it('are those of a batch normalization without scale; the layers of our networks have one', () => {
    const statistics = [tf.zeros([2]), tf.ones([2])] as [tf.Tensor1D, tf.Tensor1D];
    expect(() => tf.grad((x) => tf.batchNorm(x, ...statistics))(tf.ones([3, 2]))).toThrow(TypeError);
    const { style } = COLOR_VAE_PRESETS.reference;
    const { encoder, decoder, dispose } = colorVae({ config: { ...SMALLEST_VAE, style }, seed: 0 });
    const normalizations = [...encoder.layers, ...decoder.layers].filter(({ name }) =>
      name.endsWith('_norm'),
    );
    expect(normalizations.length).toBeGreaterThan(0);
    for (const layer of normalizations) expect(layer.trainableWeights).toHaveLength(2);
    dispose();
  });
});

describe('a function that throws while it is differentiated', () => {
  it('leaves what was saved for the way back; with lossGradients it does not', () => {
    const weight = tf.tidy(() => tf.variable(tf.ones([2])));
    const failing = () => {
      tf.exp(weight);
      throw new Error('no loss');
    };
    const stock = () => expect(() => tf.variableGrads(failing, [weight])).toThrow('no loss');
    expectTensorsKept(1, stock);
    const ours = () => expect(() => lossGradients(failing, new Map([['weight', weight]]))).toThrow('no loss');
    expectTensorsKept(0, ours);
    weight.dispose();
  });
});

describe('operations of some backends', () => {
  it('oneHot writes the bits of integers into float32 on wasm; indicator does not', async () => {
    const indices = tf.tensor1d([1, 0, 2], 'int32');
    const expected = [0, 1, 0, 1, 0, 0, 0, 0, 1];
    const stock = tf.oneHot(indices, 3, 1, 0, 'float32');
    expect(await isRight(stock, expected)).toBe(tf.getBackend() !== 'wasm');
    await expectAllClose(indicator(indices, 3), expected);
  });

  it('gather with batch dimensions takes other rows on wasm; selectComponents does not', async () => {
    const rows = tf.tensor3d(uniform([2, 3, 2], 1), [2, 3, 2]);
    const indices = tf.tensor2d([2, 1], [2, 1], 'int32');
    const values = await rows.data();
    const expected = [...values.slice(4, 6), ...values.slice(8, 10)];
    expect(await isRight(tf.gather(rows, indices, 1, 1), expected)).toBe(tf.getBackend() !== 'wasm');
    await expectAllClose(selectComponents(rows, indices), expected);
  });

  it('addN of more than eight tensors gives zeros on webgpu; globalNorm of many gradients is right', async () => {
    const many = Array.from({ length: 12 }, (_, i) => tf.onesLike(tf.zeros([2 + i])));
    const stock = tf.addN(many.map((x) => tf.slice(x, 0, 2)));
    expect(await isRight(stock, [12, 12])).toBe(tf.getBackend() !== 'webgpu');
    const elements = many.reduce((sum, { size }) => sum + size, 0);
    await expectAllClose(globalNorm(new Map(many.map((x, i) => [String(i), x]))), [Math.sqrt(elements)]);
  });
});
