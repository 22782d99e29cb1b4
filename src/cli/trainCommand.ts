import { join } from 'node:path';

import { hasCheckpoint } from '../checkpoint/loadCheckpoint.js';
import type { ImageSource } from '../data/imageSource.js';
import { calibrateChroma } from '../evaluation/calibrateChroma.js';
import { disposeColorizerModels, saveColorizerModels } from '../models/colorizerModels.js';
import { COLOR_VAE_PRESETS } from '../models/presets.js';
import { fileSink, type FileSink } from '../node/fileSink.js';
import { folderStore } from '../node/folderStore.js';
import { nodeWorkers } from '../node/nodeWorkers.js';
import { writeFileAtomic } from '../node/writeFileAtomic.js';
import { deriveSeed } from '../random.js';
import type { TrainingCallback, TrainingProgress } from '../training/callbacks/callback.js';
import { csvLogger } from '../training/callbacks/csvLogger.js';
import { jsonLinesLogger } from '../training/callbacks/jsonLinesLogger.js';
import { tensorBoardLogger } from '../training/callbacks/tensorBoardLogger.js';
import type { TrainingStage } from '../training/colorizerOptions.js';
import { measureRarity } from '../training/measureRarity.js';
import { trainColorizer } from '../training/trainColorizer.js';
import { type ParsedArguments, UsageError } from './arguments.js';
import { startChosenBackend } from './chooseBackend.js';
import { makeFolder } from './makeFolder.js';
import { pictureNames } from './pictureList.js';
import { type Progress, startProgress } from './progress.js';
import { EXIT, type Terminal, writeJsonLine } from './terminal.js';
import { openTrainingImages, splitTrainingImages } from './trainingImages.js';
import { networksOf, type TrainRequest, trainRequest } from './trainRequest.js';

/** In the folder of a model: names of the pictures that it was measured by and has not seen. */
const HELD_OUT_FILE = 'held-out.txt';

function progressNote({ losses, examplesPerSecond, timeLeftMs }: TrainingProgress): string {
  const speed = examplesPerSecond === null ? '' : `, ${examplesPerSecond.toFixed(1)} pictures/s`;
  const left = timeLeftMs === null ? '' : `, ${Math.ceil(timeLeftMs / 1000)} s left`;
  return `loss ${losses['total']!.toFixed(1)}${speed}${left}`;
}

const STAGE_LABELS: Readonly<Record<TrainingStage, string>> = {
  colorVae: 'Color VAE               ',
  mixtureDensityNetwork: 'Mixture density network ',
};

/** Shows the steps of one stage. */
function progressCallback(stage: TrainingStage, { stderr }: Terminal): TrainingCallback {
  let bar: Progress | undefined;
  return {
    onProgress: (progress) => {
      bar ??= startProgress(stderr, STAGE_LABELS[stage], progress.totalSteps ?? 0);
      bar.update(progress.step, progressNote(progress));
    },
    onTrainEnd: () => bar?.stop(),
  };
}

/** Logs of one stage: JSON lines, CSV, TensorBoard; standard output with `--json`. */
function loggers(stage: TrainingStage, request: TrainRequest, terminal: Terminal) {
  const folder = join(request.out, 'logs', stage);
  const started = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const sinks: FileSink[] = [
    'progress.jsonl',
    `progress.${started}.csv`,
    `events.out.tfevents.${started}`,
  ].map((name) => fileSink(join(folder, name)));
  const [lines, table, events] = sinks;
  const callbacks = [jsonLinesLogger(lines!), csvLogger(table!), tensorBoardLogger(events!)];
  if (!request.json) return { callbacks, sinks };
  const write = async (chunk: string | Uint8Array) => {
    writeJsonLine(terminal.stdout, { stage, ...(JSON.parse(String(chunk)) as object) });
  };
  return { callbacks: [...callbacks, jsonLinesLogger({ write })], sinks };
}

async function assertFree(request: TrainRequest): Promise<void> {
  const { out, resume } = request;
  if (resume) return;
  const taken =
    (await hasCheckpoint(folderStore(out))) || (await hasCheckpoint(folderStore(join(out, 'training'))));
  if (taken)
    throw new UsageError(
      `"${out}" holds a run already: give another '--out', or '--resume' to go on with it`,
    );
}

async function trainAndSave(request: TrainRequest, source: ImageSource, terminal: Terminal): Promise<void> {
  const { out, preset, seed, resume, compute, training: settings } = request;
  const { training, validation } = splitTrainingImages(source, request.images, deriveSeed(seed, 0));
  await makeFolder(out);
  await writeFileAtomic(join(out, HELD_OUT_FILE), pictureNames(validation));
  const { imageSize: size } = COLOR_VAE_PRESETS[preset];
  const rarity = request.rarity
    ? await measureRarity(training, { size, signal: terminal.signal })
    : undefined;
  const sinks: FileSink[] = [];
  try {
    const models = await trainColorizer({
      ...settings,
      ...(rarity && { rarity }),
      source: training,
      validation,
      ...networksOf(request),
      seed,
      store: folderStore(join(out, 'training')),
      resume,
      signal: terminal.signal,
      ...(compute.workers > 1 && { workers: nodeWorkers({ count: compute.workers }) }),
      callbacks: (stage) => {
        const logs = loggers(stage, request, terminal);
        sinks.push(...logs.sinks);
        return [progressCallback(stage, terminal), ...logs.callbacks];
      },
    });
    try {
      const { signal } = terminal;
      const chroma = request.keepChroma ? 1 : await calibrateChroma(models, training, { signal });
      const notes = {
        preset,
        seed,
        ...settings,
        rarity: request.rarity,
        chroma,
        pictures: training.length,
        heldOut: validation.length,
      };
      await saveColorizerModels(folderStore(out), models, { notes });
    } finally {
      disposeColorizerModels(models);
    }
  } finally {
    await Promise.all(sinks.map(async (sink) => sink.close()));
  }
}

/** Carries out `polyhue train`. */
export async function trainCommand(args: ParsedArguments, terminal: Terminal): Promise<number> {
  const request = trainRequest(args);
  const { images, out, preset, json } = request;
  await assertFree(request);
  await startChosenBackend(request.compute.backend, 'training', terminal);
  const { imageSize } = COLOR_VAE_PRESETS[preset];
  try {
    const { source, close } = await openTrainingImages(images, imageSize, terminal);
    await trainAndSave(request, source, terminal).finally(close);
  } catch (error) {
    if (!terminal.signal.aborted || error !== terminal.signal.reason) throw error;
    terminal.stderr.write(`Stopped. To go on, run the same command with --resume\n`);
    return EXIT.stopped;
  }
  if (json) writeJsonLine(terminal.stdout, { event: 'saved', model: out });
  else
    terminal.stdout.write(
      `The model is in ${out}. Try it: polyhue colorize PHOTO --model ${out} --out results\n`,
    );
  return EXIT.done;
}
