import {
  argumentMessage,
  assertNonNegative,
  assertNonNegativeInteger,
  assertPositive,
  assertPositiveInteger,
} from '../errors.js';
import type { TrainingCallback } from './callbacks/callback.js';
import type { EarlyStoppingConfig, TrainingConfig, ValidationConfig } from './config.js';
import { adam } from './optimizers/adam.js';
import type { OptimizerFactory } from './optimizers/optimizer.js';
import type { LearningRateSchedule } from './schedules/learningRate.js';
import { constantSchedule } from './schedules/schedule.js';
import type { TrainingSnapshot } from './snapshot.js';
import type { TrainingData } from './task.js';
import type { TrainingWorkers } from './workers/pool.js';
import { weightAverageConfig, type WeightAverageOptions } from './weightAverage.js';

export interface ValidationOptions<Batch> {
  /** Its first epoch is used each time. */
  readonly data: TrainingData<Batch>;
  /**
   * Epochs from one validation to the next; not together with `everySteps`.
   *
   * @defaultValue `1`
   */
  readonly everyEpochs?: number;
  /** Steps from one validation to the next, instead of epochs. */
  readonly everySteps?: number;
  /**
   * The loss part that early stopping, the best weights and a plateau schedule go by.
   *
   * @defaultValue `'total'`
   */
  readonly monitor?: string;
}

export interface EarlyStoppingOptions {
  /** Validations in a row without improvement that end the run. */
  readonly patience: number;
  /**
   * A loss counts as better only when it is lower by more than this.
   *
   * @defaultValue `0`
   */
  readonly minDelta?: number;
}

export interface TrainingOptions<Batch> {
  /** Source of all randomness: a non-negative integer, 0 included. */
  readonly seed: number;
  /** A number for a constant one. */
  readonly learningRate: number | LearningRateSchedule;
  /** Ends the run after this many epochs, those before a resumption included. */
  readonly epochs?: number;
  /** Ends the run after this many updates of the weights, those before a resumption included. */
  readonly steps?: number;
  /** Ends the run after this time, in milliseconds, that before a resumption not included. */
  readonly maxDurationMs?: number;
  /**
   * Update rule.
   *
   * @defaultValue `adam()`
   */
  readonly optimizer?: OptimizerFactory;
  /**
   * Batches whose mean gradient makes one update; fewer at the end of an epoch.
   *
   * @defaultValue `1`
   */
  readonly accumulate?: number;
  /**
   * Largest global norm of the gradients; larger ones are scaled down to it.
   *
   * @defaultValue no limit
   */
  readonly clipNorm?: number;
  /**
   * Keeps an exponential moving average of the weights, which validation uses and the run ends with.
   *
   * @defaultValue none
   */
  readonly average?: WeightAverageOptions;
  /**
   * Measures the loss on other data.
   *
   * @defaultValue none
   */
  readonly validation?: ValidationOptions<Batch>;
  /**
   * Ends the run when the monitored validation loss stops falling.
   *
   * @defaultValue never
   */
  readonly earlyStopping?: EarlyStoppingOptions;
  /**
   * Ends with the weights and buffers of the best validation, however the run ends.
   *
   * @defaultValue `true` with `earlyStopping`, else `false`
   */
  readonly keepBest?: boolean;
  /**
   * Reads the losses at every so-many-th step. Reading waits for the device; a loss that is not finite is found only where
   * it is read.
   *
   * @defaultValue `1`
   */
  readonly logEvery?: number;
  /**
   * Longest time, in milliseconds, for which the event loop is held, if no single step is longer.
   *
   * @defaultValue `50`
   */
  readonly yieldEveryMs?: number;
  /** Ends the run between two steps; `train` rejects with the reason of the signal. */
  readonly signal?: AbortSignal;
  readonly callbacks?: readonly TrainingCallback[];
  /**
   * Threads that share each batch; see `nodeWorkers` of `polyhue/node` and `webWorkers` of `polyhue/browser`. The same number
   * of them gives the same result, another number the same up to rounding. Where a loss looks at the batch as a whole (batch
   * normalization, free bits), each thread looks at its own part.
   *
   * @defaultValue none: this thread computes
   */
  readonly workers?: TrainingWorkers;
  /** Continues the run that this snapshot was taken from. */
  readonly resume?: TrainingSnapshot;
  /**
   * Clock in milliseconds.
   *
   * @defaultValue `performance.now`
   */
  readonly now?: () => number;
}

/** Options with every default in place; `optimizerOf` still has to be tied to variables. */
export interface TrainingSettings<Batch> {
  readonly config: Omit<TrainingConfig, 'optimizer'>;
  readonly optimizerOf: OptimizerFactory;
  readonly limits: { readonly epochs: number; readonly steps: number; readonly durationMs: number };
  readonly validationData: TrainingData<Batch> | null;
  readonly logEvery: number;
  readonly yieldEveryMs: number;
  readonly signal: AbortSignal | null;
  readonly callbacks: readonly TrainingCallback[];
  readonly workers: TrainingWorkers | null;
  readonly resume: TrainingSnapshot | null;
  readonly now: () => number;
}

