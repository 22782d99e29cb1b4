import { argumentMessage, assertPositive, assertPositiveInteger } from '../../errors.js';
import type { TrainingSnapshot } from '../snapshot.js';
import type { TrainingCallback, TrainingRun } from './callback.js';

export interface SaveSnapshotsOptions {
  /** Steps from one snapshot to the next. */
  readonly everySteps?: number;
  /** Time from one snapshot to the next, in milliseconds, rounded up to whole steps. */
  readonly everyMs?: number;
  /**
   * Clock in milliseconds.
   *
   * @defaultValue `performance.now`
   */
  readonly now?: () => number;
}

/**
 * Hands a snapshot of the run to `save` now and then, and once more at the end unless the run failed.
 *
 * @param save The run waits for it; what it throws fails the run.
 * @throws {RangeError} If an interval is not positive.
 * @throws {TypeError} If neither interval is given.
 */
export function saveSnapshots(
  save: (snapshot: TrainingSnapshot) => Promise<void>,
  options: SaveSnapshotsOptions,
): TrainingCallback {
  const { everySteps, everyMs, now = () => performance.now() } = options;
  const action = 'create saveSnapshots';
  if (everySteps === undefined && everyMs === undefined) {
    throw new TypeError(argumentMessage(action, 'everySteps', 'be given where everyMs is not', everySteps));
  }
  assertPositiveInteger(action, 'everySteps', everySteps ?? 1);
  assertPositive(action, 'everyMs', everyMs ?? 1);
  let savedStep = 0;
  let savedMs = 0;

  const saveNow = async (run: TrainingRun): Promise<void> => {
    await save(await run.snapshot());
    savedStep = run.step;
    savedMs = now();
  };
  return {
    onTrainBegin: ({ step }) => {
      savedStep = step;
      savedMs = now();
    },
    onBatchEnd: async (run) => {
      const due =
        run.step - savedStep >= (everySteps ?? Infinity) || now() - savedMs >= (everyMs ?? Infinity);
      if (due) await saveNow(run);
    },
    onTrainEnd: async ({ reason }, run) => {
      if (reason !== 'failed') await saveNow(run);
    },
  };
}
