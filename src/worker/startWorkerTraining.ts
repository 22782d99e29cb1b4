import type { CheckpointStore } from '../checkpoint/checkpointStore.js';
import { assertPositiveInteger } from '../errors.js';
import type { SaveColorizerModelsOptions } from '../models/colorizerModels.js';
import type {
  LeftOutPicture,
  PicturesProgress,
  PostedTrainingOptions,
  StepProgress,
  ValidationProgress,
} from './messages.js';
import { backendRequest, startWorker, type WorkerBackendOptions } from './startWorker.js';
import { type WorkerColorizer, workerColorizer } from './workerColorizer.js';

const ACTION = 'train a colorizer';

/** How far a run is: pictures decoded, then steps done and validations. */
export type WorkerTrainingProgress = PicturesProgress | StepProgress | ValidationProgress;

export interface WorkerTrainingOptions extends PostedTrainingOptions, WorkerBackendOptions {
  /**
   * Pictures to learn from, for example the `files` of an `<input type="file" multiple>`. The worker decodes each once and keeps a
   * small copy; those that cannot be read or have no color are left out.
   */
  readonly source: ArrayLike<Blob>;
  /**
   * Pictures to measure by after each epoch; each stage ends with the weights that did best on them.
   *
   * @defaultValue none: each stage ends with its last weights, averaged
   */
  readonly validation?: ArrayLike<Blob>;
  /**
   * Keeps the state of the run, so that it can go on after a stop; see `indexedDbStore` of `polyhue/browser`.
   *
   * @defaultValue none
   */
  readonly store?: CheckpointStore;
  /** Ends the run between two steps, after saving its state; `finished` is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told after each picture, step and validation. */
  readonly onProgress?: (progress: WorkerTrainingProgress) => void;
}

/**
 * A training run in a worker, and a colorizer of its networks as they are at the time: its calls are answered between two steps.
 *
 * In the first stage the mixture density network has not been trained: `decode` with codes of the standard normal distribution
 * shows what the color VAE paints.
 */
export interface WorkerTraining extends WorkerColorizer {
  /** Pictures that are not trained on. */
  readonly leftOut: readonly LeftOutPicture[];
  /**
   * Settled when the run has ended. Afterwards `colorize`, `decode` and `save` use the networks it ended with, until `dispose`.
   *
   * Rejects with a `TrainingError` if a loss is not finite or the state to resume is of another run, a `CheckpointError` if the
   * state cannot be saved or read, a `BackendError` if the device fails, and the reason of the signal once it is aborted.
   */
  readonly finished: Promise<void>;
  /** Holds the run; resolves when it stands still. */
  readonly pause: () => Promise<void>;
  /** Lets the run go on. */
  readonly resume: () => Promise<void>;
  /** The networks as a checkpoint, content of each file by name: for `memoryStore`, a download, another store. */
  readonly save: (options?: SaveColorizerModelsOptions) => Promise<ReadonlyMap<string, Uint8Array>>;
}

/** Options that are posted as they are. */
function postedOptions(options: WorkerTrainingOptions): PostedTrainingOptions {
  const { source: _source, validation: _validation, store: _store, signal: _signal, ...rest } = options;
  const { onProgress: _onProgress, backends: _backends, wasmPaths: _wasmPaths, ...kept } = rest;
  const { allowSoftware: _allowSoftware, ...posted } = kept;
  return posted;
}

/**
 * Trains a colorizer in a Web Worker with a backend of its own, as `trainColorizer` does: the page stays responsive.
 *
 * It has the options, results and errors of `trainColorizer` but for what cannot be sent to a worker. With a `store` the run can be
 * stopped at any time, and another goes on with `resume` where it was last saved.
 *
 * @returns The run, once the backend works and the pictures are decoded. Its `dispose` ends the worker.
 * @throws {RangeError} If a number is out of its range or there is no picture.
 * @throws {TypeError} If `preset` or a backend is unknown or needs features, or epochs are given beside `steps`.
 * @throws {TrainingError} If every picture is unreadable or grey.
 * @throws {BackendError} If no backend works in the worker, or its script cannot be loaded.
 * @throws The reason of `signal` once it is aborted.
 * @see A. Deshpande et al., Learning Diverse Image Colorization, 2017.
 * @example
 * ```ts
 * import { memoryStore } from 'polyhue';
 * import { indexedDbStore } from 'polyhue/browser';
 * import { loadWorkerColorizer, startWorkerTraining } from 'polyhue/worker';
 *
 * const training = await startWorkerTraining({
 *   source: document.querySelector<HTMLInputElement>('input[type=file]')!.files!,
 *   preset: 'tiny',
 *   seed: 0,
 *   steps: 600,
 *   store: indexedDbStore('my-run'),
 *   onProgress: (progress) => progress.kind === 'step' && console.log(progress.stage, progress.losses['total']),
 * });
 * await training.finished;
 * const files = await training.save();
 * training.dispose();
 * const colorizer = await loadWorkerColorizer(memoryStore(files));
 * ```
 */
export async function startWorkerTraining(options: WorkerTrainingOptions): Promise<WorkerTraining> {
  const { source, validation = [], store, signal, onProgress } = options;
  const backend = backendRequest(ACTION, options);
  assertPositiveInteger(ACTION, 'source.length', source.length);
  const request = {
    backend,
    source: Array.from(source),
    validation: Array.from(validation),
    options: postedOptions(options),
    location: store?.location ?? null,
  };
  return startWorker(store ?? null, signal, async (calls) => {
    const prepared = await calls.call('prepareTraining', request, { signal, onProgress });
    const run = calls.call('train', null, { signal, onProgress, waitsForEnd: true });
    const finished = run.then(() => undefined);
    finished.catch(() => {}); // Who does not wait for it hears of it by the calls that fail.
    return {
      ...workerColorizer(calls, prepared.backend),
      leftOut: prepared.leftOut,
      finished,
      pause: async () => void (await calls.call('pause', true)),
      resume: async () => void (await calls.call('pause', false)),
      save: async (saving = {}) => calls.call('save', saving),
    };
  });
}
