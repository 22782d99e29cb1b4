import { beforeAll, describe, expect, it } from 'vitest';

import type { CheckpointStore } from '../../../src/checkpoint/checkpointStore.js';
import { memoryStore } from '../../../src/checkpoint/memoryStore.js';
import { memorySource } from '../../../src/data/imageSource.js';
import { BackendError, CheckpointError, TrainingError } from '../../../src/errors.js';
import { disposeColorizerModels, saveColorizerModels } from '../../../src/models/colorizerModels.js';
import { trainColorizer } from '../../../src/training/trainColorizer.js';
import { loadWorkerColorizer } from '../../../src/worker/loadWorkerColorizer.js';
import {
  startWorkerTraining,
  type WorkerTrainingOptions,
  type WorkerTrainingProgress,
} from '../../../src/worker/startWorkerTraining.js';
import { fileOf } from '../../support/fileOf.js';
import { SMALLEST_MIXTURE, SMALLEST_VAE } from '../../support/tinyModels.js';
import { COLORS, grainy } from '../../training/smallPictures.js';

/** Too small to be shrunk, so that the page trains on the same pixels. */
const pictures = COLORS.slice(0, 5).map((color, i) => grainy(10, color, i));
const names = pictures.map((_, i) => `${i}.png`);
const held = [grainy(9, COLORS[6], 100)];
const CONFIGS = { colorVae: SMALLEST_VAE, mixtureDensityNetwork: SMALLEST_MIXTURE };
const PLAN = { configs: CONFIGS, seed: 3, steps: 4, batchSize: 2 };

let source: File[];
let validation: File[];

beforeAll(async () => {
  source = await Promise.all(pictures.map(async (picture, i) => fileOf(picture, names[i]!)));
  validation = await Promise.all(held.map(async (picture) => fileOf(picture, 'held.png')));
});

const start = async (options: Partial<WorkerTrainingOptions> = {}) =>
  startWorkerTraining({ ...PLAN, source, backends: ['wasm'], ...options });

/** The networks that a whole run ends with. */
async function trained(options: Partial<WorkerTrainingOptions> = {}) {
  const training = await start(options);
  try {
    await training.finished;
    return await training.save();
  } finally {
    training.dispose();
  }
}

/** The weights that the page alone ends with, as a checkpoint. */
async function trainedOnPage() {
  const options = { source: memorySource(pictures, names), validation: memorySource(held, ['held.png']) };
  const models = await trainColorizer({ ...PLAN, ...options });
  const store = memoryStore();
  await saveColorizerModels(store, models);
  disposeColorizerModels(models);
  return store.files();
}

