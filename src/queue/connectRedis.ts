import type { Redis } from 'ioredis';

import { argumentMessage, QueueError } from '../errors.js';
import { loadIoredis } from './packages.js';

const CONNECT_TIMEOUT_MS = 10_000;
const LONGEST_PAUSE_MS = 2000;

/** A Redis server as messages call it: without the password. */
export function redisLocation(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

function assertRedisUrl(url: string): void {
  if (URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol)) return;
  // The value is left out: it may hold a password.
  throw new QueueError(
    "Cannot open a queue as 'redis' must be a URL of the form redis://USER:PASSWORD@HOST:PORT",
  );
}

function reasonOf(error: unknown, url: string): string {
  const message = (error as Error).message;
  if (/WRONGPASS|NOAUTH|invalid password|without any password/i.test(message))
    return `the server at ${redisLocation(url)} refuses the user name or password`;
  if (/NOPERM/.test(message)) return `the user may not do what a queue needs: ${message}`;
  return `no Redis answers at ${redisLocation(url)}: ${message}`;
}

/** Photos would be lost without a word by a server that makes room by forgetting keys. */
async function assertKeepsKeys(client: Redis, url: string): Promise<void> {
  const found = /maxmemory_policy:(\S+)/.exec(await client.info('memory'))?.[1];
  if (found === undefined || found === 'noeviction') return;
  const rule = 'be "noeviction", so that no photo is forgotten';
  throw new QueueError(argumentMessage(`use ${redisLocation(url)}`, 'maxmemory-policy', rule, found));
}

/** Told when the server is lost while work is under way, and when it is there again. */
export type ConnectionNotice = (message: string) => void;

/** Tells of a lost server once, not at each attempt. */
function watch(client: Redis, url: string, notice: ConnectionNotice, isOpen: () => boolean): void {
  let isLost = false;
  client.on('error', () => {}); // 'close' tells what there is to tell; without this, Node would end the program.
  client.on('close', () => {
    if (isLost || !isOpen()) return;
    isLost = true;
    notice(`Lost Redis at ${redisLocation(url)}: waiting until it is back`);
  });
  client.on('ready', () => {
    if (isLost) notice(`Redis at ${redisLocation(url)} is back`);
    isLost = false;
  });
}

/** A client that has been connected once, and connects again whenever it is cut off. */
export interface RedisConnection {
  readonly client: Redis;
  readonly close: () => Promise<void>;
}

/**
 * Connects to Redis.
 *
 * @throws {QueueError} If there is no server, it refuses the credentials, or forgets keys when its memory is full.
 */
export async function connectRedis(url: string, notice: ConnectionNotice): Promise<RedisConnection> {
  assertRedisUrl(url);
  const { Redis } = await loadIoredis();
  let state: 'connecting' | 'open' | 'closed' = 'connecting';
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: null, // Commands wait for the server instead of failing.
    retryStrategy: (times) => (state === 'open' ? Math.min(100 * times, LONGEST_PAUSE_MS) : null),
  });
  let problem: unknown;
  const keepProblem = (error: unknown): void => {
    problem ??= error;
  };
  client.on('error', keepProblem);
  try {
    await client.connect();
    await client.ping();
    await assertKeepsKeys(client, url);
  } catch (cause) {
    client.disconnect();
    if (cause instanceof QueueError) throw cause;
    throw new QueueError(`Cannot open a queue as ${reasonOf(problem ?? cause, url)}`, { cause });
  }
  state = 'open';
  watch(client, url, notice, () => state === 'open');
  client.off('error', keepProblem);
  return {
    client,
    close: async () => {
      state = 'closed';
      client.disconnect();
      return Promise.resolve();
    },
  };
}
