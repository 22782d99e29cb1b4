import {
  argumentMessage,
  assertBetween,
  assertNonNegativeInteger,
  assertPositiveInteger,
} from '../../errors.js';

/** One value for every step. */
export interface ConstantSchedule {
  readonly kind: 'constant';
  readonly value: number;
}

/** A straight line over `steps` steps, then `to`. */
export interface LinearSchedule {
  readonly kind: 'linear';
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}

/** Straight lines from `from` to `to`, one in each cycle, each followed by a plateau; `to` after the last cycle. */
export interface CyclicalSchedule {
  readonly kind: 'cyclical';
  readonly from: number;
  readonly to: number;
  readonly steps: number;
  readonly cycles: number;
  readonly rampFraction: number;
}

/** A straight line up to `peak`, then half a cosine wave down to `floor`. */
export interface CosineSchedule {
  readonly kind: 'cosine';
  readonly peak: number;
  readonly floor: number;
  readonly steps: number;
  readonly warmupSteps: number;
}

/** Half a cosine wave up to `peak`, then half a wave down far below the start. */
export interface OneCycleSchedule {
  readonly kind: 'oneCycle';
  readonly peak: number;
  readonly steps: number;
  readonly rampFraction: number;
  readonly startDivisor: number;
  readonly endDivisor: number;
}

/** A number that depends on the step alone, as plain JSON: a learning rate, the weight of a loss. */
export type Schedule =
  ConstantSchedule | LinearSchedule | CyclicalSchedule | CosineSchedule | OneCycleSchedule;

export interface AnnealingOptions {
  /** Steps until the end of the annealing. */
  readonly steps: number;
  /**
   * First value.
   *
   * @defaultValue `0`
   */
  readonly from?: number;
  /**
   * Last value.
   *
   * @defaultValue `1`
   */
  readonly to?: number;
}

export interface CyclicalAnnealingOptions extends AnnealingOptions {
  /**
   * Number of cycles.
   *
   * @defaultValue `4`
   */
  readonly cycles?: number;
  /**
   * Share of a cycle that rises; the rest stays at `to`. Above 0, up to 1.
   *
   * @defaultValue `0.5`
   */
  readonly rampFraction?: number;
}

export interface CosineScheduleOptions {
  /** Highest value. */
  readonly peak: number;
  /** Steps until `floor` is reached, warm-up included. */
  readonly steps: number;
  /**
   * Steps of the rise: step `i` of them takes `peak * (i + 1) / warmupSteps`.
   *
   * @defaultValue `0`
   */
  readonly warmupSteps?: number;
  /**
   * Last value.
   *
   * @defaultValue `0`
   */
  readonly floor?: number;
}

export interface OneCycleScheduleOptions {
  /** Highest value. */
  readonly peak: number;
  /** Steps of the whole cycle. */
  readonly steps: number;
  /**
   * Share of the steps that rises. Above 0, below 1.
   *
   * @defaultValue `0.3`
   */
  readonly rampFraction?: number;
  /**
   * The first value is `peak / startDivisor`.
   *
   * @defaultValue `25`
   */
  readonly startDivisor?: number;
  /**
   * The last value is the first one divided by this.
   *
   * @defaultValue `10000`
   */
  readonly endDivisor?: number;
}

function assertFinite(action: string, values: Readonly<Record<string, number>>): void {
  for (const [argument, value] of Object.entries(values)) {
    if (!Number.isFinite(value)) throw new RangeError(argumentMessage(action, argument, 'be finite', value));
  }
}

function assertAbove(action: string, argument: string, value: number, least: number): void {
  if (value > least && Number.isFinite(value)) return;
  throw new RangeError(argumentMessage(action, argument, `be finite and above ${least}`, value));
}

/**
 * The same value at every step.
 *
 * @throws {RangeError} If `value` is not finite.
 */
