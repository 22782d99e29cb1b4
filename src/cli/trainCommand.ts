import { join } from 'node:path';

import { hasCheckpoint } from '../checkpoint/loadCheckpoint.js';
import type { ImageSource } from '../data/imageSource.js';
import { calibrateChroma } from '../evaluation/calibrateChroma.js';
import { disposeColorizerModels, saveColorizerModels } from '../models/colorizerModels.js';
import { COLOR_VAE_PRESETS, MIXTURE_PRESETS, MODEL_PRESETS, type ModelPreset } from '../models/presets.js';
import { RECONSTRUCTION_FORMS } from '../losses/colorVaeLoss.js';
import { MIXTURE_LOSS_FORMS } from '../losses/mixtureDensityLoss.js';
import { fileSink, type FileSink } from '../node/fileSink.js';
import { folderStore } from '../node/folderStore.js';
import { nodeWorkers } from '../node/nodeWorkers.js';
import { writeFileAtomic } from '../node/writeFileAtomic.js';
import { deriveSeed } from '../random.js';
import type { TrainingCallback, TrainingProgress } from '../training/callbacks/callback.js';
import { csvLogger } from '../training/callbacks/csvLogger.js';
import { jsonLinesLogger } from '../training/callbacks/jsonLinesLogger.js';
import { tensorBoardLogger } from '../training/callbacks/tensorBoardLogger.js';
import type { TrainColorizerOptions, TrainingStage } from '../training/colorizerOptions.js';
import { measureRarity } from '../training/measureRarity.js';
import { trainColorizer } from '../training/trainColorizer.js';
import {
  choice,
  type CommandSpec,
  nonNegativeInteger,
  nonNegativeNumber,
  numberBetween,
  type ParsedArguments,
  positiveInteger,
  positiveNumber,
  UsageError,
} from './arguments.js';
import { BACKEND_OPTION, type ComputeChoice, computeChoice, startChosenBackend } from './chooseBackend.js';
import { makeFolder } from './makeFolder.js';
import { pictureNames } from './pictureList.js';
import { type Progress, startProgress } from './progress.js';
import { EXIT, type Terminal, writeJsonLine } from './terminal.js';
import {
  HOLD_OUT_GROUPS,
  openTrainingImages,
  splitTrainingImages,
  type TrainingImagesRequest,
} from './trainingImages.js';

/** In the folder of a model: names of the pictures that it was measured by and has not seen. */
const HELD_OUT_FILE = 'held-out.txt';

/** Those that need no network trained by somebody else. */
const PRESETS = MODEL_PRESETS.filter((preset) => MIXTURE_PRESETS[preset].input.kind === 'greyLevel');

export const TRAIN_COMMAND: CommandSpec = {
  name: 'train',
  operands: '<folder|tar>',
  summary:
    'Trains a colorizer on your own pictures: JPEG, PNG, WebP, AVIF, TIFF or GIF in a folder or a tar file.',
  options: {
    out: {
      value: 'DIR',
      short: 'o',
      required: true,
      description: 'folder for the model, its training state and logs',
    },
    preset: { value: 'NAME', description: `size of the networks: ${PRESETS.join(', ')} (default: compact)` },
    epochs: { value: 'N', description: 'times that each network sees each picture (default: 20)' },
    'mixture-epochs': {
      value: 'N',
      description: 'those of the mixture density network (default: --epochs)',
    },
    steps: { value: 'N', description: 'updates of each network, instead of epochs' },
    'batch-size': { value: 'N', description: 'pictures per update (default: 16)' },
    'learning-rate': { value: 'X', description: 'highest learning rate (default: 0.001)' },
    beta: { value: 'X', description: 'cost of a nat of the latent code (default: 1)' },
    'beta-warmup': {
      value: 'SHARE',
      description: 'share of the steps in which that cost rises (default: 0.4 for compactMap, else 0)',
    },
    reconstruction: {
      value: 'FORM',
      description: 'how colors are compared: l1, norm, squared (default: l1)',
    },
    'mixture-loss': {
      value: 'FORM',
      description: 'loss of the mixture density network: posterior, exact, nearest (default: posterior)',
    },
    rarity: { description: 'let rare colors count more' },
    'held-out': {
      value: 'SHARE',
      description: 'share of the pictures to measure by, 0 to 0.5 (default: 0.05, at most 1000)',
    },
    'hold-out-by': {
      value: 'GROUP',
      description: 'hold out whole groups: prefix (name up to the last underscore) or folder',
    },
    exclude: { value: 'FILE', description: 'leave out the pictures named there, one a line' },
    cache: { value: 'DIR', description: 'keep decoded pictures in a file in DIR instead of in memory' },
    'keep-chroma': { description: 'leave results as dull as they are learned, not as colorful as photos' },
    seed: { value: 'N', description: 'source of all randomness (default: 0)' },
    resume: { description: 'go on with the run in DIR' },
    backend: BACKEND_OPTION,
    workers: { value: 'N', description: 'threads that share each batch, on wasm (default: 1)' },
    json: { description: 'write events to standard output, one JSON object a line' },
    help: { short: 'h', description: 'show this help' },
  },
  examples: [
    'polyhue train photos/ --out my-model',
    'polyhue train photos.tar --out my-model --preset tiny --steps 2000',
    'polyhue train photos/ --out my-model --resume',
  ],
};

