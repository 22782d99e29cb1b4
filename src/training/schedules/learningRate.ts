import type { PlateauSchedule, PlateauState } from './plateau.js';
import type { Schedule } from './schedule.js';
import { scheduleValue } from './scheduleValue.js';

/** A learning rate by step, or by the course of the validation loss. */
export type LearningRateSchedule = Schedule | PlateauSchedule;

/** The learning rate of a step; `plateau` is the state of a plateau schedule, `null` for every other. */
export function learningRateAt(
  schedule: LearningRateSchedule,
  step: number,
  plateau: PlateauState | null,
): number {
  if (schedule.kind === 'plateau') return (plateau ?? schedule).learningRate;
  return scheduleValue(schedule, step);
}
