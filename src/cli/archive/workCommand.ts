import { hostname } from 'node:os';
import { pid } from 'node:process';

import { checkpointHash } from '../../checkpoint/loadCheckpoint.js';
import { loadColorizer } from '../../inference/colorizer.js';
import { UPSAMPLINGS } from '../../inference/paintPhoto.js';
import { loadSharp } from '../../node/loadSharp.js';
import type { ArchiveQueue } from '../../queue/archiveQueue.js';
import type { TaskOutcome } from '../../queue/archiveWorker.js';
import { serveMetrics } from '../../queue/serveMetrics.js';
import { httpStorage } from '../../queue/storage/httpStorage.js';
import { workerMetrics } from '../../queue/workerMetrics.js';
import {
  choice,
  type CommandSpec,
  nonNegativeInteger,
  type ParsedArguments,
  place,
  positiveInteger,
  positiveNumber,
  UsageError,
} from '../arguments.js';
import { BACKEND_OPTION, backendChoice, startChosenBackend } from '../chooseBackend.js';
import { assertCount, colorizeOptions, LATENT_OPTIONS } from '../latentOptions.js';
import { MODEL_OPTION, modelName, modelStore } from '../modelStore.js';
import { FILE_OPTIONS, fileSettings } from '../photoSettings.js';
import { EXIT, plainLine, type Terminal, writeJsonLine } from '../terminal.js';
import { HELP_OPTION, openStorage, QUEUE_OPTIONS, STORAGE_OPTIONS, withQueue } from './archiveOptions.js';
import { archivePainter, type ArchivePainterOptions } from './archivePainter.js';
import { statusText } from './statusText.js';

const DEFAULT_MAX_PIXELS = 100e6;
const DEFAULT_MAX_BYTES = 256e6;
const DEFAULT_LOCK_SECONDS = 60;
const LINE_EVERY_MS = 5000;

export const WORK_COMMAND: CommandSpec = {
  name: 'archive work',
  operands: '',
  summary:
    'Takes photos from a queue and colors them, until Ctrl-C: results and records as polyhue colorize writes them, and a line\n' +
    'for each photo in DIR/manifest. Any number of workers, on any number of machines, share a queue.',
  options: {
    root: {
      value: 'DIR|URL',
      description: 'where the paths on the queue lie: folder, s3://…, https://… (required)',
      required: true,
    },
    out: {
      value: 'DIR',
      short: 'o',
      description: 'folder or s3://… for the results (required)',
      required: true,
    },
    model: MODEL_OPTION,
    ...LATENT_OPTIONS,
    upsampling: { value: 'NAME', description: 'edges or bilinear (default: edges)' },
    ...FILE_OPTIONS,
    'max-pixels': { value: 'N', description: 'refuse larger photos (default: 100000000)' },
    'max-bytes': { value: 'N', description: 'refuse larger files (default: 256000000)' },
    'allow-private': { description: 'read URLs of this machine and its network too' },
    backend: BACKEND_OPTION,
    concurrency: {
      value: 'N',
      description: 'photos at a time: one is read while another is colored (default: 1)',
    },
    'lock-seconds': {
      value: 'S',
      description: 'give photos of a silent worker to others after that (default: 60)',
    },
    'max-crashes': { value: 'N', description: 'workers that may end over one photo (default: 5)' },
    'until-done': { description: 'end when nothing waits and nothing is being added' },
    'metrics-port': { value: 'N', description: 'serve numbers for Prometheus at /metrics' },
    'metrics-host': { value: 'ADDRESS', description: 'address to serve them at (default: 127.0.0.1)' },
    ...STORAGE_OPTIONS,
    ...QUEUE_OPTIONS,
    json: { description: 'write what became of each photo as a JSON object to standard output' },
    help: HELP_OPTION,
  },
  examples: [
    'polyhue archive work --root scans/ --out results/',
    'polyhue archive work --root s3://museum/scans --out s3://museum/colored --format jpeg --count 1 --concurrency 2',
    'polyhue archive work --root scans/ --out results/ --metrics-port 9464',
  ],
};

type Storages = Pick<ArchivePainterOptions, 'root' | 'web' | 'output'>;

async function openStorages(args: ParsedArguments): Promise<Storages> {
  const allowPrivate = args.switched('allow-private');
  const root = await openStorage(place(args, 'root')!, args, allowPrivate);
  const output = await openStorage(place(args, 'out')!, args);
  await root.check('read');
  await output.check('write');
  return { root, output, web: httpStorage({ allowPrivate }) };
}

