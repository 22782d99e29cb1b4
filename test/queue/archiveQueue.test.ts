import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';

import {
  type ArchiveQueue,
  fileStorage,
  openArchiveQueue,
  PhotoRefusedError,
  type PhotoTask,
  type TaskOutcome,
} from '../../src/queue/index.js';
import { temporaryFolder } from '../node/temporaryFolder.js';
import { collect } from './collect.js';
import { type RedisServer, redisServer, WITHOUT_REDIS } from './redisServer.js';

const tasks = (count: number, from = 0): PhotoTask[] =>
  Array.from({ length: count }, (_, i) => ({ input: `${from + i}.jpg`, name: `${from + i}` }));

const COLORED = { entry: { files: ['x.png'] }, isFresh: true };

describe.skipIf(WITHOUT_REDIS)('openArchiveQueue()', () => {
  let server: RedisServer;
  let names = 0;
  beforeAll(async () => {
    server = await redisServer();
  });
  afterAll(async () => server.close());

  async function openQueue(onNotice: (message: string) => void = () => {}): Promise<ArchiveQueue> {
    const queue = await openArchiveQueue({ redis: server.url, name: `test-${names++}`, onNotice });
    onTestFinished(async () => queue.close());
    return queue;
  }

  /** Works until all is done and returns the outcomes and the lines of the log. */
  async function workAll(
    queue: ArchiveQueue,
    color: (task: PhotoTask) => Promise<typeof COLORED>,
    folder: string,
    options: { readonly concurrency?: number; readonly lockMs?: number } = {},
  ) {
    const outcomes: TaskOutcome[] = [];
    const log = fileStorage(folder).openLog('w');
    const onOutcome = (outcome: TaskOutcome) => outcomes.push(outcome);
    const worker = await queue.work(color, { ...options, log, onOutcome, untilDone: true });
    await worker.finished;
    const text = await readFile(join(folder, 'manifest/w.jsonl'), 'utf8').catch(() => '');
    return { outcomes, lines: text.split('\n').filter((line) => line !== '') };
  }

  it('adds nothing twice: not what waits, not what is done, not what is listed twice at once', async () => {
    const queue = await openQueue();
    expect(await queue.enqueue([...tasks(10), ...tasks(10)])).toEqual({ added: 10, known: 10 });
    expect(await queue.enqueue(tasks(12))).toEqual({ added: 2, known: 10 });
    const { lines } = await workAll(queue, async () => COLORED, await temporaryFolder());
    expect(lines).toHaveLength(12);
    expect(await queue.enqueue(tasks(12))).toEqual({ added: 0, known: 12 });
    expect(await queue.status()).toMatchObject({ waiting: 0, active: 0, done: 12, deadLetters: 0 });
  });

  it('reads a list no further than there is room', async () => {
    const queue = await openQueue();
    let [read, most] = [0, 0];
    const list = async function* () {
      for (const task of tasks(90)) {
        read++;
        yield task;
      }
    };
    const controller = new AbortController();
    const adding = queue.enqueue(list(), { maxWaiting: 30, signal: controller.signal });
    await sleep(500);
    expect(read).toBeLessThanOrEqual(31);
    expect((await queue.status()).isListing).toBe(true);
    const color = async (): Promise<typeof COLORED> => {
      most = Math.max(most, (await queue.status()).waiting);
      return COLORED;
    };
    const { lines } = await workAll(queue, color, await temporaryFolder());
    expect(await adding).toEqual({ added: 90, known: 0 });
    expect(lines).toHaveLength(90);
    expect(most).toBeLessThanOrEqual(30);
    expect((await queue.status()).isListing).toBe(false);
  });

  it('tries again what may pass, and keeps the reason of what does not', async () => {
    const queue = await openQueue();
    await queue.enqueue(tasks(4), { attempts: 3, retryDelayMs: 10 });
    const attempts = new Map<string, number>();
    const color = async ({ name }: PhotoTask): Promise<typeof COLORED> => {
      const attempt = (attempts.get(name) ?? 0) + 1;
      attempts.set(name, attempt);
      if (name === '1') throw new PhotoRefusedError('Cannot read "1" as it is damaged');
      if (name === '2') throw new Error('the server is down');
      if (name === '3' && attempt < 3) throw new Error('the server is busy');
      return COLORED;
    };
    const { outcomes, lines } = await workAll(queue, color, await temporaryFolder());
    expect(Object.fromEntries(attempts)).toEqual({ 0: 1, 1: 1, 2: 3, 3: 3 });
    expect(lines).toHaveLength(2);
    expect(outcomes.filter(({ kind }) => kind === 'retry')).toHaveLength(4);
    const letters = (await collect(queue.deadLetters())).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(letters).toEqual([
      { input: '1.jpg', name: '1', reason: 'Cannot read "1" as it is damaged', attempts: 1 },
      { input: '2.jpg', name: '2', reason: 'the server is down', attempts: 3 },
    ]);
    expect(await queue.enqueue(tasks(4))).toEqual({ added: 0, known: 4 });
    expect(await queue.retryDeadLetters()).toBe(2);
    await workAll(queue, async () => COLORED, await temporaryFolder());
    expect(await queue.status()).toMatchObject({ done: 4, deadLetters: 0 });
  });

  it('pauses, resumes and drains', async () => {
    const queue = await openQueue();
    await queue.enqueue(tasks(5));
    await queue.pause();
    let colored = 0;
    const log = fileStorage(await temporaryFolder()).openLog('w');
    const color = async (): Promise<typeof COLORED> => {
      colored++;
      return COLORED;
    };
    const worker = await queue.work(color, { log });
    await sleep(300);
    expect(colored).toBe(0);
    expect(await queue.status()).toMatchObject({ waiting: 5, isPaused: true });
    expect(await queue.drain()).toBe(5);
    await queue.enqueue(tasks(2));
    await queue.resume();
    await vi.waitFor(() => expect(colored).toBe(2), 10_000);
    worker.stop();
    await worker.finished;
    expect(await queue.status()).toMatchObject({ waiting: 0, done: 2, isPaused: false });
  });

  it('writes no second line for a photo whose results and line were there before', async () => {
    const [queue, folder] = [await openQueue(), await temporaryFolder()];
    await queue.enqueue(tasks(1));
    const again = async (): Promise<typeof COLORED> => ({ ...COLORED, isFresh: false });
    const first = await workAll(queue, again, folder);
    expect(first.lines).toHaveLength(1);
    const other = await openQueue(); // One that knows nothing, as after a loss of Redis and its disk.
    await other.enqueue(tasks(1));
    const { outcomes, lines } = await workAll(other, again, folder);
    expect(lines).toEqual(first.lines);
    expect(outcomes).toMatchObject([{ kind: 'known' }]);
  });

  it('writes no line for a photo that was given to another worker meanwhile', async () => {
    const name = 'lost-lock';
    const queue = await openArchiveQueue({ redis: server.url, name });
    onTestFinished(async () => queue.close());
    const client = new Redis(server.url);
    onTestFinished(() => client.disconnect());
    await queue.enqueue(tasks(1));
    const folder = await temporaryFolder();
    const linesBefore: number[] = [];
    const color = async () => {
      linesBefore.push(
        (await readFile(join(folder, 'manifest/w.jsonl'), 'utf8').catch(() => '')).split('\n').length - 1,
      );
      // What Redis does to a worker that has shown no sign of life.
      if (linesBefore.length === 1) await client.del(...(await client.keys(`polyhue:${name}:*:lock`)));
      return COLORED;
    };
    const { lines } = await workAll(queue, color, folder, { lockMs: 1000 });
    expect(linesBefore).toEqual([0, 0]);
    expect(lines).toHaveLength(1);
  });

  it('gives a photo back and stops where the disk is full', async () => {
    const queue = await openQueue();
    await queue.enqueue(tasks(3), { attempts: 1 });
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const worker = await queue.work(async () => Promise.reject(full), {
      log: fileStorage(await temporaryFolder()).openLog('w'),
    });
    await expect(worker.finished).rejects.toThrow('no space left');
    const { waiting, delayed, deadLetters } = await queue.status();
    expect([waiting + delayed, deadLetters]).toEqual([3, 0]);
  });

  it('finishes what is under way when it is stopped, and takes nothing more', async () => {
    const [queue, folder] = [await openQueue(), await temporaryFolder()];
    await queue.enqueue(tasks(5));
    let stop: () => void = () => {};
    const color = async (): Promise<typeof COLORED> => {
      stop();
      await sleep(100);
      return COLORED;
    };
    const worker = await queue.work(color, { log: fileStorage(folder).openLog('w') });
    stop = worker.stop;
    await worker.finished;
    expect(await queue.status()).toMatchObject({ waiting: 4, active: 0, done: 1 });
    expect(await readdir(folder)).toEqual(['manifest']);
  });

  it('waits while Redis is gone, says so, and loses nothing', async () => {
    const notices: string[] = [];
    const [queue, folder] = [await openQueue((message) => notices.push(message)), await temporaryFolder()];
    await mkdir(folder, { recursive: true });
    await queue.enqueue(tasks(20));
    let colored = 0;
    const color = async ({ name }: PhotoTask): Promise<typeof COLORED> => {
      colored++;
      if (name === '5') await server.stop();
      if (name === '5') setTimeout(() => void server.start(), 1000);
      return COLORED;
    };
    const { lines } = await workAll(queue, color, folder);
    expect(new Set(lines.map((line) => (JSON.parse(line) as PhotoTask).name)).size).toBe(20);
    expect(lines).toHaveLength(20);
    expect(colored).toBe(20);
    expect(await queue.status()).toMatchObject({ done: 20, waiting: 0, active: 0 });
    const place = server.url;
    expect(notices).toEqual([
      `Lost Redis at ${place}: waiting until it is back`,
      `Redis at ${place} is back`,
    ]);
  });

  it('says that there is no server, that it refuses the password, or that it forgets keys', async () => {
    const refusal = async (redis: string) => openArchiveQueue({ redis }).then(String, String);
    expect(await refusal('redis://127.0.0.1:1')).toBe(
      'QueueError: Cannot open a queue as no Redis answers at redis://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1',
    );
    const locked = await redisServer(['--requirepass', 'right']);
    onTestFinished(async () => locked.close());
    const place = locked.url;
    const reason = `QueueError: Cannot open a queue as the server at ${place} refuses the user name or password`;
    expect(await refusal(place)).toBe(reason);
    expect(await refusal(place.replace('//', '//:wrong@'))).toBe(reason);
    const forgetful = await redisServer(['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru']);
    onTestFinished(async () => forgetful.close());
    expect(await refusal(forgetful.url)).toBe(
      `QueueError: Cannot use ${forgetful.url} as 'maxmemory-policy' must be "noeviction", so that no photo is forgotten: current value is "allkeys-lru"`,
    );
    expect(await refusal('http://user:secret@a.org')).toBe(
      "QueueError: Cannot open a queue as 'redis' must be a URL of the form redis://USER:PASSWORD@HOST:PORT",
    );
    await expect(openArchiveQueue({ redis: server.url, name: 'a b' })).rejects.toThrow(
      'Cannot open a queue as \'name\' must be of letters, digits, "-", "_" and ".": current value is "a b"',
    );
  });
});
