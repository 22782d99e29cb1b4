import type { LossValues } from '../state.js';
import type { TrainingCallback } from './callback.js';
import { eventFileStart, scalarEvent } from './eventFile.js';
import type { Sink } from './sink.js';

export interface TensorBoardLoggerOptions {
  /**
   * Time of day, in milliseconds since 1970.
   *
   * @defaultValue `Date.now`
   */
  readonly now?: () => number;
}

function tagged(split: string, losses: LossValues): Record<string, number> {
  return Object.fromEntries(Object.entries(losses).map(([name, value]) => [`${split}/${name}`, value]));
}

/**
 * Logs a run as a TensorBoard event file: scalars `training/PART`, `validation/PART`, `learningRate`, `gradientNorm` and
 * `examplesPerSecond` by step.
 *
 * TensorBoard finds the file if its name contains `tfevents`. A resumed run takes a new file in the same folder.
 */
export function tensorBoardLogger(sink: Sink, options: TensorBoardLoggerOptions = {}): TrainingCallback {
  const { now = () => Date.now() } = options;
  const write = (step: number, scalars: Record<string, number>): Promise<void> =>
    sink.write(scalarEvent({ wallTime: now() / 1000, step, scalars }));
  return {
    onTrainBegin: () => sink.write(eventFileStart(now() / 1000)),
    onProgress: ({ step, losses, learningRate, gradientNorm, examplesPerSecond }) =>
      write(step, {
        ...tagged('training', losses),
        learningRate,
        gradientNorm,
        ...(examplesPerSecond === null ? {} : { examplesPerSecond }),
      }),
    onValidationEnd: ({ step, losses }) => write(step, tagged('validation', losses)),
  };
}
