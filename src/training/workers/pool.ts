import type { LossGradients } from '../gradients.js';
import type { Optimizer, OptimizerUpdate } from '../optimizers/optimizer.js';
import type { LossValues } from '../state.js';
import type { StepContext, TrainingTask } from '../task.js';
import type { WeightAverage } from '../weightAverage.js';

/** An update by gradients times a factor. */
export interface ScaledUpdate extends OptimizerUpdate {
  readonly factor: number;
}

/** What a batch gave, before the update. */
export interface PreparedUpdate {
  readonly losses: LossValues;
  /** Of the gradients, before scaling. */
  readonly gradientNorm: number;
}

/** Updates of the weights made by the threads, each for its share of the variables. */
export interface SharedUpdates<Batch> {
  /** Computes the gradients of a batch, which stays the caller's; the threads keep them. Updates the buffers. */
  readonly prepare: (batch: Batch, context: StepContext) => Promise<PreparedUpdate>;
  /** Makes the update; the variables, and the averages that the threads keep, follow. */
  readonly apply: (update: ScaledUpdate) => Promise<void>;
  /** Gives the optimizer's slots and the averages the values that the threads keep. */
  readonly collect: () => Promise<void>;
}

/** What the threads take over when they make the updates. */
export interface UpdateRules {
  readonly optimizer: Optimizer;
  readonly average: WeightAverage | null;
}

/** Threads that compute the losses and gradients of one run. */
export interface GradientPool<Batch> {
  /**
   * Hands the present values of the task's variables to the threads. Whoever changes a variable calls it before the next
   * loss; the threads copy the values while the caller goes on.
   */
  readonly publish: () => Promise<void>;
  /** Loss parts and gradients of a batch, which stays the caller's; updates the buffers. */
  readonly gradients: (batch: Batch, context: StepContext) => Promise<LossGradients>;
  /** Loss parts of a batch, which stays the caller's. */
  readonly losses: (batch: Batch, context: StepContext) => Promise<LossValues>;
  /** How the threads make the updates; `null` where the caller does. */
  readonly updates: SharedUpdates<Batch> | null;
  /** Ends the threads. */
  readonly close: () => Promise<void>;
}

/** Several threads, each with a TensorFlow.js of its own, that share the batches of a run. */
export interface TrainingWorkers {
  /** Number of threads. */
  readonly count: number;
  /**
   * Starts the threads of one run; called by `train`, which ends them too.
   *
   * @param rules What updates are made by; `null` where the threads must not make them.
   */
  readonly open: <Batch>(
    task: TrainingTask<Batch>,
    rules: UpdateRules | null,
  ) => Promise<GradientPool<Batch>>;
}
