import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { adam, adamW, isDecayed } from '../../../src/training/optimizers/adam.js';
import type { OptimizerFactory } from '../../../src/training/optimizers/optimizer.js';
import { sgd } from '../../../src/training/optimizers/sgd.js';
import golden from '../../golden/optimizers.json' with { type: 'json' };
import { expectAllClose, expectTensorsKept } from '../../support/numeric.js';

const makeVariables = () =>
  new Map<string, tf.Variable>([
    ['dense/kernel', tf.tidy(() => tf.variable(tf.tensor2d(golden.initial.slice(0, 6), [2, 3])))],
    ['dense/bias', tf.tidy(() => tf.variable(tf.tensor1d(golden.initial.slice(6))))],
  ]);

const makeGradients = (values: readonly number[]) =>
  new Map<string, tf.Tensor>([
    ['dense/kernel', tf.tensor2d(values.slice(0, 6), [2, 3])],
    ['dense/bias', tf.tensor1d(values.slice(6))],
  ]);

/** Weights after the steps that the golden file keeps. */
async function run(factory: OptimizerFactory): Promise<number[][]> {
  const variables = makeVariables();
  const optimizer = factory(variables);
  const kept: number[][] = [];
  for (const [step, values] of golden.gradients.entries()) {
    const gradients = makeGradients(values);
    optimizer.apply(gradients, { step, learningRate: golden.learningRates[step]! });
    tf.dispose([...gradients.values()]);
    if (golden.steps.includes(step)) {
      const data = await Promise.all([...variables.values()].map((variable) => variable.data()));
      kept.push(data.flatMap((part) => Array.from(part)));
    }
  }
  optimizer.dispose();
  tf.dispose([...variables.values()]);
  return kept;
}

const FACTORIES: Readonly<Record<keyof typeof golden.weights, OptimizerFactory>> = {
  adam: adam(),
  adamOptions: adam({ beta1: 0.5, beta2: 0.9, epsilon: 1e-3 }),
  adamW: adamW({ weightDecay: 0.1 }),
  adamWEverywhere: adamW({ weightDecay: 0.1, decays: () => true }),
  sgd: sgd(),
  momentum: sgd({ momentum: 0.9 }),
};

describe('adam(), adamW() and sgd()', () => {
  for (const [name, factory] of Object.entries(FACTORIES)) {
    it(`match PyTorch over 20 steps: ${name}`, async () => {
      const kept = await run(factory);
      const expected = golden.weights[name as keyof typeof golden.weights];
      expect(kept).toHaveLength(expected.length);
      for (const [i, weights] of expected.entries()) await expectAllClose(kept[i]!, weights);
    });
  }

  it('keep their slots until dispose(), and nothing for a step', () => {
    const slotCounts: readonly [OptimizerFactory, number][] = [
      [adam(), 4],
      [adamW({ weightDecay: 0.1 }), 4],
      [sgd(), 0],
      [sgd({ momentum: 0.9 }), 2],
    ];
    for (const [factory, slots] of slotCounts) {
      const variables = makeVariables();
      const gradients = makeGradients(golden.gradients[0]!);
      expectTensorsKept(0, () => {
        const before = tf.memory().numTensors;
        const optimizer = factory(variables);
        expect(tf.memory().numTensors - before).toBe(slots);
        expect(optimizer.slots.size).toBe(slots);
        expectTensorsKept(0, () => optimizer.apply(gradients, { step: 0, learningRate: 0.1 }));
        optimizer.dispose();
      });
      tf.dispose([...variables.values(), ...gradients.values()]);
    }
  });

  it('name their slots and list their options as plain JSON', () => {
    const variables = makeVariables();
    const optimizers = [adamW({ weightDecay: 0.1 })(variables), sgd({ momentum: 0.9 })(variables)];
    expect(optimizers.map(({ slots }) => [...slots.keys()])).toEqual([
      [
        'firstMoment/dense/kernel',
        'firstMoment/dense/bias',
        'secondMoment/dense/kernel',
        'secondMoment/dense/bias',
      ],
      ['momentum/dense/kernel', 'momentum/dense/bias'],
    ]);
    expect(optimizers.map(({ config }) => config)).toEqual([
      {
        kind: 'adamW',
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weightDecay: 0.1,
        undecayed: ['dense/bias'],
      },
      { kind: 'sgd', momentum: 0.9 },
    ]);
    for (const optimizer of optimizers) optimizer.dispose();
    tf.dispose([...variables.values()]);
  });

  it('name the option that is out of range', () => {
    expect(() => adam({ beta1: 1 })).toThrow(
      "Cannot create adam as 'beta1' must be at least 0 and below 1: current value is 1",
    );
    expect(() => adam({ epsilon: 0 })).toThrow(
      "Cannot create adam as 'epsilon' must be a positive finite number: current value is 0",
    );
    expect(() => adamW({ weightDecay: -1 })).toThrow(
      "Cannot create adamW as 'weightDecay' must be a non-negative finite number: current value is -1",
    );
    expect(() => sgd({ momentum: NaN })).toThrow(
      "Cannot create sgd as 'momentum' must be at least 0 and below 1: current value is NaN",
    );
  });
});

describe('isDecayed()', () => {
  it('spares biases and the scales and offsets of normalization layers', () => {
    const names = [
      'conv/kernel',
      'conv/bias',
      'conv_1/bias_2',
      'norm/gamma',
      'norm/beta',
      'a.scale',
      'unbiased',
    ];
    expect(names.filter(isDecayed)).toEqual(['conv/kernel', 'unbiased']);
  });
});
