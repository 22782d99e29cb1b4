import type { TrainingSnapshot } from '../snapshot.js';
import type { EpochRecord, LossValues, ValidationRecord } from '../state.js';

/** Why a run ended. */
export type EndReason = 'epochs' | 'steps' | 'duration' | 'early-stopping' | 'stopped' | 'aborted' | 'failed';

/** How a run ended. */
export interface TrainingEnd {
  readonly reason: EndReason;
  /** What was given to `stop`; what was thrown, for an aborted or failed run. */
  readonly cause?: unknown;
}

/** Where a run stands after a step whose losses were read. */
export interface TrainingProgress {
  /** Steps done. */
  readonly step: number;
  /** Epochs completed. */
  readonly epoch: number;
  /** Steps of the whole run, `null` where no limit tells. */
  readonly totalSteps: number | null;
  readonly losses: LossValues;
  /** Global norm of the gradients before clipping. */
  readonly gradientNorm: number;
  readonly learningRate: number;
  /** Since the progress before; `null` at the first one. */
  readonly examplesPerSecond: number | null;
  /** Estimate of the time left, in milliseconds; `null` where no limit tells. */
  readonly timeLeftMs: number | null;
}

/** The run, as callbacks see and steer it. */
export interface TrainingRun {
  /** Steps done. */
  readonly step: number;
  /** Epochs completed. */
  readonly epoch: number;
  /** Ends the run after the step under way, or at once between steps; `train` resolves. */
  readonly stop: (cause?: unknown) => void;
  /**
   * The whole state of the run between two steps; a call during a step is answered after it.
   *
   * @throws {TrainingError} If the run has ended.
   */
  readonly snapshot: () => Promise<TrainingSnapshot>;
}

/**
 * What is called in the course of a run, in the order of the list of callbacks; the run waits for each. A batch, here, is
 * what one step takes: all its accumulated batches. An error thrown by a callback fails the run.
 */
export interface TrainingCallback {
  readonly onTrainBegin?: (run: TrainingRun) => void | Promise<void>;
  /** Also where a resumed run enters the middle of an epoch. */
  readonly onEpochBegin?: (run: TrainingRun) => void | Promise<void>;
  readonly onBatchBegin?: (run: TrainingRun) => void | Promise<void>;
  /** After each step whose losses were read, before `onBatchEnd`. */
  readonly onProgress?: (progress: TrainingProgress, run: TrainingRun) => void | Promise<void>;
  /** After each step. */
  readonly onBatchEnd?: (run: TrainingRun) => void | Promise<void>;
  readonly onValidationEnd?: (record: ValidationRecord, run: TrainingRun) => void | Promise<void>;
  readonly onEpochEnd?: (record: EpochRecord, run: TrainingRun) => void | Promise<void>;
  /** However the run ends. The weights are those of the last step; afterwards the best or averaged ones replace them. */
  readonly onTrainEnd?: (end: TrainingEnd, run: TrainingRun) => void | Promise<void>;
}
