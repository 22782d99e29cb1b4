import { blobSource } from '../browser/blobSource.js';
import { memoryStore } from '../checkpoint/memoryStore.js';
import type { ImageSource } from '../data/imageSource.js';
import { TrainingError } from '../errors.js';
import { colorizer } from '../inference/colorizer.js';
import { presetConfigs, saveColorizerModels } from '../models/colorizerModels.js';
import type { TrainingCallback } from '../training/callbacks/callback.js';
import type { TrainColorizerOptions, TrainingStage } from '../training/colorizerOptions.js';
import { trainingPlan } from '../training/colorizerPlan.js';
import { trainColorizer } from '../training/trainColorizer.js';
import type { Calls, LeftOutPicture, SentTraining } from './messages.js';
import { colorizerOf, type Handlers, type Served, type Work } from './served.js';
import { usablePictures } from './usablePictures.js';

const ACTION = 'train a colorizer';

/** A run whose pictures and backend are there. */
interface PreparedRun {
  readonly options: TrainColorizerOptions;
  readonly leftOut: readonly LeftOutPicture[];
}

/** @throws {TrainingError} If there is nothing to learn colors from. */
function assertPictures(source: ImageSource, leftOut: readonly LeftOutPicture[]): void {
  if (source.length > 0) return;
  const grey = leftOut.filter(({ reason }) => reason === 'grey').length;
  const unreadable = leftOut.length - grey;
  throw new TrainingError(
    `Cannot ${ACTION} as no picture is left, ${unreadable} cannot be read and ${grey} are grey: choose pictures in color`,
  );
}

/** Decodes the pictures of a run. */
async function prepare(
  { source: files, validation: validationFiles, options, location }: SentTraining,
  { signal, tell }: Work<Calls['prepareTraining']['progress']>,
  pageStore: Served['pageStore'],
): Promise<PreparedRun> {
  const { preset = 'compact', configs = presetConfigs(ACTION, preset) } = options;
  const store = location === null ? {} : { store: pageStore(location) };
  // What is wrong with the options is said before anything is decoded.
  await trainingPlan({ ...options, source: blobSource(files) });
  const total = files.length + validationFiles.length;
  let done = 0;
  // Twice the side that is trained on, so that crops stay sharp.
  const shortestSide = 2 * configs.colorVae.imageSize;
  const onPicture = (): void => tell({ kind: 'pictures', done: ++done, total });
  const usable = async (blobs: readonly Blob[]) =>
    usablePictures(blobSource(blobs), { shortestSide, signal, onPicture });
  const training = await usable(files);
  const validation = validationFiles.length === 0 ? null : await usable(validationFiles);
  const leftOut = [...training.leftOut, ...(validation?.leftOut ?? [])];
  assertPictures(training.source, leftOut);
  const { source } = training;
  return {
    options: { ...options, ...store, source, ...(validation && { validation: validation.source }) },
    leftOut,
  };
}

function stageCallback(
  stage: TrainingStage,
  tell: Work<Calls['train']['progress']>['tell'],
  stepDone: () => Promise<void>,
): TrainingCallback {
  return {
    onProgress: (progress) => tell({ kind: 'step', stage, ...progress }),
    onValidationEnd: (record) => tell({ kind: 'validation', stage, ...record }),
    onBatchEnd: stepDone,
  };
}

/** Trains the networks that the colorizer of the thread has meanwhile. */
export function trainingHandlers({
  startBackend,
  place,
  gate,
  pageStore,
}: Served): Pick<Handlers, 'prepareTraining' | 'train' | 'save'> {
  let run: PreparedRun;
  return {
    prepareTraining: async (sent, work) => {
      const backend = await startBackend(sent.backend, 'training');
      run = await prepare(sent, work, pageStore);
      return { backend, leftOut: run.leftOut };
    },
    train: async (_, { signal, tell }) => {
      try {
        const callbacks: TrainColorizerOptions['callbacks'] = (stage, models) => {
          place.colorizer ??= colorizer(models);
          return [stageCallback(stage, tell, gate.stepDone)];
        };
        const models = await trainColorizer({ ...run.options, signal, callbacks });
        place.colorizer ??= colorizer(models);
        return null;
      } catch (error) {
        place.colorizer = null; // Its networks are freed.
        throw error;
      }
    },
    save: async (options) => {
      const store = memoryStore();
      await saveColorizerModels(store, colorizerOf(place).models, options);
      return store.files();
    },
  };
}
