import { RECONSTRUCTION_FORMS } from '../losses/colorVaeLoss.js';
import { MIXTURE_LOSS_FORMS } from '../losses/mixtureDensityLoss.js';
import { COLOR_VAE_PRESETS, MIXTURE_PRESETS, MODEL_PRESETS, type ModelPreset } from '../models/presets.js';
import type { TrainColorizerOptions } from '../training/colorizerOptions.js';
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
import { BACKEND_OPTION, type ComputeChoice, computeChoice } from './chooseBackend.js';
import { HOLD_OUT_GROUPS, type TrainingImagesRequest } from './trainingImages.js';

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
    anchor: {
      value: 'SHARE',
      description: 'how much the first component learns of every photo: sure and dull, or not (default: 0.3)',
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

/** What a call of the command asks for. */
export interface TrainRequest {
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

function mixtureLoss(args: ParsedArguments): TrainColorizerOptions['mixtureLoss'] {
  const form = choice(args, 'mixture-loss', MIXTURE_LOSS_FORMS);
  const anchor = numberBetween(0, 1)(args, 'anchor');
  if (anchor === undefined) return form && { form };
  if ((form ?? 'posterior') !== 'posterior')
    throw new UsageError("'--anchor' needs '--mixture-loss posterior'");
  return { form: 'posterior', anchor };
}

function trainingSettings(args: ParsedArguments): TrainingSettings {
  const [epochs, steps] = [positiveInteger(args, 'epochs'), positiveInteger(args, 'steps')];
  const mixtureEpochs = positiveInteger(args, 'mixture-epochs');
  if ((epochs ?? mixtureEpochs) !== undefined && steps !== undefined)
    throw new UsageError("Give epochs or '--steps', not both");
  const reconstruction = choice(args, 'reconstruction', RECONSTRUCTION_FORMS);
  return defined<TrainingSettings>({
    epochs,
    mixtureEpochs,
    steps,
    batchSize: positiveInteger(args, 'batch-size'),
    learningRate: positiveNumber(args, 'learning-rate'),
    beta: nonNegativeNumber(args, 'beta'),
    betaWarmup: numberBetween(0, 1)(args, 'beta-warmup'),
    colorVaeLoss: reconstruction && { reconstruction },
    mixtureLoss: mixtureLoss(args),
  });
}

/** The networks to train: those of the preset, with the deviations of the method for the loss that trains none. */
export function networksOf({
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

/** @throws {UsageError} If the arguments do not fit together. */
export function trainRequest(args: ParsedArguments): TrainRequest {
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
