import { UPSAMPLINGS } from '../inference/paintPhoto.js';
import {
  choice,
  type CommandSpec,
  type ParsedArguments,
  place,
  positiveInteger,
  UsageError,
} from './arguments.js';
import { BACKEND_OPTION, type ComputeChoice, computeChoice } from './chooseBackend.js';
import { ENGINE_OPTION, onnxChoice } from './engineOption.js';
import { colorizeOptions, LATENT_OPTIONS } from './latentOptions.js';
import { MODEL_OPTION } from './modelStore.js';
import { type ColorizerPlaces, FEATURES_OPTION } from './openColorizer.js';
import { FILE_OPTIONS, fileSettings, type PhotoSettings } from './photoSettings.js';
import { type LockRequest, lockRequest, WISH_OPTIONS, wishOptions } from './wishOptions.js';

const DEFAULT_MAX_PIXELS = 100e6;
const DEFAULT_OUT = 'colorized';

export const COLORIZE_COMMAND: CommandSpec = {
  name: 'colorize',
  operands: '<files|folders...>',
  summary:
    'Colors photos in several ways: writes NAME.1.png, NAME.2.png, ... at the size of the photo, the most likely first,\n' +
    'and NAME.json with weights, latent codes and seeds. Of a folder, the folders in it are made again in DIR. No file is\n' +
    'replaced but results of the same photo.',
  options: {
    out: { value: 'DIR', short: 'o', description: `folder for the results (default: ${DEFAULT_OUT})` },
    model: MODEL_OPTION,
    features: FEATURES_OPTION,
    ...LATENT_OPTIONS,
    ...WISH_OPTIONS,
    upsampling: {
      value: 'NAME',
      description: 'edges: colors end at the edges of the photo; bilinear: they flow (default: edges)',
    },
    ...FILE_OPTIONS,
    sequence: { description: 'the photos are the frames of a clip: one coloring for all, without flicker' },
    resume: { description: 'pass over photos that are done: same photo, same model, same options' },
    'max-pixels': { value: 'N', description: 'refuse larger photos (default: 100000000)' },
    backend: BACKEND_OPTION,
    engine: ENGINE_OPTION,
    workers: { value: 'N', description: 'threads that color a photo each, on wasm (default: 1)' },
    json: { description: 'write one JSON object per photo to standard output' },
    help: { short: 'h', description: 'show this help' },
  },
  examples: [
    'polyhue colorize grandma.jpg',
    'polyhue colorize grandma.jpg --model my-model --out results',
    'polyhue colorize album/ --model my-model --out results --count 8 --sheet --resume',
    'polyhue colorize album/ --model my-model --out results --format jpeg --quality 92 --keep-metadata',
    'polyhue colorize --sequence frames/ --model my-model --out colored',
    'polyhue colorize grandma.jpg --model my-model --out results --temperature 0.7 --seed 3',
    'polyhue colorize grandma.jpg --model my-model --out results --hint 210,340,#8b2f39 --hint 40,60,#7fa4c9',
    'polyhue colorize grandma.jpg --out again --lock 120,200,180,260 --lock-from results/grandma.2.png',
  ],
};

/** What a call of the command asks for. */
export interface ColorizeRequest extends ColorizerPlaces {
  readonly paths: readonly string[];
  readonly maxPixels: number;
  readonly json: boolean;
  readonly resume: boolean;
  readonly compute: ComputeChoice;
  readonly lock: LockRequest | undefined;
  readonly settings: Omit<PhotoSettings, 'model' | 'modelName'>;
}

/** Frames follow from each other: they can be neither shared out nor begun in the middle; wishes are for single photos. */
function assertSequence(args: ParsedArguments, { workers }: ComputeChoice): void {
  if (workers > 1)
    throw new UsageError("Give '--sequence' or '--workers', not both: frames follow from each other");
  if (args.switched('resume'))
    throw new UsageError("Give '--sequence' or '--resume', not both: frames follow from each other");
  const wish = Object.keys(WISH_OPTIONS).find((option) => args.text(option) !== undefined);
  if (wish !== undefined)
    throw new UsageError(`Give '--sequence' or '--${wish}', not both: wishes are for single photos`);
}

/** @throws {UsageError} If the arguments do not fit together. */
export function colorizeRequest(args: ParsedArguments): ColorizeRequest {
  if (args.operands.length === 0) throw new UsageError('Give at least one photo or folder to color');
  const [sequence, compute] = [args.switched('sequence'), computeChoice(args)];
  if (sequence) assertSequence(args, compute);
  const options = colorizeOptions(args);
  const count = sequence && args.text('count') === undefined ? 1 : options.count!;
  return {
    paths: args.operands,
    model: place(args, 'model') ?? null,
    features: place(args, 'features') ?? null,
    onnx: onnxChoice(args),
    maxPixels: positiveInteger(args, 'max-pixels') ?? DEFAULT_MAX_PIXELS,
    json: args.switched('json'),
    resume: args.switched('resume'),
    compute,
    lock: lockRequest(args),
    settings: {
      options: {
        ...options,
        ...wishOptions(args),
        count,
        upsampling: choice(args, 'upsampling', UPSAMPLINGS) ?? 'edges',
      },
      out: place(args, 'out') ?? DEFAULT_OUT,
      files: fileSettings(args),
      sequence,
    },
  };
}
