import type { TrainingConfig } from './config.js';
import { isImprovement, plateauNext, plateauStart, type PlateauState } from './schedules/plateau.js';

/** Loss parts by name. */
export type LossValues = Readonly<Record<string, number>>;

/** Mean training losses of an epoch, over the steps whose losses were read. */
export interface EpochRecord {
  /** Number of the epoch, the first is 0. */
  readonly epoch: number;
  /** Steps done at its end. */
  readonly step: number;
  readonly losses: LossValues;
}

/** Mean losses over the validation data. */
export interface ValidationRecord {
  /** Steps done when it was measured. */
  readonly step: number;
  /** Epochs completed. */
  readonly epoch: number;
  readonly losses: LossValues;
  /** Whether the monitored loss is the best so far. */
  readonly improved: boolean;
}

export interface TrainingHistory {
  readonly epochs: readonly EpochRecord[];
  readonly validations: readonly ValidationRecord[];
}

/** Lowest monitored validation loss and the step it was measured at. */
export interface BestValidation {
  readonly step: number;
  readonly value: number;
}

/** Everything a run has to remember beside its tensors, as plain JSON; random numbers follow from seed and step. */
export interface TrainingState {
  /** Version of this record. */
  readonly version: 1;
  readonly config: TrainingConfig;
  /** Updates of the weights made. */
  readonly step: number;
  /** Epochs completed. */
  readonly epoch: number;
  /** Batches of the present epoch that are done. */
  readonly batch: number;
  readonly plateau: PlateauState | null;
  readonly best: BestValidation | null;
  readonly validationsSinceBest: number;
  /** Sums of the losses read in the present epoch, and their number. */
  readonly epochLosses: { readonly sums: LossValues; readonly count: number };
  readonly history: TrainingHistory;
}

const NO_LOSSES = { sums: {}, count: 0 };

export function initialState(config: TrainingConfig): TrainingState {
  const { learningRate } = config;
  return {
    version: 1,
    config,
    step: 0,
    epoch: 0,
    batch: 0,
    plateau: learningRate.kind === 'plateau' ? plateauStart(learningRate) : null,
    best: null,
    validationsSinceBest: 0,
    epochLosses: NO_LOSSES,
    history: { epochs: [], validations: [] },
  };
}

function mapLosses(losses: LossValues, f: (value: number, name: string) => number): LossValues {
  return Object.fromEntries(Object.entries(losses).map(([name, value]) => [name, f(value, name)]));
}

/** The state after an update made of `batches` batches; `losses` is `null` where they were not read. */
export function afterStep(state: TrainingState, batches: number, losses: LossValues | null): TrainingState {
  const { sums, count } = state.epochLosses;
  const epochLosses =
    losses === null
      ? state.epochLosses
      : { sums: mapLosses(losses, (value, name) => value + (sums[name] ?? 0)), count: count + 1 };
  return { ...state, step: state.step + 1, batch: state.batch + batches, epochLosses };
}

/** Whether the last batch of the epoch is done, its validation and its record perhaps not. */
export function isEpochDone({ batch, config }: TrainingState): boolean {
  return batch === config.batchesPerEpoch;
}

/** The state after an epoch. */
export function afterEpoch(state: TrainingState): TrainingState {
  const { step, epoch, history } = state;
  const { sums, count } = state.epochLosses;
  const record = { epoch, step, losses: mapLosses(sums, (sum) => sum / count) };
  const epochs = [...history.epochs, record];
  return { ...state, epoch: epoch + 1, batch: 0, epochLosses: NO_LOSSES, history: { ...history, epochs } };
}

/** The state after a validation whose monitored loss is `value`. */
export function afterValidation(state: TrainingState, losses: LossValues, value: number): TrainingState {
  const { config, step, epoch, best, plateau, history } = state;
  const { learningRate, earlyStopping } = config;
  const improved = isImprovement(value, best?.value ?? null, earlyStopping?.minDelta ?? 0);
  const record = { step, epoch, losses, improved };
  return {
    ...state,
    plateau:
      learningRate.kind === 'plateau' && plateau !== null
        ? plateauNext(learningRate, plateau, value)
        : plateau,
    best: improved ? { step, value } : best,
    validationsSinceBest: improved ? 0 : state.validationsSinceBest + 1,
    history: { ...history, validations: [...history.validations, record] },
  };
}
