import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { PhotoRefusedError, QueueError } from '../../errors.js';
import type { EnqueueCounts } from '../../queue/enqueueTasks.js';
import type { PhotoTask } from '../../queue/photoTask.js';
import { readManifest } from '../../queue/readManifest.js';
import { type ListedPhoto, taskOf } from '../../queue/taskOf.js';
import { type CommandSpec, type ParsedArguments, place, positiveInteger, UsageError } from '../arguments.js';
import { readRecord } from '../photoRecord.js';
import { isResult } from '../resultNames.js';
import { EXIT, plainLine, type Terminal, writeJsonLine } from '../terminal.js';
import { HELP_OPTION, openStorage, QUEUE_OPTIONS, STORAGE_OPTIONS, withQueue } from './archiveOptions.js';

/** How often it is said how far the list has been read. */
const LINE_EVERY_MS = 5000;

export const ENQUEUE_COMMAND: CommandSpec = {
  name: 'archive enqueue',
  operands: '<folder|s3://bucket/prefix|list>',
  summary:
    'Puts the photos of an archive on a queue: those of a folder, of a bucket, or of a list with a path or URL a line, JSON\n' +
    'lines or CSV (input, name). Photos that the queue has met are passed over, so that it can be run again at any time.',
  options: {
    root: {
      value: 'DIR',
      description: 'folder that absolute paths of a list lie in; others are relative to it',
    },
    'max-waiting': { value: 'N', description: 'read on only while fewer photos wait (default: 10000)' },
    attempts: { value: 'N', description: 'attempts before a photo becomes a dead letter (default: 5)' },
    'retry-delay': {
      value: 'MS',
      description: 'before the second attempt; doubles each time (default: 2000)',
    },
    ...STORAGE_OPTIONS,
    ...QUEUE_OPTIONS,
    json: { description: 'write the counts as JSON to standard output' },
    help: HELP_OPTION,
  },
  examples: [
    'polyhue archive enqueue scans/',
    'polyhue archive enqueue photos.jsonl --root /archive --queue museum',
    'polyhue archive enqueue s3://museum/scans --max-waiting 100000',
  ],
};

type Refuse = (message: string) => void;

async function* storedPhotos(location: string, args: ParsedArguments): AsyncGenerator<ListedPhoto> {
  const storage = await openStorage(location, args);
  await storage.check('read');
  for await (const input of storage.list()) yield { input };
}

/** Results of earlier runs in a folder are not photos. */
async function* photosOf(folder: string, args: ParsedArguments): AsyncGenerator<ListedPhoto> {
  for await (const photo of storedPhotos(folder, args))
    if (!(await isResult(join(folder, photo.input), readRecord))) yield photo;
}

async function* listedPhotos(path: string, refuse: Refuse): AsyncGenerator<ListedPhoto> {
  for await (const entry of readManifest(path)) {
    if ('photo' in entry) yield entry.photo;
    else refuse(`Line ${entry.line} of "${path}" ${entry.problem}`);
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new QueueError(`Cannot open "${path}": ${(cause as Error).message}`, { cause });
  });
  return found.isDirectory();
}

function taskOrRefusal(photo: ListedPhoto, root: string | undefined): PhotoTask | PhotoRefusedError {
  try {
    return taskOf(photo, root);
  } catch (error) {
    if (error instanceof PhotoRefusedError) return error;
    throw error;
  }
}

async function listing(
  place: string,
  args: ParsedArguments,
  refuse: Refuse,
): Promise<AsyncGenerator<ListedPhoto>> {
  if (/^s3:\/\//i.test(place)) return storedPhotos(place, args);
  return (await isFolder(place)) ? photosOf(place, args) : listedPhotos(place, refuse);
}

async function* tasksOf(place: string, args: ParsedArguments, refuse: Refuse): AsyncGenerator<PhotoTask> {
  const root = args.text('root');
  for await (const photo of await listing(place, args, refuse)) {
    const task = taskOrRefusal(photo, root);
    if (task instanceof PhotoRefusedError) refuse(task.message);
    else yield task;
  }
}

function enqueueProgress({ stderr }: Terminal) {
  let writtenAt = performance.now();
  return ({ added, known, isWaiting }: EnqueueCounts & { readonly isWaiting: boolean }): void => {
    if (performance.now() - writtenAt < LINE_EVERY_MS) return;
    writtenAt = performance.now();
    stderr.write(`${added} added, ${known} known${isWaiting ? ', waiting for workers to make room' : ''}\n`);
  };
}

/** Carries out `polyhue archive enqueue`. */
export async function enqueueCommand(args: ParsedArguments, terminal: Terminal): Promise<number> {
  const [operand, ...others] = args.operands;
  if (operand === undefined || others.length > 0)
    throw new UsageError('Give one folder, bucket or list of photos');
  place(args, 'root');
  const numbers = {
    maxWaiting: positiveInteger(args, 'max-waiting'),
    attempts: positiveInteger(args, 'attempts'),
    retryDelayMs: positiveInteger(args, 'retry-delay'),
  };
  const given = Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined));
  let refused = 0;
  const refuse = (message: string): void => {
    refused++;
    terminal.stderr.write(`${plainLine(message)}\n`);
  };
  const counts = await withQueue(args, terminal, async (queue) =>
    queue.enqueue(tasksOf(operand, args, refuse), {
      ...given,
      signal: terminal.signal,
      onProgress: enqueueProgress(terminal),
    }),
  );
  if (args.switched('json')) writeJsonLine(terminal.stdout, { ...counts, refused });
  else
    terminal.stdout.write(`${counts.added} photos added, ${counts.known} known before, ${refused} refused\n`);
  return refused > 0 ? EXIT.someFailed : EXIT.done;
}
