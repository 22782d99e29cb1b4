import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

import { namedWeights } from '../../src/models/weights.js';

/** `count` numbers in [-1, 1) that follow from `seed`: the twin of `uniform` in tools/golden/models.py. */
export function goldenUniform(count: number, seed: number): Float32Array {
  return goldenValues(count, seed, 0, 1);
}

/** `center + spread * u` for each `u` of `goldenUniform`; a plain loop, because models have millions of weights. */
function goldenValues(count: number, seed: number, center: number, spread: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let h = (i + Math.imul(seed, 0x9e3779b9)) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    values[i] = center + spread * (((h ^ (h >>> 16)) >>> 0) / 2 ** 31 - 1);
  }
  return values;
}

/** The weight called `name`: the twin of `values` in tools/golden/models.py. */
function goldenWeight(name: string, shape: number[]): Float32Array {
  const seed = Array.from(name).reduce((sum, letter, i) => sum + (i + 1) * letter.charCodeAt(0), 0);
  const count = tf.util.sizeFromShape(shape);
  const role = name.split('/')[1]!;
  if (role === 'kernel') {
    return goldenValues(count, seed, 0, Math.sqrt(6 / tf.util.sizeFromShape(shape.slice(0, -1))));
  }
  const positive = role === 'gamma' || role === 'moving_variance';
  return positive ? goldenValues(count, seed, 1, 0.5) : goldenValues(count, seed, 0, 0.2);
}

/** Gives every weight of `models` the values that the golden generator gave its twin. */
export function fillWithGoldenWeights(...models: readonly LayersModel[]): void {
  const { trainable, statistics } = namedWeights(...models);
  for (const [name, variable] of [...trainable, ...statistics]) {
    tf.tidy(() => variable.assign(tf.tensor(goldenWeight(name, variable.shape), variable.shape)));
  }
}

/** The batch of examples and the noise that the golden generator used. */
export function goldenInputs(batch: number, size: number, latentDim: number) {
  return {
    colorField: tf.tensor4d(goldenUniform(batch * size * size * 2, 1), [batch, size, size, 2]),
    greyLevel: tf.tensor4d(goldenUniform(batch * size * size, 2), [batch, size, size, 1]),
    noise: tf.tensor2d(goldenUniform(batch * latentDim, 3), [batch, latentDim]),
  };
}

/** Every fifth value, as the golden files keep large maps. */
export async function everyFifth(tensor: tf.Tensor): Promise<Float32Array> {
  return (await tensor.data<'float32'>()).filter((_, i) => i % 5 === 0);
}
