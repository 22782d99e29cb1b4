import type { OptimizerConfig } from './optimizers/optimizer.js';
import type { LearningRateSchedule } from './schedules/learningRate.js';
import type { WeightAverageConfig } from './weightAverage.js';

/** How validation runs, as plain JSON. */
export interface ValidationConfig {
  readonly every: number;
  readonly unit: 'epochs' | 'steps';
  readonly monitor: string;
  readonly batches: number;
}

/** When a run stops for lack of progress, as plain JSON. */
export interface EarlyStoppingConfig {
  readonly patience: number;
  readonly minDelta: number;
}

/** Everything that decides what a run computes, as plain JSON: a resumed run must have the same. */
export interface TrainingConfig {
  readonly seed: number;
  readonly optimizer: OptimizerConfig;
  readonly learningRate: LearningRateSchedule;
  readonly accumulate: number;
  readonly clipNorm: number | null;
  readonly average: WeightAverageConfig | null;
  readonly validation: ValidationConfig | null;
  readonly earlyStopping: EarlyStoppingConfig | null;
  readonly keepBest: boolean;
  readonly batchesPerEpoch: number;
}