interface TrainRequest {
  readonly images: TrainingImagesRequest;
  readonly out: string;
  readonly preset: ModelPreset;
  readonly seed: number;
  readonly resume: boolean;
  readonly json: boolean;
  readonly rarity: boolean;
  readonly keepChroma: boolean;
  readonly compute: ComputeChoice;
  /** Passed on as they are. */
  readonly training: TrainingSettings;
}

type TrainingSettings = Pick<
  TrainColorizerOptions,
  | 'epochs'
  | 'mixtureEpochs'
  | 'steps'
  | 'batchSize'
  | 'learningRate'
  | 'beta'
  | 'betaWarmup'
  | 'colorVaeLoss'
  | 'mixtureLoss'
>;

/** An object without the entries that are undefined. */
function defined<T extends object>(entries: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as T;
}

function trainingSettings(args: ParsedArguments): TrainingSettings {
  const [epochs, steps] = [positiveInteger(args, 'epochs'), positiveInteger(args, 'steps')];
  const mixtureEpochs = positiveInteger(args, 'mixture-epochs');
  if ((epochs ?? mixtureEpochs) !== undefined && steps !== undefined)
    throw new UsageError("Give epochs or '--steps', not both");
  const reconstruction = choice(args, 'reconstruction', RECONSTRUCTION_FORMS);
  const form = choice(args, 'mixture-loss', MIXTURE_LOSS_FORMS);
  return defined<TrainingSettings>({
    epochs,
    mixtureEpochs,
    steps,
    batchSize: positiveInteger(args, 'batch-size'),
    learningRate: positiveNumber(args, 'learning-rate'),
    beta: nonNegativeNumber(args, 'beta'),
    betaWarmup: nonNegativeNumber(args, 'beta-warmup'),
    colorVaeLoss: reconstruction && { reconstruction },
    mixtureLoss: form && { form },
  });
}

/** The networks to train: those of the preset, with the deviations of the method for the loss that trains none. */
function networksOf({
  preset,
  training,
}: Pick<TrainRequest, 'preset' | 'training'>): Pick<TrainColorizerOptions, 'preset' | 'configs'> {
  if (training.mixtureLoss?.form !== 'nearest') return { preset };
  const deviations = { kind: 'fixed', stdDev: 0.1 } as const;
  return {
    configs: {
      colorVae: COLOR_VAE_PRESETS[preset],
      mixtureDensityNetwork: { ...MIXTURE_PRESETS[preset], deviations },
    },
  };
}

function trainRequest(args: ParsedArguments): TrainRequest {
  const [path, ...more] = args.operands;
  if (path === undefined || more.length > 0) {
    throw new UsageError(`Give one folder or tar file to train on, not ${args.operands.length}`);
  }
  return {
    images: {
      path,
      cache: args.text('cache'),
      exclude: args.text('exclude'),
      heldOut: numberBetween(0, 0.5)(args, 'held-out'),
      holdOutBy: choice(args, 'hold-out-by', HOLD_OUT_GROUPS),
    },
    out: args.text('out')!,
    preset: choice(args, 'preset', PRESETS) ?? 'compact',
    seed: nonNegativeInteger(args, 'seed') ?? 0,
    resume: args.switched('resume'),
    json: args.switched('json'),
    rarity: args.switched('rarity'),
    keepChroma: args.switched('keep-chroma'),
    compute: computeChoice(args),
    training: trainingSettings(args),
  };
}

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
