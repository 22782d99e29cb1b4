import { describe, expect, it } from 'vitest';

import { saveSnapshots, type SaveSnapshotsOptions } from '../../../src/training/callbacks/saveSnapshots.js';
import type { TrainingOptions } from '../../../src/training/options.js';
import { train } from '../../../src/training/train.js';
import { regressionData, regressionTask, type RegressionBatch } from '../regression.js';

/** Steps at which snapshots were saved. */
async function savedSteps(
  options: SaveSnapshotsOptions,
  training: Partial<TrainingOptions<RegressionBatch>> = {},
  onSave: () => void = () => undefined,
): Promise<number[]> {
  const steps: number[] = [];
  const save = async ({ state }: { readonly state: { readonly step: number } }) => {
    steps.push(state.step);
    onSave();
    await Promise.resolve();
  };
  const task = regressionTask();
  const callbacks = [...(training.callbacks ?? []), saveSnapshots(save, options)];
  const run = train(task, regressionData(), { seed: 0, learningRate: 0.1, steps: 7, ...training, callbacks });
  await run.catch(() => undefined);
  task.dispose();
  return steps;
}

describe('saveSnapshots()', () => {
  it('saves every few steps and at the end', async () => {
    expect(await savedSteps({ everySteps: 3 })).toEqual([3, 6, 7]);
  });

  it('saves when the time has passed, whichever comes first', async () => {
    let time = 0;
    const callbacks = [{ onBatchBegin: () => void (time += 10) }];
    expect(await savedSteps({ everyMs: 25, now: () => time }, { callbacks })).toEqual([3, 6, 7]);
    const both = { everyMs: 25, everySteps: 2, now: () => time };
    expect(await savedSteps(both, { callbacks })).toEqual([2, 4, 6, 7]);
  });

  it('saves when the run is aborted, not when it fails', async () => {
    const controller = new AbortController();
    const abort = () => controller.abort();
    expect(await savedSteps({ everySteps: 2 }, { signal: controller.signal }, abort)).toEqual([2, 2]);
    const failing = {
      onBatchEnd: ({ step }: { readonly step: number }) => {
        if (step === 3) throw new Error('no space left');
      },
    };
    expect(await savedSteps({ everySteps: 2 }, { callbacks: [failing] })).toEqual([2]);
  });

  it('names the interval that is missing or not positive', () => {
    const save = () => Promise.resolve();
    expect(() => saveSnapshots(save, {})).toThrow(
      "Cannot create saveSnapshots as 'everySteps' must be given where everyMs is not: current value is undefined",
    );
    expect(() => saveSnapshots(save, { everySteps: 0 })).toThrow(
      "Cannot create saveSnapshots as 'everySteps' must be a positive integer: current value is 0",
    );
    expect(() => saveSnapshots(save, { everyMs: 0 })).toThrow(
      "Cannot create saveSnapshots as 'everyMs' must be a positive finite number: current value is 0",
    );
  });
});
