import { describe, expect, it } from 'vitest';

import { learningRateAt } from '../../../src/training/schedules/learningRate.js';
import { plateauNext, plateauSchedule, plateauStart } from '../../../src/training/schedules/plateau.js';
import {
  constantSchedule,
  cosineSchedule,
  cyclicalAnnealing,
  linearAnnealing,
  oneCycleSchedule,
  type Schedule,
} from '../../../src/training/schedules/schedule.js';
import { scheduleValue } from '../../../src/training/schedules/scheduleValue.js';
import golden from '../../golden/schedules.json' with { type: 'json' };
import { expectAllClose } from '../../support/numeric.js';

const EXACT = { rtol: 1e-8, atol: 1e-12 };

const valuesOf = (schedule: Schedule, count: number) =>
  Array.from({ length: count }, (_, step) => scheduleValue(schedule, step));

describe('scheduleValue()', () => {
  const cases: readonly [keyof typeof golden, Schedule][] = [
    ['cosine', cosineSchedule({ peak: 2, floor: 0.1, steps: 20 })],
    ['warmCosine', cosineSchedule({ peak: 2, floor: 0.1, steps: 20, warmupSteps: 5 })],
    ['oneCycle', oneCycleSchedule({ peak: 2, steps: 30 })],
    [
      'oneCycleOptions',
      oneCycleSchedule({ peak: 2, steps: 25, rampFraction: 0.5, startDivisor: 10, endDivisor: 100 }),
    ],
    ['cyclical', cyclicalAnnealing({ steps: 20 })],
    ['cyclicalUneven', cyclicalAnnealing({ steps: 22, rampFraction: 0.8 })],
  ];
  for (const [name, schedule] of cases) {
    it(`matches the golden values: ${name}`, async () => {
      const expected = golden[name] as number[];
      await expectAllClose(valuesOf(schedule, expected.length), expected, EXACT);
    });
  }

  it('moves along a straight line and stays at its end', () => {
    expect(valuesOf(linearAnnealing({ steps: 4 }), 7)).toEqual([0, 0.25, 0.5, 0.75, 1, 1, 1]);
    expect(valuesOf(linearAnnealing({ steps: 2, from: 3, to: 1 }), 4)).toEqual([3, 2, 1, 1]);
    expect(valuesOf(constantSchedule(0.5), 2)).toEqual([0.5, 0.5]);
  });

  it('scales a cyclical annealing between its bounds and stays at the last one', () => {
    const schedule = cyclicalAnnealing({ steps: 8, cycles: 2, from: 1, to: 3 });
    expect(valuesOf(schedule, 11)).toEqual([1, 2, 3, 3, 1, 2, 3, 3, 3, 3, 3]);
  });

  it('stays at the last value of a cosine and of one cycle', () => {
    expect(scheduleValue(cosineSchedule({ peak: 2, floor: 0.5, steps: 3 }), 1000)).toBe(0.5);
    expect(scheduleValue(oneCycleSchedule({ peak: 100, steps: 30 }), 1000)).toBeCloseTo(4e-4, 12);
  });

  it('survives JSON', () => {
    for (const [, schedule] of cases) expect(JSON.parse(JSON.stringify(schedule))).toEqual(schedule);
  });

  it('names the argument when the step is not a whole number', () => {
    expect(() => scheduleValue(constantSchedule(1), 0.5)).toThrow(
      "Cannot compute scheduleValue as 'step' must be a non-negative integer: current value is 0.5",
    );
  });
});

describe('the schedule factories', () => {
  it('name the option that is out of range', () => {
    expect(() => constantSchedule(NaN)).toThrow(
      "Cannot create constantSchedule as 'value' must be finite: current value is NaN",
    );
    expect(() => linearAnnealing({ steps: 0 })).toThrow(
      "Cannot create linearAnnealing as 'steps' must be a positive integer: current value is 0",
    );
    expect(() => cyclicalAnnealing({ steps: 3, cycles: 4 })).toThrow(
      "Cannot create cyclicalAnnealing as 'cycles' must be from 1 to 3: current value is 4",
    );
    expect(() => cyclicalAnnealing({ steps: 8, rampFraction: 0 })).toThrow(
      "Cannot create cyclicalAnnealing as 'rampFraction' must be finite and above 0: current value is 0",
    );
    expect(() => cosineSchedule({ peak: 1, steps: 5, warmupSteps: 5 })).toThrow(
      "Cannot create cosineSchedule as 'warmupSteps' must be from 0 to 4: current value is 5",
    );
    expect(() => oneCycleSchedule({ peak: Infinity, steps: 5 })).toThrow(
      "Cannot create oneCycleSchedule as 'peak' must be finite: current value is Infinity",
    );
    expect(() => plateauSchedule({ learningRate: 1, factor: 1 })).toThrow(
      "Cannot create plateauSchedule as 'factor' must be above 0 and below 1: current value is 1",
    );
  });
});

describe('plateauNext()', () => {
  const ratesOf = (options: Parameters<typeof plateauSchedule>[0]) => {
    const schedule = plateauSchedule(options);
    let state = plateauStart(schedule);
    return golden.losses.map((loss) => {
      state = plateauNext(schedule, state, loss);
      return learningRateAt(schedule, 0, state);
    });
  };

  // PyTorch reduces after more than `patience` bad epochs, this library after `patience` of them, as Keras does.
  it('reduces the learning rate where PyTorch does', async () => {
    const rates = ratesOf({ learningRate: 0.1, factor: 0.5, patience: 2, minDelta: 0.1 });
    await expectAllClose(rates, golden.plateau, EXACT);
    expect(new Set(rates).size).toBeGreaterThan(3);
  });

  it('cools down and stops at the floor where PyTorch does', async () => {
    const rates = ratesOf({ learningRate: 0.1, patience: 2, cooldown: 2, floor: 0.005 });
    await expectAllClose(rates, golden.plateauCooldown, EXACT);
    expect(rates.at(-1)).toBe(0.005);
  });

  it('improves on negative losses too', () => {
    const schedule = plateauSchedule({ learningRate: 1, patience: 1, minDelta: 0.5 });
    const better = plateauNext(schedule, { ...plateauStart(schedule), best: -10 }, -10.6);
    expect(better).toEqual({ learningRate: 1, best: -10.6, waited: 0, cooldownLeft: 0 });
  });
});
