import { TrainingError } from '../errors.js';
import type { TrainingRun } from './callbacks/callback.js';
import type { TrainingSession } from './session.js';
import { takeSnapshot, type TrainingSnapshot } from './snapshot.js';

interface Waiting {
  readonly resolve: (snapshot: Promise<TrainingSnapshot>) => void;
  readonly reject: (error: Error) => void;
}

/** The loop's side of the handle that callbacks get. */
export interface RunControl {
  readonly run: TrainingRun;
  /** What `stop` was called with, `null` before. */
  readonly stopRequest: () => { readonly cause: unknown } | null;
  /** Runs what must not be seen half done: a snapshot asked for meanwhile is taken afterwards. */
  readonly whole: <T>(body: () => Promise<T>) => Promise<T>;
  /** Ends the handle; snapshots are refused from now on. */
  readonly close: () => void;
}

export function runControl<Batch>(session: TrainingSession<Batch>): RunControl {
  let stopRequest: { readonly cause: unknown } | null = null;
  let waiting: Waiting[] = [];
  let phase: 'between' | 'within' | 'ended' = 'between';

  const take = async (): Promise<TrainingSnapshot> => {
    const { state } = session;
    await session.pool?.updates?.collect();
    const snapshot = await takeSnapshot(state, session.tensors);
    await session.device.check();
    return snapshot;
  };
  const serve = (answer: (waiting: Waiting) => void): void => {
    const answered = waiting;
    waiting = [];
    for (const one of answered) answer(one);
  };
  const snapshot = async (): Promise<TrainingSnapshot> => {
    if (phase === 'between') return take();
    if (phase === 'ended') throw new TrainingError('Cannot take a snapshot as the run has ended');
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };
  const whole = async <T>(body: () => Promise<T>): Promise<T> => {
    phase = 'within';
    try {
      return await body();
    } finally {
      phase = 'between';
      serve(({ resolve }) => resolve(take()));
    }
  };
  return {
    run: {
      get step() {
        return session.state.step;
      },
      get epoch() {
        return session.state.epoch;
      },
      stop: (cause) => {
        stopRequest ??= { cause };
      },
      snapshot,
    },
    stopRequest: () => stopRequest,
    whole,
    close: () => {
      phase = 'ended';
    },
  };
}