/** The model and all that is needed to paint with it, for `body`. */
async function withPainter<T>(
  args: ParsedArguments,
  terminal: Terminal,
  body: (options: ArchivePainterOptions) => Promise<T>,
): Promise<T> {
  const { signal } = terminal;
  const [options, files] = [colorizeOptions(args), fileSettings(args)];
  const upsampling = choice(args, 'upsampling', UPSAMPLINGS) ?? 'edges';
  const maxPixels = positiveInteger(args, 'max-pixels') ?? DEFAULT_MAX_PIXELS;
  const maxBytes = positiveInteger(args, 'max-bytes') ?? DEFAULT_MAX_BYTES;
  const model = place(args, 'model') ?? null;
  const storages = await openStorages(args);
  await loadSharp('color photos');
  await startChosenBackend(backendChoice(args), 'inference', terminal);
  const store = modelStore(model);
  const colorizer = await loadColorizer(store, { signal });
  try {
    assertCount(colorizer, options);
    const identity = { model: await checkpointHash(store, signal), modelName: modelName(model) };
    const settings = { options: { ...options, upsampling }, files, out: '', sequence: false, ...identity };
    return await body({ ...storages, colorizer, settings, maxPixels, maxBytes });
  } finally {
    colorizer.dispose();
  }
}

/** Says how far the queue is, every few seconds. */
function startReports(queue: ArchiveQueue, { stderr }: Terminal): () => void {
  const timer = setInterval(() => {
    void queue.status().then(
      (status) => stderr.write(`${statusText(status)}\n`),
      () => {},
    );
  }, LINE_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function workNumbers(args: ParsedArguments) {
  const [concurrency, maxCrashes] = [
    positiveInteger(args, 'concurrency'),
    positiveInteger(args, 'max-crashes'),
  ];
  return {
    ...(concurrency !== undefined && { concurrency }),
    ...(maxCrashes !== undefined && { maxCrashes }),
    lockMs: Math.round(1000 * (positiveNumber(args, 'lock-seconds') ?? DEFAULT_LOCK_SECONDS)),
    untilDone: args.switched('until-done'),
  };
}

/** Counts outcomes and tells those that a person should see. */
function outcomeTeller(args: ParsedArguments, { stdout, stderr }: Terminal) {
  const metrics = workerMetrics();
  const counts = { done: 0, known: 0, retry: 0, dead: 0 };
  const onOutcome = (outcome: TaskOutcome): void => {
    metrics.observe(outcome);
    counts[outcome.kind]++;
    const { task, ...rest } = outcome;
    if (args.switched('json')) writeJsonLine(stdout, { ...task, ...rest });
    if (outcome.kind === 'dead') stderr.write(`${plainLine(outcome.reason)}\n`);
    if (outcome.kind === 'retry')
      stderr.write(`To be tried again: ${plainLine(`"${task.input}", ${outcome.reason}`)}\n`);
  };
  return { metrics, counts, onOutcome };
}

/** Works until the queue is done, the person stops it or it breaks; returns the exit code. */
async function workOn(
  queue: ArchiveQueue,
  painter: ArchivePainterOptions,
  args: ParsedArguments,
  terminal: Terminal,
): Promise<number> {
  const { stdout, stderr, signal } = terminal;
  const { metrics, counts, onOutcome } = outcomeTeller(args, terminal);
  const port = nonNegativeInteger(args, 'metrics-port');
  const host = place(args, 'metrics-host') ?? '127.0.0.1';
  const text = async () => metrics.text(await queue.status());
  const server = port === undefined ? undefined : await serveMetrics({ port, host, text });
  if (server !== undefined) stderr.write(`Metrics are at ${server.url}\n`);
  const stopReports = startReports(queue, terminal);
  const log = painter.output.openLog(`${hostname()}-${pid}`);
  const worker = await queue.work(archivePainter(painter), { ...workNumbers(args), log, onOutcome });
  const stop = (): void => {
    stderr.write('Stopping: photos under way are finished; Ctrl-C again ends at once\n');
    worker.stop();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) stop();
    await worker.finished;
  } finally {
    signal.removeEventListener('abort', stop);
    stopReports();
    server?.close();
  }
  if (!args.switched('json'))
    stdout.write(`${counts.done} photos colored, ${counts.known} known, ${counts.dead} dead letters\n`);
  if (signal.aborted) return EXIT.stopped;
  return counts.dead > 0 ? EXIT.someFailed : EXIT.done;
}

/** Carries out `polyhue archive work`. */
export async function workCommand(args: ParsedArguments, terminal: Terminal): Promise<number> {
  if (args.operands.length > 0) throw new UsageError('Give no photos: "polyhue archive enqueue" does');
  workNumbers(args);
  return withQueue(args, terminal, async (queue) =>
    withPainter(args, terminal, async (painter) => workOn(queue, painter, args, terminal)),
  );
}