describe('startWorkerTraining()', () => {
  it('ends with the weights of trainColorizer, and tells what goes on', async () => {
    const told: WorkerTrainingProgress[] = [];
    const files = await trained({ validation, onProgress: (progress) => told.push(progress) });
    const kinds = told.map((progress) => ('stage' in progress ? progress.stage : progress.kind));
    const stage = (name: string): string[] => Array.from({ length: 4 + 2 }, () => name);
    expect(kinds).toEqual([
      ...Array.from({ length: 6 }, () => 'pictures'),
      ...stage('colorVae'),
      ...stage('mixtureDensityNetwork'),
    ]);
    expect(told[5]).toEqual({ kind: 'pictures', done: 6, total: 6 });
    expect(told.at(-1)).toMatchObject({
      kind: 'validation',
      step: 4,
      losses: { total: expect.any(Number) as number },
    });
    expect(told.at(-2)).toMatchObject({ kind: 'step', step: 4, totalSteps: 4 });
    expect(files).toEqual(await trainedOnPage());
  });

  it('leaves out what cannot be read and what is grey', async () => {
    const grey = await fileOf(grainy(10, [120, 120, 120], 1), 'grey.png');
    const training = await start({ source: [new File(['none'], 'broken.jpg'), grey, ...source] });
    expect(training.leftOut).toEqual([
      { name: 'broken.jpg', reason: 'unreadable' },
      { name: 'grey.png', reason: 'grey' },
    ]);
    await training.finished;
    expect(await training.save()).toEqual(await trained());
    training.dispose();
  });

  it('stands still when paused, paints and saves meanwhile, and ends as if it had not been', async () => {
    let steps = 0;
    const onProgress = ({ kind }: WorkerTrainingProgress): void => void (steps += Number(kind === 'step'));
    const training = await start({ onProgress });
    await training.pause();
    const before = steps;
    const [result] = await training.colorize(pictures[0]!, { count: 1 });
    expect((await result!.toRaster()).data).toHaveLength(300);
    const latents = [new Float32Array(SMALLEST_VAE.latentDim)];
    expect(await training.decode(pictures[0]!, latents)).toHaveLength(1);
    const colorizer = await loadWorkerColorizer(memoryStore(await training.save()), { backends: ['wasm'] });
    const [again] = await colorizer.colorize(pictures[0]!, { count: 1 });
    expect(await again!.toRaster()).toEqual(await result!.toRaster());
    expect([before > 0, before < 8, steps]).toEqual([true, true, before]);
    await training.resume();
    await training.finished;
    expect(steps).toBe(8);
    expect(await training.save()).toEqual(await trained());
    for (const one of [training, colorizer]) one.dispose();
  });

  it.each(['running', 'paused'])(
    'saves its state when aborted while %s, and goes on from there',
    async (how) => {
      const [store, controller, reason] = [memoryStore(), new AbortController(), new Error('enough')];
      const onProgress = (progress: WorkerTrainingProgress): void => {
        if (how === 'running' && progress.kind === 'step' && progress.step === 3) controller.abort(reason);
      };
      const training = await start({ store, signal: controller.signal, onProgress });
      if (how === 'paused') {
        await training.pause();
        controller.abort(reason);
      }
      await expect(training.finished).rejects.toBe(reason);
      expect(store.files().size).toBeGreaterThan(1);
      await expect(training.save()).rejects.toThrow(
        new TrainingError('Cannot use the networks as the training has not begun, or was stopped, or failed'),
      );
      training.dispose();
      expect(await trained({ store, resume: true })).toEqual(await trained());
      await expect(trained({ store, resume: true, seed: 4 })).rejects.toThrow(
        new TrainingError('Cannot resume the run in "memory" with other options: seed was 3 and is 4'),
      );
    },
  );

  it('frees its memory with the worker', async () => {
    const training = await start({ steps: 100 });
    training.dispose();
    await expect(training.finished).rejects.toThrow(
      new BackendError('Cannot go on in the worker as it was disposed of'),
    );
  });
});

describe('errors of a training in a worker', () => {
  it('keep their classes', async () => {
    await expect(start({ source: [] })).rejects.toThrow(
      new RangeError(
        "Cannot train a colorizer as 'source.length' must be a positive integer: current value is 0",
      ),
    );
    await expect(start({ seed: -1 })).rejects.toBeInstanceOf(RangeError);
    await expect(start({ epochs: 1 })).rejects.toBeInstanceOf(TypeError);
    await expect(start({ source: [new File(['none'], 'broken.jpg')] })).rejects.toThrow(
      new TrainingError(
        'Cannot train a colorizer as no picture is left, 1 cannot be read and 0 are grey: choose pictures in color',
      ),
    );
    const reason = new Error('changed my mind');
    await expect(start({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('say that the state cannot be saved', async () => {
    const full: CheckpointStore = {
      ...memoryStore(),
      write: async () => Promise.reject(new CheckpointError('Cannot write: the disk is full')),
    };
    await expect(trained({ store: full, saveEveryMs: 1e-6 })).rejects.toThrow(
      new CheckpointError('Cannot write: the disk is full'),
    );
  });
});
