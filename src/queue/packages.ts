import type * as bullmq from 'bullmq';
import type * as ioredis from 'ioredis';

import { QueueError } from '../errors.js';

function missing(name: string, cause: unknown): never {
  throw new QueueError(
    `Cannot open a queue as the package "${name}" does not load: run "npm install bullmq ioredis"`,
    {
      cause,
    },
  );
}

/** The queue library, an optional dependency that is loaded on first use. */
export async function loadBullmq(): Promise<typeof bullmq> {
  return import('bullmq').catch((cause: unknown) => missing('bullmq', cause));
}

/** The Redis client, an optional dependency that is loaded on first use. */
export async function loadIoredis(): Promise<typeof ioredis> {
  return import('ioredis').catch((cause: unknown) => missing('ioredis', cause));
}
