import { nextTask } from '../nextTask.js';
import type { TrainingProgress } from './callbacks/callback.js';
import type { TrainingSession } from './session.js';
import type { StepMeasures } from './step.js';

/** A function that gives the event loop a turn when the last one is more than `everyMs` ago. */
export function pacer(everyMs: number, now: () => number): () => Promise<void> {
  let last = now();
  return async () => {
    if (now() - last < everyMs) return;
    await nextTask();
    last = now();
  };
}

/** Turns what a step measured into a progress report with speed and time left. */
export interface ProgressMeter {
  readonly elapsedMs: () => number;
  readonly report: (measures: StepMeasures, learningRate: number) => TrainingProgress;
}

/** Updates until the limits of a run, `Infinity` where only time or early stopping end it. */
function totalStepsOf<Batch>({ settings, state }: TrainingSession<Batch>): number {
  const { batchesPerEpoch, accumulate } = state.config;
  const { epochs, steps } = settings.limits;
  return Math.min(steps, epochs * Math.ceil(batchesPerEpoch / accumulate));
}

export function progressMeter<Batch>(session: TrainingSession<Batch>): ProgressMeter {
  const { data, settings, state: first } = session;
  const { now, limits } = settings;
  const { batchesPerEpoch } = first.config;
  const startMs = now();
  const totalSteps = totalStepsOf(session);
  const elapsedMs = (): number => now() - startMs;
  const batchesDone = (): number => session.state.epoch * batchesPerEpoch + session.state.batch;
  let previous: { readonly timeMs: number; readonly batches: number } | null = null;

  const report = ({ losses, gradientNorm }: StepMeasures, learningRate: number): TrainingProgress => {
    const { step, epoch } = session.state;
    const [timeMs, batches] = [elapsedMs(), batchesDone()];
    const examplesPerSecond =
      previous === null || timeMs <= previous.timeMs
        ? null
        : ((batches - previous.batches) * data.batchSize * 1000) / (timeMs - previous.timeMs);
    previous = { timeMs, batches };
    const bySteps = (timeMs / (step - first.step)) * (totalSteps - step);
    const timeLeftMs = Math.max(0, Math.min(bySteps, limits.durationMs - timeMs));
    return {
      step,
      epoch,
      totalSteps: Number.isFinite(totalSteps) ? totalSteps : null,
      losses,
      gradientNorm,
      learningRate,
      examplesPerSecond,
      timeLeftMs: Number.isFinite(timeLeftMs) ? timeLeftMs : null,
    };
  };
  return { elapsedMs, report };
}