export function constantSchedule(value: number): ConstantSchedule {
  assertFinite('create constantSchedule', { value });
  return { kind: 'constant', value };
}

/**
 * A value that moves from `from` to `to` in equal steps and stays there: `from + (to - from) * min(step / steps, 1)`.
 *
 * @throws {RangeError} If `steps` is not a positive integer or a value is not finite.
 * @see S. R. Bowman et al., Generating sentences from a continuous space, 2016, section 3.1 (annealing of the KL weight).
 */
export function linearAnnealing(options: AnnealingOptions): LinearSchedule {
  const { steps, from = 0, to = 1 } = options;
  assertPositiveInteger('create linearAnnealing', 'steps', steps);
  assertFinite('create linearAnnealing', { from, to });
  return { kind: 'linear', from, to, steps };
}

/**
 * A value that rises again and again, which lets a VAE recover codes that it stopped using.
 *
 * Within a cycle, `from + (to - from) * min(t / rampFraction, 1)` where `t` is the share of the cycle that is done.
 *
 * @throws {RangeError} If an option is out of its range, or `cycles` above `steps`.
 * @see H. Fu et al., Cyclical annealing schedule: A simple approach to mitigating KL vanishing, 2019, equations 6 and 7.
 */
export function cyclicalAnnealing(options: CyclicalAnnealingOptions): CyclicalSchedule {
  const { steps, from = 0, to = 1, cycles = 4, rampFraction = 0.5 } = options;
  const action = 'create cyclicalAnnealing';
  assertPositiveInteger(action, 'steps', steps);
  assertPositiveInteger(action, 'cycles', cycles);
  assertBetween(action, 'cycles', cycles, [1, steps]);
  assertFinite(action, { from, to });
  assertAbove(action, 'rampFraction', rampFraction, 0);
  assertBetween(action, 'rampFraction', rampFraction, [0, 1]);
  return { kind: 'cyclical', from, to, steps, cycles, rampFraction };
}

/**
 * Linear warm-up to `peak`, then half a cosine wave down to `floor`, where it stays.
 *
 * `floor + (peak - floor) * (1 + cos(pi * t)) / 2` where `t` is the share done of the steps after the warm-up.
 *
 * @throws {RangeError} If a value is not finite, or the warm-up does not end before `steps`.
 * @see I. Loshchilov and F. Hutter, SGDR: Stochastic gradient descent with warm restarts, 2017, equation 5.
 */
export function cosineSchedule(options: CosineScheduleOptions): CosineSchedule {
  const { peak, steps, warmupSteps = 0, floor = 0 } = options;
  const action = 'create cosineSchedule';
  assertPositiveInteger(action, 'steps', steps);
  assertNonNegativeInteger(action, 'warmupSteps', warmupSteps);
  assertBetween(action, 'warmupSteps', warmupSteps, [0, steps - 1]);
  assertFinite(action, { peak, floor });
  return { kind: 'cosine', peak, floor, steps, warmupSteps };
}

/**
 * One rise to a large value and one long descent, both along half a cosine wave.
 *
 * @throws {RangeError} If an option is out of its range.
 * @see L. N. Smith and N. Topin, Super-convergence: Very fast training of neural networks using large learning rates, 2018.
 */
export function oneCycleSchedule(options: OneCycleScheduleOptions): OneCycleSchedule {
  const { peak, steps, rampFraction = 0.3, startDivisor = 25, endDivisor = 1e4 } = options;
  const action = 'create oneCycleSchedule';
  assertPositiveInteger(action, 'steps', steps);
  assertFinite(action, { peak });
  assertAbove(action, 'rampFraction', rampFraction, 0);
  assertAbove(action, 'startDivisor', startDivisor, 0);
  assertAbove(action, 'endDivisor', endDivisor, 0);
  assertBetween(action, 'rampFraction', rampFraction, [0, 1]);
  return { kind: 'oneCycle', peak, steps, rampFraction, startDivisor, endDivisor };
}
