import type { NamedTensors, NamedVariables } from '../variables.js';

/** What an optimizer was made with, as plain JSON: it is written into snapshots and compared when one is resumed. */
export type OptimizerConfig = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** What one update of the variables needs to know beside the gradients. */
export interface OptimizerUpdate {
  /** Number of updates made before this one. */
  readonly step: number;
  /** Learning rate of this update. */
  readonly learningRate: number;
}

/** An update rule tied to its variables. Its whole state is in `slots`; the number of updates is handed in. */
export interface Optimizer {
  readonly config: OptimizerConfig;
  /**
   * Whether it treats each variable by itself and threads can make it anew from `config`, so that each updates a part of the
   * variables. The optimizers of this library are; others make their updates in the thread of `train`.
   *
   * @defaultValue `false`
   */
  readonly isShareable?: boolean;
  /** State by name, one tensor or more for each variable: to be read and assigned, never disposed, by others. */
  readonly slots: NamedVariables;
  /** Changes the variables by one update; `gradients` holds one gradient for each variable and stays the caller's. */
  readonly apply: (gradients: NamedTensors, update: OptimizerUpdate) => void;
  /** Frees the slots; the variables stay. */
  readonly dispose: () => void;
}

/** Ties an update rule to the variables it changes; every slot starts at zero. */
export type OptimizerFactory = (variables: NamedVariables) => Optimizer;
