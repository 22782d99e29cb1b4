import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

import { namedWeights } from '../../src/models/weights.js';

/** `count` numbers in [-1, 1) that follow from `seed`: the twin of `uniform` in tools/golden/models.py. */
export function goldenUniform(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    let h = (i + Math.imul(seed, 0x9e3779b9)) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return ((h ^ (h >>> 16)) >>> 0) / 2 ** 31 - 1;
  });
}

/** The weight called `name`: the twin of `values` in tools/golden/models.py. */
function goldenWeight(name: string, shape: number[]): Float32Array {
  const seed = Array.from(name).reduce((sum, letter, i) => sum + (i + 1) * letter.charCodeAt(0), 0);
  const uniform = goldenUniform(tf.util.sizeFromShape(shape), seed);
  const role = name.split('/')[1]!;
  if (role === 'kernel') {
    const bound = Math.sqrt(6 / tf.util.sizeFromShape(shape.slice(0, -1)));
    return uniform.map((u) => u * bound);
  }
  return uniform.map((u) => (['gamma', 'moving_variance'].includes(role) ? 1 + 0.5 * u : 0.2 * u));
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
