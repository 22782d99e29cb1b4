import {
  argumentMessage,
  assertNonNegative,
  assertNonNegativeInteger,
  assertPositive,
  assertPositiveInteger,
} from '../../errors.js';

/** A learning rate that falls when the validation loss stops falling, as plain JSON. */
export interface PlateauSchedule {
  readonly kind: 'plateau';
  readonly learningRate: number;
  readonly factor: number;
  readonly patience: number;
  readonly minDelta: number;
  readonly cooldown: number;
  readonly floor: number;
}

export interface PlateauScheduleOptions {
  /** First learning rate. */
  readonly learningRate: number;
  /**
   * What a plateau multiplies the learning rate by. Above 0, below 1.
   *
   * @defaultValue `0.1`
   */
  readonly factor?: number;
  /**
   * Validations in a row without improvement that make a plateau.
   *
   * @defaultValue `10`
   */
  readonly patience?: number;
  /**
   * A loss counts as better only when it is lower by more than this.
   *
   * @defaultValue `0`
   */
  readonly minDelta?: number;
  /**
   * Validations after a reduction that do not count as without improvement.
   *
   * @defaultValue `0`
   */
  readonly cooldown?: number;
  /**
   * Lowest learning rate.
   *
   * @defaultValue `0`
   */
  readonly floor?: number;
}

/** Where a plateau schedule stands; plain JSON. */
export interface PlateauState {
  readonly learningRate: number;
  /** Lowest loss so far, `null` before the first validation. */
  readonly best: number | null;
  readonly waited: number;
  readonly cooldownLeft: number;
}

/**
 * Divides the learning rate when the validation loss has not fallen for `patience` validations.
 *
 * @throws {RangeError} If an option is out of its range.
 */
export function plateauSchedule(options: PlateauScheduleOptions): PlateauSchedule {
  const { learningRate, factor = 0.1, patience = 10, minDelta = 0, cooldown = 0, floor = 0 } = options;
  const action = 'create plateauSchedule';
  assertPositive(action, 'learningRate', learningRate);
  if (!(factor > 0 && factor < 1)) {
    throw new RangeError(argumentMessage(action, 'factor', 'be above 0 and below 1', factor));
  }
  assertPositiveInteger(action, 'patience', patience);
  assertNonNegative(action, 'minDelta', minDelta);
  assertNonNegativeInteger(action, 'cooldown', cooldown);
  assertNonNegative(action, 'floor', floor);
  return { kind: 'plateau', learningRate, factor, patience, minDelta, cooldown, floor };
}

/** The state before the first validation. */
export function plateauStart({ learningRate }: PlateauSchedule): PlateauState {
  return { learningRate, best: null, waited: 0, cooldownLeft: 0 };
}

/** Whether `value` beats `best` by more than `minDelta`; anything beats nothing. */
export function isImprovement(value: number, best: number | null, minDelta: number): boolean {
  return best === null || value < best - minDelta;
}

/** The state after a validation that gave `loss`. */
export function plateauNext(schedule: PlateauSchedule, state: PlateauState, loss: number): PlateauState {
  const { factor, patience, minDelta, cooldown, floor } = schedule;
  const better = isImprovement(loss, state.best, minDelta);
  const best = better ? loss : state.best;
  const cooling = state.cooldownLeft > 0;
  const waited = better || cooling ? 0 : state.waited + 1;
  const cooldownLeft = Math.max(state.cooldownLeft - 1, 0);
  if (waited < patience) return { learningRate: state.learningRate, best, waited, cooldownLeft };
  const learningRate = Math.min(state.learningRate, Math.max(state.learningRate * factor, floor));
  return { learningRate, best, waited: 0, cooldownLeft: cooldown };
}
