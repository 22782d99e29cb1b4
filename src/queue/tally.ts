import type { Redis } from 'ioredis';

import type { TaskId } from './photoTask.js';

/** Rates are means over a minute, in slots of this length. */
const SLOT_SECONDS = 5;
const WINDOW_SECONDS = 60;
const SLOT_LIFE_SECONDS = 600;

/** Adds a photo to those that are done and counts it, both or neither; returns 1 where it was not done before. */
const MARK_DONE = `
if redis.call('SADD', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HINCRBY', KEYS[2], 'done', 1)
redis.call('HSETNX', KEYS[2], 'since', ARGV[2])
redis.call('INCR', KEYS[3])
redis.call('EXPIRE', KEYS[3], ARGV[3])
return 1`;

/** What is known of a queue besides its jobs, which are removed as soon as they are done. */
export interface Tally {
  /** Whether each photo is done. */
  readonly areDone: (ids: readonly TaskId[]) => Promise<boolean[]>;
  /** Marks a photo as done; false where it was before. */
  readonly markDone: (id: TaskId) => Promise<boolean>;
  readonly doneCount: () => Promise<number>;
  /** Photos done each second by all workers, over the last minute. */
  readonly photosPerSecond: () => Promise<number>;
  /** Says that a producer is at work, for a while. */
  readonly beginListing: (producer: string, seconds: number) => Promise<void>;
  readonly endListing: (producer: string) => Promise<void>;
  readonly isListing: () => Promise<boolean>;
}

function seconds(now: () => number): number {
  return now() / 1000;
}

/**
 * Counts of a queue in Redis.
 *
 * @param prefix Begins all keys.
 * @param now Milliseconds since 1970.
 */
export function openTally(client: Redis, prefix: string, now: () => number = () => Date.now()): Tally {
  const [counts, listing] = [`${prefix}:archive:counts`, `${prefix}:archive:listing`];
  const doneSet = ({ shard }: TaskId): string => `${prefix}:archive:done:${shard}`;
  const slotKey = (slot: number): string => `${prefix}:archive:rate:${slot}`;
  const slotNow = (): number => Math.floor(seconds(now) / SLOT_SECONDS);
  return {
    areDone: async (ids) => {
      const pipeline = client.pipeline();
      for (const id of ids) pipeline.sismember(doneSet(id), id.member);
      const answers = (await pipeline.exec())!;
      return answers.map(([error, isMember]) => {
        if (error !== null) throw error;
        return isMember === 1;
      });
    },
    markDone: async (id) => {
      const keys = [doneSet(id), counts, slotKey(slotNow())];
      const added = await client.eval(MARK_DONE, keys.length, ...keys, id.member, now(), SLOT_LIFE_SECONDS);
      return added === 1;
    },
    doneCount: async () => Number((await client.hget(counts, 'done')) ?? 0),
    photosPerSecond: async () => {
      const last = slotNow();
      const slots = Array.from({ length: WINDOW_SECONDS / SLOT_SECONDS + 1 }, (_, i) => slotKey(last - i));
      const done = (await client.mget(slots)).reduce((sum, count) => sum + Number(count ?? 0), 0);
      const since = Number((await client.hget(counts, 'since')) ?? now()) / 1000;
      const begin = Math.max(since, (last - slots.length + 1) * SLOT_SECONDS);
      return done / Math.max(1, seconds(now) - begin);
    },
    beginListing: async (producer, life) => {
      await client.zadd(listing, seconds(now) + life, producer);
    },
    endListing: async (producer) => {
      await client.zrem(listing, producer);
    },
    isListing: async () => (await client.zcount(listing, seconds(now), '+inf')) > 0,
  };
}
