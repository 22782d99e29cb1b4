import { join } from 'node:path';

import type { Colorizer } from '../inference/colorizer.js';
import type { ParsedArguments } from './arguments.js';
import { startChosenBackend } from './chooseBackend.js';
import { colorizeFrames } from './colorizeFrames.js';
import { type PhotoOutcome, photoPainter } from './colorizePhoto.js';
import { colorizePhotos, type ColorizePhotosOptions } from './colorizePhotos.js';
import { type ColorizeRequest, colorizeRequest } from './colorizeRequest.js';
import { assertCount } from './latentOptions.js';
import { makeFolder } from './makeFolder.js';
import { modelName } from './modelStore.js';
import { modelHash, openColorizer, runtimeNote } from './openColorizer.js';
import {
  type PhotoFailure,
  type PhotoJob,
  type PhotoJobs,
  photoJobs,
  type PhotoOpener,
  photoOpener,
} from './photoJobs.js';
import { isDone, type PhotoRecord } from './photoRecord.js';
import { type PhotoSettings, recipeOf, resultEndings, toneNote } from './photoSettings.js';
import { photoWorkers } from './photoWorkers.js';
import { startProgress } from './progress.js';
import { photoReader } from './readPhoto.js';
import { EXIT, type Terminal, writeJsonLine } from './terminal.js';
import { timeLeftMeter } from './timeLeft.js';
import { lockOption, referenceOption } from './wishOptions.js';

/** A loaded model and what is made with it. */
interface Studio {
  readonly colorizer: Colorizer;
  readonly settings: PhotoSettings;
  readonly open: PhotoOpener;
}

/** Colors each of many photos, in the order of the list. */
type PaintAll = (jobs: readonly PhotoJob[], options: ColorizePhotosOptions) => Promise<void>;

/** Calls `body` with what paints: this thread, or as many workers as were asked for and there are photos. */
async function withPainters(
  { compute, model, features, onnx, maxPixels }: ColorizeRequest,
  { colorizer, settings, open }: Studio,
  { photos, signal }: { readonly photos: number; readonly signal: AbortSignal },
  body: (paint: PaintAll) => Promise<void>,
): Promise<void> {
  const count = Math.min(compute.workers, photos);
  if (count === 1) {
    const read = photoReader({ open, maxPixels, keepMetadata: settings.files.keepMetadata });
    const frames = { colorizer, settings, read };
    if (settings.sequence) return body(async (jobs, options) => colorizeFrames(frames, jobs, options));
    const painters = [photoPainter(colorizer, settings, read, signal)];
    return body(async (jobs, options) => colorizePhotos(painters, jobs, options));
  }
  const { backend } = compute;
  const workers = await photoWorkers(count, {
    kind: 'open',
    backend,
    model,
    features,
    onnx,
    maxPixels,
    settings,
  });
  signal.addEventListener('abort', workers.stop);
  try {
    if (signal.aborted) workers.stop();
    return await body(async (jobs, options) => colorizePhotos(workers.painters, jobs, options));
  } finally {
    signal.removeEventListener('abort', workers.stop);
    await workers.close();
  }
}

/** Tells the person, and programs, what becomes of the photos, and counts. */
function photoReporter({ json }: ColorizeRequest, { stdout, stderr }: Terminal) {
  const counts = { colored: 0, done: 0, failed: 0 };
  const report = (failure: PhotoFailure): void => {
    counts.failed++;
    stderr.write(`${failure.error}\n`);
    if (json) writeJsonLine(stdout, failure);
  };
  return {
    counts,
    report,
    onDone: (record: PhotoRecord): void => {
      counts.done++;
      if (json) writeJsonLine(stdout, record);
    },
    onOutcome: (outcome: Exclude<PhotoOutcome, null>): void => {
      if ('failure' in outcome) return report(outcome.failure);
      const { summary } = outcome;
      counts.colored++;
      const note = toneNote(summary.input, summary.tone);
      if (note !== undefined) stderr.write(`${note}\n`);
      if (json) writeJsonLine(stdout, summary);
    },
  };
}

type Reporter = ReturnType<typeof photoReporter>;

/** The photos that are not done yet; those that are, are told. */
async function photosLeft(
  { jobs, records }: PhotoJobs,
  settings: PhotoSettings,
  onDone: Reporter['onDone'],
): Promise<PhotoJob[]> {
  const left: PhotoJob[] = [];
  for (const job of jobs) {
    const record = records.get(job);
    const path = join(settings.out, `${job.name}.json`);
    const done = record !== undefined && (await isDone(path, record, job.origin, recipeOf(settings)));
    if (done) onDone(record);
    else left.push(job);
  }
  return left;
}

/** Colors photos with a bar that shows how far it is. */
async function colorizeWithProgress(
  request: ColorizeRequest,
  studio: Studio,
  { jobs, onOutcome }: { readonly jobs: readonly PhotoJob[]; readonly onOutcome: Reporter['onOutcome'] },
  { stderr, signal }: Terminal,
): Promise<void> {
  await withPainters(request, studio, { photos: jobs.length, signal }, async (paint) => {
    const bar = startProgress(stderr, 'Coloring', jobs.length);
    const left = timeLeftMeter(jobs.length);
    try {
      const onStart = ({ input }: PhotoJob, done: number): void => bar.update(done, input + left(done));
      await paint(jobs, { onStart, onOutcome, signal });
      bar.update(jobs.length, '');
    } finally {
      bar.stop();
    }
  });
}

/** Colors what the request names; returns the exit code. */
async function colorizeAll(request: ColorizeRequest, studio: Studio, terminal: Terminal): Promise<number> {
  const { paths, json, resume } = request;
  const { settings, open } = studio;
  const { out } = settings;
  const { counts, report, onDone, onOutcome } = photoReporter(request, terminal);
  const found = await photoJobs(paths, { out, endings: resultEndings(settings), open, report });
  const { jobs, passedOver } = found;
  if (passedOver > 0) terminal.stderr.write(`Passed over ${passedOver} pictures: results of earlier runs\n`);
  if (jobs.length === 0) return counts.failed > 0 ? EXIT.someFailed : EXIT.done;
  await makeFolder(out);
  const left = resume ? await photosLeft(found, settings, onDone) : jobs;
  if (left.length > 0) await colorizeWithProgress(request, studio, { jobs: left, onOutcome }, terminal);
  const before = counts.done > 0 ? `, ${counts.done} were done before` : '';
  if (!json)
    terminal.stdout.write(
      `${counts.colored} of ${jobs.length} photos colored${before}, results are in ${out}\n`,
    );
  return counts.failed > 0 ? EXIT.someFailed : EXIT.done;
}

/** Carries out `polyhue colorize`. */
export async function colorizeCommand(args: ParsedArguments, terminal: Terminal): Promise<number> {
  const request = colorizeRequest(args);
  const { signal } = terminal;
  Object.assign(request.settings.options, await referenceOption(args, request.maxPixels));
  await startChosenBackend(request.compute.backend, 'inference', terminal);
  const { colorizer, runtime, close } = await openColorizer(request, signal);
  try {
    if (runtime !== null) terminal.stderr.write(`${runtimeNote(runtime)}\n`);
    assertCount(colorizer, request.settings.options);
    const reading = { maxPixels: request.maxPixels, size: colorizer.models.colorVae.config.imageSize };
    Object.assign(request.settings.options, await lockOption(request.lock, reading));
    const settings = {
      ...request.settings,
      model: await modelHash(request, signal),
      modelName: modelName(request.model),
    };
    return await colorizeAll(request, { colorizer, settings, open: photoOpener() }, terminal);
  } finally {
    await close();
  }
}
