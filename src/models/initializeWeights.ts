import * as tf from '@tensorflow/tfjs-core';

import { randomNormal, randomUniform, type SeedSequence } from '../random.js';
import type { Initialization } from './config.js';

/** Standard deviation and bias of the TensorFlow reference. */
const SMALL_NORMAL = 0.001;

export interface InitializeWeightsOptions {
  readonly initialization: Initialization;
  readonly seeds: SeedSequence;
  /**
   * Standard deviation of the outputs of layers that have no ReLU, for inputs of unit mean square: `heNormal` draws their
   * kernels with `gain / sqrt(fanIn)`. Layers not listed have gain `sqrt(2)`.
   */
  readonly gains: Readonly<Record<string, number>>;
}

/** Number of inputs that each output of a kernel adds up: all axes but the last. */
function fanInOf(kernel: tf.Variable): number {
  return tf.util.sizeFromShape(kernel.shape.slice(0, -1));
}

function uniformWithin(bound: number, shape: number[], seed: number): tf.Tensor {
  return tf.mul(tf.sub(randomUniform(shape, seed), 0.5), 2 * bound);
}

interface Draw {
  readonly shape: number[];
  readonly fanIn: number;
  readonly gain: number;
  readonly seed: number;
}

interface Scheme {
  readonly kernel: (draw: Draw) => tf.Tensor;
  readonly bias: (draw: Draw) => tf.Tensor;
}

const uniformFanIn = ({ shape, fanIn, seed }: Draw) => uniformWithin(1 / Math.sqrt(fanIn), shape, seed);

const SCHEMES: Readonly<Record<Initialization, Scheme>> = {
  heNormal: {
    kernel: ({ shape, fanIn, gain, seed }) => tf.mul(randomNormal(shape, seed), gain / Math.sqrt(fanIn)),
    bias: ({ shape }) => tf.zeros(shape),
  },
  uniformFanIn: { kernel: uniformFanIn, bias: uniformFanIn },
  smallNormal: {
    kernel: ({ shape, seed }) => tf.mul(randomNormal(shape, seed), SMALL_NORMAL),
    bias: ({ shape }) => tf.mul(tf.ones(shape), SMALL_NORMAL),
  },
};

/**
 * Draws the kernels and biases among `weights`; everything else keeps what its layer gave it.
 *
 * @param weights Variables named `LAYER/ROLE`; see `namedWeights`.
 */
export function initializeWeights(
  weights: ReadonlyMap<string, tf.Variable>,
  options: InitializeWeightsOptions,
): void {
  for (const [name, variable] of weights) {
    const [layer, role] = name.split('/');
    if (role !== 'kernel' && role !== 'bias') continue;
    const fanIn = fanInOf(weights.get(`${layer}/kernel`)!);
    const gain = options.gains[layer!] ?? Math.SQRT2;
    const draw = { shape: variable.shape, fanIn, gain, seed: options.seeds.next() };
    tf.tidy(() => variable.assign(SCHEMES[options.initialization][role](draw)));
  }
}
