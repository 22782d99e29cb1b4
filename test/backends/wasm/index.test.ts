import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { describe, expect, it, vi } from 'vitest';

import { registerWasmTraining } from '../../../src/backends/wasm/index.js';
import { uniform } from '../../support/differentiable.js';

/** Convolution with stride, transposed and depthwise convolution, pooling, normalization and a dense layer. */
function network(): layers.LayersModel {
  const seeded = (seed: number) => layers.initializers.glorotUniform({ seed });
  return layers.sequential({
    layers: [
      layers.layers.conv2d({
        inputShape: [8, 8, 3],
        filters: 6,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: seeded(1),
      }),
      layers.layers.batchNormalization(),
      layers.layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', depthwiseInitializer: seeded(2) }),
      layers.layers.leakyReLU(),
      layers.layers.conv2dTranspose({
        filters: 4,
        kernelSize: 4,
        strides: 2,
        padding: 'same',
        kernelInitializer: seeded(3),
      }),
      layers.layers.maxPooling2d({ poolSize: 2 }),
      layers.layers.flatten(),
      layers.layers.dense({ units: 2, kernelInitializer: seeded(4) }),
    ],
  });
}

describe('registerWasmTraining()', () => {
  it('changes nothing and warns of nothing when called again', () => {
    const warn = vi.spyOn(console, 'warn');
    const kernels = tf.getKernelsForBackend('wasm').map(({ kernelFunc }) => kernelFunc);
    registerWasmTraining();
    expect(tf.getKernelsForBackend('wasm').map(({ kernelFunc }) => kernelFunc)).toEqual(kernels);
    expect(warn).not.toHaveBeenCalled();
  });

  it('lets a convolutional network of tf.layers fit its data without leaking', async () => {
    const model = network();
    const x = tf.tensor(uniform([6, 8, 8, 3], 1), [6, 8, 8, 3]);
    const y = tf.tensor(uniform([6, 2], 2), [6, 2]);
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const optimizer = tf.train.adam(0.02);
    const loss = () =>
      tf.mean(tf.squaredDifference(model.apply(x, { training: true }) as tf.Tensor, y)) as tf.Scalar;
    const step = async () => {
      const value = optimizer.minimize(loss, true, variables)!;
      const [number] = await value.data();
      value.dispose();
      return number!;
    };
    const first = await step();
    const [tensors, data] = [tf.memory().numTensors, tf.backend().numDataIds()];
    let last = first;
    for (let i = 0; i < 30; i++) last = await step();
    expect(last).toBeLessThan(first / 20);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(tf.backend().numDataIds()).toBe(data);
  });
});
