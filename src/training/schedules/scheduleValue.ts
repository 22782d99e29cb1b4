import { assertNonNegativeInteger } from '../../errors.js';
import type { CosineSchedule, CyclicalSchedule, OneCycleSchedule, Schedule } from './schedule.js';

/** From `from` (share 0) to `to` (share 1 and more) along a straight line. */
function line(from: number, to: number, share: number): number {
  return from + (to - from) * Math.min(share, 1);
}

/** From `from` (share 0) to `to` (share 1 and more) along half a cosine wave. */
function halfWave(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * Math.min(share, 1)))) / 2;
}

function cyclicalValue({ from, to, steps, cycles, rampFraction }: CyclicalSchedule, step: number): number {
  if (step >= steps) return to;
  const period = steps / cycles;
  return line(from, to, (step % Math.ceil(period)) / period / rampFraction);
}

function cosineValue({ peak, floor, steps, warmupSteps }: CosineSchedule, step: number): number {
  if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
  return halfWave(peak, floor, (step - warmupSteps) / (steps - warmupSteps));
}

function oneCycleValue(schedule: OneCycleSchedule, step: number): number {
  const { peak, steps, rampFraction, startDivisor, endDivisor } = schedule;
  const start = peak / startDivisor;
  const top = Math.max(rampFraction * steps - 1, 0); // the step, not always whole, that takes `peak`
  if (step < top) return halfWave(start, peak, step / top);
  return halfWave(peak, start / endDivisor, (step - top) / Math.max(steps - 1 - top, 1));
}

/**
 * The value of a schedule at a step.
 *
 * @param step Steps done before this one: a non-negative integer.
 * @throws {RangeError} If `step` is not a non-negative integer.
 */
export function scheduleValue(schedule: Schedule, step: number): number {
  assertNonNegativeInteger('compute scheduleValue', 'step', step);
  switch (schedule.kind) {
    case 'constant':
      return schedule.value;
    case 'linear':
      return line(schedule.from, schedule.to, step / schedule.steps);
    case 'cyclical':
      return cyclicalValue(schedule, step);
    case 'cosine':
      return cosineValue(schedule, step);
    case 'oneCycle':
      return oneCycleValue(schedule, step);
    default:
      return schedule satisfies never;
  }
}
