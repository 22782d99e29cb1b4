import type { Job, Queue } from 'bullmq';

import { argumentMessage, QueueError } from '../errors.js';
import { type ArchiveWorker, type ColorTask, startWorker, type WorkOptions } from './archiveWorker.js';
import { type ConnectionNotice, connectRedis, redisLocation } from './connectRedis.js';
import { type EnqueueCounts, type EnqueueOptions, enqueueTasks } from './enqueueTasks.js';
import { deadLetterReason } from './failures.js';
import { loadBullmq } from './packages.js';
import type { PhotoTask } from './photoTask.js';
import { openTally } from './tally.js';

/** Begins all keys in Redis. */
const PREFIX = 'polyhue';
const DEFAULT_NAME = 'archive';
/** Dead letters that are asked for at a time. */
const PAGE = 500;

export interface ArchiveQueueOptions {
  /** `redis://USER:PASSWORD@HOST:PORT`, or `rediss://` for TLS. */
  readonly redis: string;
  /**
   * Name of the queue, of letters, digits, `-`, `_` and `.`: one for each archive and folder of results.
   *
   * @defaultValue `'archive'`
   */
  readonly name?: string;
  /**
   * Told when Redis is lost in the middle of the work, and when it is back; the work waits meanwhile.
   *
   * @defaultValue nobody is told
   */
  readonly onNotice?: ConnectionNotice;
}

/** How far a queue has come. */
export interface ArchiveStatus {
  readonly waiting: number;
  readonly active: number;
  /** Photos that failed and wait for their next attempt. */
  readonly delayed: number;
  readonly done: number;
  /** Photos that nobody tries any more. */
  readonly deadLetters: number;
  readonly isPaused: boolean;
  /** Whether photos are still being added. */
  readonly isListing: boolean;
  /** Of all workers, over the last minute. */
  readonly photosPerSecond: number;
  /** Until what is known so far is done, at this rate; `null` where nothing was done in the last minute. */
  readonly secondsLeft: number | null;
}

/** A photo that nobody tries any more. */
export interface DeadLetter extends PhotoTask {
  readonly reason: string;
  readonly attempts: number;
}

/** Photos on their way from producers to workers, in Redis. */
export interface ArchiveQueue {
  /** Adds photos; those that are waiting, done or dead letters already are passed over. */
  readonly enqueue: (
    tasks: AsyncIterable<PhotoTask> | Iterable<PhotoTask>,
    options?: EnqueueOptions,
  ) => Promise<EnqueueCounts>;
  /** Takes photos and has each colored, until it is stopped. */
  readonly work: (color: ColorTask, options: WorkOptions) => Promise<ArchiveWorker>;
  readonly status: () => Promise<ArchiveStatus>;
  /** Lets no worker take a further photo; those under way are finished. */
  readonly pause: () => Promise<void>;
  readonly resume: () => Promise<void>;
  /** Takes out the photos that wait, and returns their number; what is done and what failed stays known. */
  readonly drain: () => Promise<number>;
  readonly deadLetters: () => AsyncIterable<DeadLetter>;
  /** Lets all dead letters wait again, and returns their number. */
  readonly retryDeadLetters: () => Promise<number>;
  readonly close: () => Promise<void>;
}

async function statusOf(queue: Queue, tally: ReturnType<typeof openTally>): Promise<ArchiveStatus> {
  const counts = await queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'failed');
  const count = (...states: string[]): number => states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  const waiting = count('waiting', 'prioritized');
  const [active, delayed] = [count('active'), count('delayed')];
  const photosPerSecond = await tally.photosPerSecond();
  const left = waiting + active + delayed;
  return {
    waiting,
    active,
    delayed,
    done: await tally.doneCount(),
    deadLetters: count('failed'),
    isPaused: await queue.isPaused(),
    isListing: await tally.isListing(),
    photosPerSecond,
    secondsLeft: photosPerSecond > 0 ? left / photosPerSecond : null,
  };
}

async function* deadLettersOf(queue: Queue): AsyncGenerator<DeadLetter> {
  for (let start = 0; ; start += PAGE) {
    const jobs = (await queue.getFailed(start, start + PAGE - 1)) as Job<PhotoTask>[];
    for (const { data, failedReason, attemptsMade } of jobs)
      yield { ...data, reason: deadLetterReason(failedReason), attempts: attemptsMade };
    if (jobs.length < PAGE) return;
  }
}

/** Photos that fail again meanwhile are left as they are. */
async function retryAll(queue: Queue): Promise<number> {
  const total = await queue.getFailedCount();
  let retried = 0;
  while (retried < total) {
    const jobs = (await queue.getFailed(0, Math.min(PAGE, total - retried) - 1)) as Job<PhotoTask>[];
    for (const job of jobs)
      await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
    if (jobs.length === 0) break;
    retried += jobs.length;
  }
  return retried;
}

/**
 * Opens a queue of photos in Redis, through BullMQ and ioredis, optional dependencies that are loaded on first use.
 *
 * A photo is handed out until a worker says that it is done (at least once). A photo that is done is kept as 8 bytes.
 *
 * @throws {QueueError} If Redis does not answer, refuses the credentials, or forgets keys when its memory is full; or if a
 * package is missing.
 *
 * @example
 * ```ts
 * import { openArchiveQueue } from 'polyhue/queue';
 *
 * const queue = await openArchiveQueue({ redis: 'redis://127.0.0.1:6379' });
 * await queue.enqueue([{ input: '1920/party.jpg', name: '1920/party' }]);
 * console.log(await queue.status());
 * await queue.close();
 * ```
 */
export async function openArchiveQueue(options: ArchiveQueueOptions): Promise<ArchiveQueue> {
  const { redis, name = DEFAULT_NAME, onNotice = () => {} } = options;
  if (!/^[\w.-]+$/.test(name)) {
    const rule = 'be of letters, digits, "-", "_" and "."';
    throw new QueueError(argumentMessage('open a queue', 'name', rule, name));
  }
  const { Queue } = await loadBullmq();
  const { client, close } = await connectRedis(redis, onNotice);
  const queue = new Queue(name, { connection: client, prefix: PREFIX });
  queue.on('error', () => {}); // The connection tells.
  const tally = openTally(client, `${PREFIX}:${name}`);
  const place = { client, name, prefix: PREFIX, location: redisLocation(redis) };
  const status = async (): Promise<ArchiveStatus> => statusOf(queue, tally);
  return {
    enqueue: async (tasks, enqueueOptions) => enqueueTasks({ queue, client, tally }, tasks, enqueueOptions),
    work: async (color, workOptions) => startWorker({ ...place, tally, status }, color, workOptions),
    status,
    pause: async () => queue.pause(),
    resume: async () => queue.resume(),
    drain: async () => {
      const before = await status();
      await queue.drain(true);
      const after = await status();
      return Math.max(0, before.waiting + before.delayed - after.waiting - after.delayed);
    },
    deadLetters: () => deadLettersOf(queue),
    retryDeadLetters: async () => retryAll(queue),
    close: async () => {
      await queue.close();
      await close();
    },
  };
}
