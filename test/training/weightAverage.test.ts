import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { withValues } from '../../src/training/variables.js';
import { averageDecayAt, weightAverage } from '../../src/training/weightAverage.js';
import { expectAllClose, expectTensorsKept, expectTensorsKeptAsync } from '../support/numeric.js';

const variable = (values: number[]) => tf.tidy(() => tf.variable(tf.tensor1d(values)));

describe('weightAverage()', () => {
  it('follows the recursion of the float64 twin, warm-up included', async () => {
    const weight = variable([1, -1]);
    const average = weightAverage(new Map([['w', weight]]), { decay: 0.5 });
    const expected = [1, -1];
    for (let step = 0; step < 12; step++) {
      const values = [Math.sin(step), step];
      tf.tidy(() => weight.assign(tf.tensor1d(values)));
      average.update(step);
      const decay = Math.min(0.5, (1 + step) / (10 + step));
      for (const i of [0, 1]) expected[i] = decay * expected[i]! + (1 - decay) * values[i]!;
    }
    await expectAllClose(average.weights.get('w')!, expected);
    await expectAllClose(weight, [Math.sin(11), 11]);
  });

  it('decays by little at first and never by more than asked', () => {
    const decays = [0, 8, 890, 1e6].map((step) => averageDecayAt({ decay: 0.99 }, step));
    expect(decays).toEqual([0.1, 0.5, 0.99, 0.99]);
  });

  it('keeps one tensor for each variable until dispose()', () => {
    const variables = new Map([['w', variable([1, 2])]]);
    expectTensorsKept(0, () => {
      const average = weightAverage(variables);
      expectTensorsKept(0, () => average.update(0));
      expect(average.weights.size).toBe(1);
      average.dispose();
    });
  });

  it('names the decay when it is out of range', () => {
    expect(() => weightAverage(new Map(), { decay: 1 })).toThrow(
      "Cannot create weightAverage as 'decay' must be at least 0 and below 1: current value is 1",
    );
  });
});

describe('withValues()', () => {
  it('lends other values and gives the own ones back, also after an error', async () => {
    const variables = new Map([['w', variable([0.1, 0.2])]]);
    const values = new Map([['w', tf.tensor1d([3, 4])]]);
    const own = await variables.get('w')!.data();
    await expectTensorsKeptAsync(0, async () => {
      const seen = await withValues(variables, values, () => variables.get('w')!.data());
      expect(Array.from(seen)).toEqual([3, 4]);
      const failing = withValues(variables, values, () => Promise.reject(new Error('in the body')));
      await expect(failing).rejects.toThrow('in the body');
    });
    expect(await variables.get('w')!.data()).toEqual(own);
    expect(Array.from(await values.get('w')!.data())).toEqual([3, 4]);
  });
});