const ACTION = 'train';

function validationConfig<Batch>({
  data,
  everyEpochs,
  everySteps,
  monitor = 'total',
}: ValidationOptions<Batch>): ValidationConfig {
  if (everyEpochs !== undefined && everySteps !== undefined) {
    throw new TypeError(argumentMessage(ACTION, 'everyEpochs', 'be left out beside everySteps', everyEpochs));
  }
  const [unit, every] =
    everySteps === undefined ? (['epochs', everyEpochs ?? 1] as const) : (['steps', everySteps] as const);
  assertPositiveInteger(ACTION, unit === 'epochs' ? 'everyEpochs' : 'everySteps', every);
  assertPositiveInteger(ACTION, 'validation.data.batchesPerEpoch', data.batchesPerEpoch);
  return { every, unit, monitor, batches: data.batchesPerEpoch };
}

function earlyStoppingConfig({ patience, minDelta = 0 }: EarlyStoppingOptions): EarlyStoppingConfig {
  assertPositiveInteger(ACTION, 'patience', patience);
  assertNonNegative(ACTION, 'minDelta', minDelta);
  return { patience, minDelta };
}

/** @throws {TypeError} If something needs validation data and there are none. */
function assertValidated(
  validation: ValidationConfig | null,
  needs: Readonly<Record<string, boolean>>,
): void {
  if (validation !== null) return;
  for (const [option, used] of Object.entries(needs)) {
    if (used) throw new TypeError(argumentMessage(ACTION, 'validation', `be given for ${option}`, undefined));
  }
}

function resolveConfig<Batch>(
  data: TrainingData<Batch>,
  options: TrainingOptions<Batch>,
): Omit<TrainingConfig, 'optimizer'> {
  const { seed, accumulate = 1, clipNorm = null } = options;
  assertNonNegativeInteger(ACTION, 'seed', seed);
  assertPositiveInteger(ACTION, 'accumulate', accumulate);
  if (typeof options.learningRate === 'number') assertPositive(ACTION, 'learningRate', options.learningRate);
  if (clipNorm !== null) assertPositive(ACTION, 'clipNorm', clipNorm);
  assertPositiveInteger(ACTION, 'data.batchesPerEpoch', data.batchesPerEpoch);
  const learningRate =
    typeof options.learningRate === 'number' ? constantSchedule(options.learningRate) : options.learningRate;
  const validation = options.validation ? validationConfig(options.validation) : null;
  const earlyStopping = options.earlyStopping ? earlyStoppingConfig(options.earlyStopping) : null;
  const keepBest = options.keepBest ?? earlyStopping !== null;
  assertValidated(validation, {
    earlyStopping: earlyStopping !== null,
    keepBest,
    'a plateau schedule': learningRate.kind === 'plateau',
  });
  return {
    seed,
    learningRate,
    accumulate,
    clipNorm,
    average: options.average ? weightAverageConfig(options.average) : null,
    validation,
    earlyStopping,
    keepBest,
    batchesPerEpoch: data.batchesPerEpoch,
  };
}

/**
 * Checks options and fills in the defaults, before any tensor is made.
 *
 * @throws {RangeError} If a number is out of its range.
 * @throws {TypeError} If nothing limits the run, or something needs validation data and there are none.
 */
export function resolveOptions<Batch>(
  data: TrainingData<Batch>,
  options: TrainingOptions<Batch>,
): TrainingSettings<Batch> {
  const { epochs, steps, maxDurationMs, optimizer = adam(), logEvery = 1, yieldEveryMs = 50 } = options;
  const { signal = null, callbacks = [], workers = null, resume = null } = options;
  const { now = () => performance.now() } = options;
  const config = resolveConfig(data, options);
  assertPositiveInteger(ACTION, 'epochs', epochs ?? 1);
  assertPositiveInteger(ACTION, 'steps', steps ?? 1);
  assertPositive(ACTION, 'maxDurationMs', maxDurationMs ?? 1);
  assertPositiveInteger(ACTION, 'logEvery', logEvery);
  assertNonNegative(ACTION, 'yieldEveryMs', yieldEveryMs);
  if ((epochs ?? steps ?? maxDurationMs) === undefined && config.earlyStopping === null) {
    const rule = 'be given where no steps, maxDurationMs or earlyStopping limit the run';
    throw new TypeError(argumentMessage(ACTION, 'epochs', rule, undefined));
  }
  return {
    config,
    optimizerOf: optimizer,
    limits: {
      epochs: epochs ?? Infinity,
      steps: steps ?? Infinity,
      durationMs: maxDurationMs ?? Infinity,
    },
    validationData: options.validation?.data ?? null,
    logEvery,
    yieldEveryMs,
    signal,
    callbacks,
    workers,
    resume,
    now,
  };
}
