import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

import { assertPositive, assertPositiveInteger } from '../errors.js';
import { type PhotoTask, taskId } from './photoTask.js';
import type { Tally } from './tally.js';

const ACTION = 'enqueue photos';
const BATCH = 500;
const PAUSE_MS = 200;
/** How long a producer counts as being at work without a sign of life. */
const LISTING_SECONDS = 60;

export interface EnqueueOptions {
  /**
   * Photos that may wait in Redis; the list is read no further meanwhile.
   *
   * @defaultValue `10000`
   */
  readonly maxWaiting?: number;
  /**
   * Attempts before a photo becomes a dead letter.
   *
   * @defaultValue `5`
   */
  readonly attempts?: number;
  /**
   * Pause before the second attempt, in milliseconds; it doubles each time, and up to half of it is left to chance.
   *
   * @defaultValue `2000`
   */
  readonly retryDelayMs?: number;
  /** Stops adding; what was added stays. */
  readonly signal?: AbortSignal;
  /** Called after each batch, and while there is no room. */
  readonly onProgress?: (counts: EnqueueCounts & { readonly isWaiting: boolean }) => void;
}

export interface EnqueueCounts {
  /** Photos that wait now and did not before. */
  readonly added: number;
  /** Photos that were waiting, done or dead letters already. */
  readonly known: number;
}

export interface EnqueuePlace {
  readonly queue: Queue;
  readonly client: Redis;
  readonly tally: Tally;
}

/** The tasks that the queue has not met. */
async function newTasks(
  { queue, client, tally }: EnqueuePlace,
  tasks: readonly PhotoTask[],
): Promise<PhotoTask[]> {
  const unique = [...new Map(tasks.map((task) => [taskId(task).job, task])).values()];
  const ids = unique.map(taskId);
  const done = await tally.areDone(ids);
  const pipeline = client.pipeline();
  for (const { job } of ids) pipeline.exists(queue.toKey(job));
  const there = (await pipeline.exec())!;
  return unique.filter((_, i) => !done[i] && there[i]![1] === 0);
}

async function waitingCount(queue: Queue): Promise<number> {
  return queue.getJobCountByTypes('waiting', 'prioritized', 'delayed');
}

/** Groups of at most as many tasks as there is room for when they are asked for. */
async function* batches(
  tasks: AsyncIterable<PhotoTask> | Iterable<PhotoTask>,
  room: () => Promise<number>,
): AsyncGenerator<PhotoTask[]> {
  let [batch, size] = [[] as PhotoTask[], await room()];
  for await (const task of tasks) {
    batch.push(task);
    if (batch.length < size) continue;
    yield batch;
    [batch, size] = [[], await room()];
  }
  if (batch.length > 0) yield batch;
}

/**
 * Adds tasks to a queue, reading no more of them than there is room for.
 *
 * @throws The reason of `signal` once it is aborted.
 */
export async function enqueueTasks(
  place: EnqueuePlace,
  tasks: AsyncIterable<PhotoTask> | Iterable<PhotoTask>,
  options: EnqueueOptions = {},
): Promise<EnqueueCounts> {
  const { maxWaiting = 10_000, attempts = 5, retryDelayMs = 2000, signal, onProgress = () => {} } = options;
  assertPositiveInteger(ACTION, 'maxWaiting', maxWaiting);
  assertPositiveInteger(ACTION, 'attempts', attempts);
  assertPositive(ACTION, 'retryDelayMs', retryDelayMs);
  const { queue, tally } = place;
  const producer = randomUUID();
  const counts = { added: 0, known: 0 };
  const room = async (): Promise<number> => {
    for (;;) {
      signal?.throwIfAborted();
      await tally.beginListing(producer, LISTING_SECONDS);
      const free = maxWaiting - (await waitingCount(queue));
      if (free > 0) return Math.min(free, BATCH);
      onProgress({ ...counts, isWaiting: true });
      await sleep(PAUSE_MS, undefined, { signal });
    }
  };
  const backoff = { type: 'exponential', delay: retryDelayMs, jitter: 0.5 };
  try {
    for await (const batch of batches(tasks, room)) {
      const fresh = await newTasks(place, batch);
      const opts = { attempts, backoff, removeOnComplete: true };
      await queue.addBulk(
        fresh.map((task) => ({ name: 'photo', data: task, opts: { ...opts, jobId: taskId(task).job } })),
      );
      counts.added += fresh.length;
      counts.known += batch.length - fresh.length;
      onProgress({ ...counts, isWaiting: false });
    }
  } finally {
    await tally.endListing(producer);
  }
  return counts;
}
