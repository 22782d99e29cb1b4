import { basename, extname, join } from 'node:path';

import type { RasterImage } from '../data/image.js';
import { encodePng } from '../data/png.js';
import { shrinkImage } from '../data/shrinkImage.js';
import { toGrey } from '../data/toGrey.js';
import type { Colorization } from '../inference/colorization.js';
import { type ColorizeOptions, type Colorizer, loadColorizer } from '../inference/colorizer.js';
import { contactSheet, type ContactSheetTile } from '../inference/contactSheet.js';
import { paintPhoto } from '../inference/paintPhoto.js';
import { ImageError } from '../errors.js';
import { openImages } from '../node/openImages.js';
import { writeFileAtomic } from '../node/writeFileAtomic.js';
import { type CommandSpec, type ParsedArguments, positiveInteger, UsageError } from './arguments.js';
import { BACKEND_OPTION, backendChoice, startChosenBackend } from './chooseBackend.js';
import { assertCount, colorizeOptions, LATENT_OPTIONS } from './latentOptions.js';
import { makeFolder } from './makeFolder.js';
import { modelStore } from './modelStore.js';
import { startProgress } from './progress.js';
import { errorLine, EXIT, type Terminal, writeJsonLine } from './terminal.js';

const DEFAULT_MAX_PIXELS = 100e6;
/** Shortest side of the copy of a photo that a sheet is made of: about twice what is seen of it. */
const SHEET_PHOTO_SIDE = 400;

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
    sheet: { description: 'write NAME.sheet.png too: the grey photo and its results side by side' },
    'max-pixels': { value: 'N', description: 'refuse larger photos (default: 100000000)' },
    backend: BACKEND_OPTION,
    json: { description: 'write one JSON object per photo to standard output' },
    help: { short: 'h', description: 'show this help' },
  },
  examples: [
    'polyhue colorize grandma.jpg --model my-model --out results',
    'polyhue colorize album/ --model my-model --out results --count 8 --sheet',
    'polyhue colorize grandma.jpg --model my-model --out results --temperature 0.7 --seed 3',
  ],
};

/** One photo to color. */
interface PhotoJob {
  /** As messages call it. */
  readonly input: string;
  /** Begins the names of the files that are written. */
  readonly name: string;
  readonly read: () => Promise<RasterImage>;
}

/** Tells a job's outcome. */
interface Failure {
  readonly input: string;
  readonly error: string;
}

/** `name`, or the first of `name-2`, `name-3`, ... that no other photo has taken. */
function uniqueName(name: string, taken: Set<string>): string {
  let candidate = name;
  // Some file systems do not tell upper from lower case.
  for (let i = 2; taken.has(candidate.toLowerCase()); i++) candidate = `${name}-${i}`;
  taken.add(candidate.toLowerCase());
  return candidate;
}

async function jobsOf(path: string, maxPixels: number, taken: Set<string>): Promise<PhotoJob[]> {
  const source = await openImages(path, { maxPixels });
  return Array.from({ length: source.length }, (_, index) => {
    const file = source.name(index);
    const input = source.length === 1 && file === path ? path : join(path, file);
    const name = uniqueName(basename(file, extname(file)), taken);
    return { input, name, read: async () => source.read(index) };
  });
}

/** All photos; operands that cannot be opened are reported and passed over. */
async function allJobs(paths: readonly string[], maxPixels: number, report: (failure: Failure) => void) {
  const taken = new Set<string>();
  const jobs: PhotoJob[] = [];
  for (const path of paths) {
    try {
      jobs.push(...(await jobsOf(path, maxPixels, taken)));
    } catch (error) {
      report({ input: path, error: errorLine(error) });
    }
  }
  return jobs;
}

/** Paints a small copy of the photo, not the whole, for each tile. */
async function writeSheet(path: string, photo: RasterImage, results: readonly Colorization[]): Promise<void> {
  const small = shrinkImage(photo, SHEET_PHOTO_SIDE);
  const tiles: ContactSheetTile[] = [{ image: await toGrey(small) }];
  for (const { colorField, weight } of results)
    tiles.push({ image: await paintPhoto(small, colorField), weight });
  const sheet = await contactSheet([tiles]);
  await writeFileAtomic(path, await encodePng(sheet));
}

