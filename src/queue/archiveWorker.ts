import { setTimeout as sleep } from 'node:timers/promises';

import type { Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';

import { assertPositiveInteger } from '../errors.js';
import type { ArchiveStatus } from './archiveQueue.js';
import { deadLetterReason, failureKind } from './failures.js';
import { loadBullmq } from './packages.js';
import { type PhotoTask, taskId } from './photoTask.js';
import type { ResultLog } from './storage/storage.js';
import type { Tally } from './tally.js';

const ACTION = 'work on a queue';
const DEFAULT_LOCK_MS = 60_000;
/** A photo that a broken worker gives back rests as long. */
const GIVE_BACK_MS = 1000;
const POLL_MS = 500;

/** What `color` made of a photo. */
export interface ColoredTask {
  /** What the line of the photo in the log says, besides its identity. */
  readonly entry: Readonly<Record<string, unknown>>;
  /** False where the results were there before: an earlier worker was cut off after it had written them. */
  readonly isFresh: boolean;
}

/**
 * Colors a photo and writes its results. It may be called again for a photo whose results are there, and gives the same
 * results then. A `PhotoRefusedError` or `ImageError` makes the photo a dead letter at once; after other errors it is tried
 * again.
 */
export type ColorTask = (task: PhotoTask) => Promise<ColoredTask>;

/** What became of a photo; `'known'` where it was done before, `'retry'` where it waits for its next attempt. */
export type TaskOutcome =
  | { readonly kind: 'done' | 'known'; readonly task: PhotoTask; readonly seconds: number }
  | { readonly kind: 'retry' | 'dead'; readonly task: PhotoTask; readonly reason: string };

export interface WorkOptions {
  /** Receives one line for each photo. */
  readonly log: ResultLog;
  /**
   * Photos at a time.
   *
   * @defaultValue `1`
   */
  readonly concurrency?: number;
  /**
   * Time without a sign of life, in milliseconds, after which a worker's photos are given to others.
   *
   * @defaultValue `60000`
   */
  readonly lockMs?: number;
  /**
   * Workers that may end over one photo before it becomes a dead letter.
   *
   * @defaultValue `5`
   */
  readonly maxCrashes?: number;
  /**
   * Stops as soon as nothing waits and nothing is being added.
   *
   * @defaultValue `false`
   */
  readonly untilDone?: boolean;
  readonly onOutcome?: (outcome: TaskOutcome) => void;
}

/** A worker that takes photos. */
export interface ArchiveWorker {
  /** Settles when it has stopped; rejects where it can color nothing more, as with a full disk. */
  readonly finished: Promise<void>;
  /** Takes no further photo, finishes those under way. */
  readonly stop: () => void;
}

interface WorkPlace {
  readonly client: Redis;
  readonly name: string;
  readonly prefix: string;
  readonly tally: Tally;
  readonly status: () => Promise<ArchiveStatus>;
}

/** Adds the line of a photo unless there is one, and marks the photo as done. */
async function record(
  { tally }: WorkPlace,
  { log, lockMs = DEFAULT_LOCK_MS }: WorkOptions,
  { job, token }: { readonly job: Job<PhotoTask>; readonly token: string },
  { entry, isFresh }: ColoredTask,
): Promise<void> {
  const id = taskId(job.data);
  // A worker that was held up for longer than its lock has lost the photo to another one, and that one writes the line.
  if ((await job.extendLock(token, lockMs)) !== 1) throw new Error('another worker has taken the photo over');
  const isFirst = isFresh && job.attemptsStarted <= 1 && job.stalledCounter === 0;
  const { input, name } = job.data;
  if (isFirst || !(await log.has(id.job)))
    await log.append(id.job, JSON.stringify({ id: id.job, input, name, ...entry }));
  await tally.markDone(id);
}

/** What BullMQ calls for each job. */
async function processor(
  place: WorkPlace,
  color: ColorTask,
  options: WorkOptions,
  giveUp: (error: unknown) => void,
): Promise<(job: Job<PhotoTask>, token?: string) => Promise<void>> {
  const { DelayedError, UnrecoverableError } = await loadBullmq();
  const { onOutcome = () => {} } = options;
  return async (job, token = '') => {
    const [task, begin] = [job.data, performance.now()];
    const tell = (kind: 'done' | 'known'): void =>
      onOutcome({ kind, task, seconds: (performance.now() - begin) / 1000 });
    try {
      if ((await place.tally.areDone([taskId(task)]))[0]) return tell('known');
      const colored = await color(task);
      await record(place, options, { job, token }, colored);
      return tell(colored.isFresh ? 'done' : 'known');
    } catch (error) {
      const kind = failureKind(error);
      if (kind === 'refused') throw new UnrecoverableError((error as Error).message);
      if (kind !== 'retry') giveUp(error);
      if (kind !== 'worker') throw error;
      await job.moveToDelayed(Date.now() + GIVE_BACK_MS, token);
      throw new DelayedError();
    }
  };
}

/** Tells of failed attempts; BullMQ also fails jobs by itself, those over which workers ended. */
function tellFailures(worker: Worker<PhotoTask>, onOutcome: NonNullable<WorkOptions['onOutcome']>): void {
  worker.on('failed', (job, error) => {
    if (job === undefined) return;
    const isDead = error.name === 'UnrecoverableError' || job.attemptsMade >= (job.opts.attempts ?? 1);
    onOutcome({ kind: isDead ? 'dead' : 'retry', task: job.data, reason: deadLetterReason(error.message) });
  });
}

async function stopWhenDone(
  { status }: WorkPlace,
  stop: () => void,
  isStopped: () => boolean,
): Promise<void> {
  while (!isStopped()) {
    const { waiting, active, delayed, isListing } = await status();
    if (waiting + active + delayed === 0 && !isListing) return stop();
    await sleep(POLL_MS);
  }
}

/** Starts a worker; see {@link ArchiveQueue.work}. */
export async function startWorker(
  place: WorkPlace,
  color: ColorTask,
  options: WorkOptions,
): Promise<ArchiveWorker> {
  const { concurrency = 1, lockMs = DEFAULT_LOCK_MS, maxCrashes = 5, untilDone = false } = options;
  assertPositiveInteger(ACTION, 'concurrency', concurrency);
  assertPositiveInteger(ACTION, 'lockMs', lockMs);
  assertPositiveInteger(ACTION, 'maxCrashes', maxCrashes);
  const { Worker } = await loadBullmq();
  let [problem, closing] = [undefined as unknown, undefined as Promise<void> | undefined];
  let settle: () => void = () => {};
  const stopped = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const stop = (): void => {
    closing ??= worker.close().then(settle, settle);
  };
  const giveUp = (error: unknown): void => {
    problem ??= error;
    stop();
  };
  const worker = new Worker<PhotoTask>(place.name, await processor(place, color, options, giveUp), {
    connection: place.client,
    prefix: place.prefix,
    concurrency,
    lockDuration: lockMs,
    stalledInterval: lockMs / 2,
    maxStalledCount: maxCrashes,
  });
  worker.on('error', () => {}); // The connection tells.
  tellFailures(worker, options.onOutcome ?? (() => {}));
  if (untilDone) void stopWhenDone(place, stop, () => closing !== undefined).catch(giveUp);
  const finished = async (): Promise<void> => {
    await stopped;
    if (problem !== undefined) throw problem;
  };
  return { finished: finished(), stop };
}
