import type { LossGradients } from '../gradients.js';
import type { LossValues } from '../state.js';
import type { StepContext, TrainingTask } from '../task.js';

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
  /** Ends the threads. */
  readonly close: () => Promise<void>;
}

/** Several threads, each with a TensorFlow.js of its own, that share the batches of a run. */
export interface TrainingWorkers {
  /** Number of threads. */
  readonly count: number;
  /** Starts the threads of one run; called by `train`, which ends them too. */
  readonly open: <Batch>(task: TrainingTask<Batch>) => Promise<GradientPool<Batch>>;
}