interface WriteOptions {
  readonly out: string;
  readonly sheet: boolean;
  readonly signal: AbortSignal;
}

/** Writes the results of one photo and returns what its JSON file says. */
async function writeResults(
  job: PhotoJob,
  photo: RasterImage,
  results: readonly Colorization[],
  options: WriteOptions,
) {
  const { out, sheet, signal } = options;
  const entries = [];
  for (const [i, result] of results.entries()) {
    signal.throwIfAborted();
    const file = `${job.name}.${i + 1}.png`;
    await writeFileAtomic(join(out, file), await result.toPng());
    const { weight, component, seed, latent } = result;
    entries.push({ file, weight, component, seed, latent: Array.from(latent) });
  }
  if (sheet) await writeSheet(join(out, `${job.name}.sheet.png`), photo, results);
  const summary = { input: job.input, width: photo.width, height: photo.height, results: entries };
  await writeFileAtomic(join(out, `${job.name}.json`), `${JSON.stringify(summary, undefined, 2)}\n`);
  return summary;
}

/** What a call of the command asks for. */
interface ColorizeRequest extends WriteOptions {
  readonly options: ColorizeOptions;
  readonly tell: (summary: unknown) => void;
  readonly report: (failure: Failure) => void;
}

/** Colors one photo; a failure is reported, and the others go on. */
async function colorizeJob(colorizer: Colorizer, job: PhotoJob, request: ColorizeRequest): Promise<boolean> {
  const { options, signal, tell, report } = request;
  try {
    const photo = await job.read();
    const results = await colorizer.colorize(photo, { ...options, signal });
    tell(await writeResults(job, photo, results, request));
    return true;
  } catch (error) {
    if (signal.aborted) throw error;
    // What went wrong with the picture names it; the file system does not.
    const reason = error instanceof ImageError ? '' : `Cannot color "${job.input}": `;
    report({ input: job.input, error: reason + errorLine(error) });
    return false;
  }
}

/** Colors all photos, one after the other; returns how many could be. */
async function colorizeJobs(
  colorizer: Colorizer,
  jobs: readonly PhotoJob[],
  request: ColorizeRequest,
  { stderr }: Terminal,
): Promise<number> {
  const bar = startProgress(stderr, 'Coloring', jobs.length);
  let colored = 0;
  try {
    for (const [done, job] of jobs.entries()) {
      request.signal.throwIfAborted();
      bar.update(done, job.input);
      colored += Number(await colorizeJob(colorizer, job, request));
    }
    bar.update(jobs.length, '');
  } finally {
    bar.stop();
  }
  return colored;
}

/** Carries out `polyhue colorize`. */
export async function colorizeCommand(args: ParsedArguments, terminal: Terminal): Promise<number> {
  const { stdout, stderr, signal } = terminal;
  if (args.operands.length === 0) throw new UsageError('Give at least one photo or folder to color');
  const options = colorizeOptions(args);
  const maxPixels = positiveInteger(args, 'max-pixels') ?? DEFAULT_MAX_PIXELS;
  const [out, json, sheet] = [args.text('out')!, args.switched('json'), args.switched('sheet')];
  await startChosenBackend(backendChoice(args), 'inference', terminal);
  const colorizer = await loadColorizer(modelStore(args.text('model')!), { signal });
  try {
    assertCount(colorizer, options);
    let failed = 0;
    const tell = (summary: unknown): void => {
      if (json) writeJsonLine(stdout, summary);
    };
    const report = (failure: Failure): void => {
      failed++;
      stderr.write(`${failure.error}\n`);
      tell(failure);
    };
    const jobs = await allJobs(args.operands, maxPixels, report);
    if (jobs.length === 0) return EXIT.someFailed;
    await makeFolder(out);
    const request = { options, tell, report, out, sheet, signal };
    const colored = await colorizeJobs(colorizer, jobs, request, terminal);
    if (!json) stdout.write(`${colored} of ${jobs.length} photos colored, results are in ${out}\n`);
    return failed > 0 ? EXIT.someFailed : EXIT.done;
  } finally {
    colorizer.dispose();
  }
}
