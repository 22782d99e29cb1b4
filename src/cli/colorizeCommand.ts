import { type Colorizer, loadColorizer } from '../inference/colorizer.js';
import { type CommandSpec, type ParsedArguments, positiveInteger, UsageError } from './arguments.js';
import { BACKEND_OPTION, type ComputeChoice, computeChoice, startChosenBackend } from './chooseBackend.js';
import { type PhotoOutcome, type PhotoPainter, photoPainter, type PhotoSettings } from './colorizePhoto.js';
import { colorizePhotos } from './colorizePhotos.js';
import { assertCount, colorizeOptions, LATENT_OPTIONS } from './latentOptions.js';
import { makeFolder } from './makeFolder.js';
import { modelStore } from './modelStore.js';
import { type PhotoFailure, type PhotoJob, photoJobs, photoOpener } from './photoJobs.js';
import { photoWorkers } from './photoWorkers.js';
import { startProgress } from './progress.js';
import { EXIT, type Terminal, writeJsonLine } from './terminal.js';
import { referenceOption, WISH_OPTIONS, wishOptions } from './wishOptions.js';

const DEFAULT_MAX_PIXELS = 100e6;

export const COLORIZE_COMMAND: CommandSpec = {
  name: 'colorize',
  operands: '<files|folders...>',
  summary:
    'Colors photos in several ways: writes NAME.1.png, NAME.2.png, ... at the size of the photo, the most likely first,\n' +
    'and NAME.json with weights, latent codes and seeds.',
  options: {
    out: { value: 'DIR', short: 'o', required: true, description: 'folder for the results' },
    model: {
      value: 'DIR|URL',
      short: 'm',
      required: true,
      description: 'a trained model, see polyhue train',
    },
    ...LATENT_OPTIONS,
    ...WISH_OPTIONS,
    sheet: { description: 'write NAME.sheet.png too: the grey photo and its results side by side' },
    'max-pixels': { value: 'N', description: 'refuse larger photos (default: 100000000)' },
    backend: BACKEND_OPTION,
    workers: { value: 'N', description: 'threads that color a photo each, on wasm (default: 1)' },
    json: { description: 'write one JSON object per photo to standard output' },
    help: { short: 'h', description: 'show this help' },
  },
  examples: [
    'polyhue colorize grandma.jpg --model my-model --out results',
    'polyhue colorize album/ --model my-model --out results --count 8 --sheet',
    'polyhue colorize grandma.jpg --model my-model --out results --temperature 0.7 --seed 3',
    'polyhue colorize grandma.jpg --model my-model --out results --hint 210,340,#8b2f39 --hint 40,60,#7fa4c9',
  ],
};

/** What a call of the command asks for. */
interface ColorizeRequest {
  readonly paths: readonly string[];
  readonly model: string;
  readonly maxPixels: number;
  readonly json: boolean;
  readonly compute: ComputeChoice;
  readonly settings: PhotoSettings;
}

function colorizeRequest(args: ParsedArguments): ColorizeRequest {
  if (args.operands.length === 0) throw new UsageError('Give at least one photo or folder to color');
  return {
    paths: args.operands,
    model: args.text('model')!,
    maxPixels: positiveInteger(args, 'max-pixels') ?? DEFAULT_MAX_PIXELS,
    json: args.switched('json'),
    compute: computeChoice(args),
    settings: {
      options: { ...colorizeOptions(args), ...wishOptions(args) },
      out: args.text('out')!,
      sheet: args.switched('sheet'),
    },
  };
}

/** Calls `body` with painters: this thread, or as many workers as were asked for and there are photos. */
async function withPainters(
  { compute, model, maxPixels, settings }: ColorizeRequest,
  photos: number,
  own: { readonly painter: PhotoPainter; readonly signal: AbortSignal },
  body: (painters: readonly PhotoPainter[]) => Promise<void>,
): Promise<void> {
  const count = Math.min(compute.workers, photos);
  if (count === 1) return body([own.painter]);
  const { backend } = compute;
  const workers = await photoWorkers(count, { kind: 'open', backend, model, maxPixels, settings });
  own.signal.addEventListener('abort', workers.stop);
  try {
    if (own.signal.aborted) workers.stop();
    return await body(workers.painters);
  } finally {
    own.signal.removeEventListener('abort', workers.stop);
    await workers.close();
  }
}

/** Colors what the request names; returns the exit code. */
async function colorizeAll(
  request: ColorizeRequest,
  colorizer: Colorizer,
  { stdout, stderr, signal }: Terminal,
): Promise<number> {
  const { paths, maxPixels, json, settings } = request;
  const open = photoOpener(maxPixels);
  let [colored, failed] = [0, 0];
  const report = (failure: PhotoFailure): void => {
    failed++;
    stderr.write(`${failure.error}\n`);
    if (json) writeJsonLine(stdout, failure);
  };
  const onOutcome = (outcome: Exclude<PhotoOutcome, null>): void => {
    if ('failure' in outcome) return report(outcome.failure);
    colored++;
    if (json) writeJsonLine(stdout, outcome.summary);
  };
  const jobs = await photoJobs(paths, open, report);
  if (jobs.length === 0) return EXIT.someFailed;
  await makeFolder(settings.out);
  const painter = photoPainter(colorizer, settings, open, signal);
  await withPainters(request, jobs.length, { painter, signal }, async (painters) => {
    const bar = startProgress(stderr, 'Coloring', jobs.length);
    try {
      const onStart = ({ input }: PhotoJob, done: number): void => bar.update(done, input);
      await colorizePhotos(painters, jobs, { onStart, onOutcome, signal });
      bar.update(jobs.length, '');
    } finally {
      bar.stop();
    }
  });
  if (!json) stdout.write(`${colored} of ${jobs.length} photos colored, results are in ${settings.out}\n`);
  return failed > 0 ? EXIT.someFailed : EXIT.done;
}

/** Carries out `polyhue colorize`. */
export async function colorizeCommand(args: ParsedArguments, terminal: Terminal): Promise<number> {
  const request = colorizeRequest(args);
  Object.assign(request.settings.options, await referenceOption(args, request.maxPixels));
  await startChosenBackend(request.compute.backend, 'inference', terminal);
  const colorizer = await loadColorizer(modelStore(request.model), { signal: terminal.signal });
  try {
    assertCount(colorizer, request.settings.options);
    return await colorizeAll(request, colorizer, terminal);
  } finally {
    colorizer.dispose();
  }
}
