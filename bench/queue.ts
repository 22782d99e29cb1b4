/**
 * What the queue costs: photos colored by the same painter without it and through it, in turns, and what Redis needs of them.
 *
 *     npm run bench:queue                          the sample photos and the model that comes with polyhue, three rounds
 *     npm run bench:queue -- MODEL PHOTOS 5        a model, a folder of photos, rounds
 *
 * Processor time is that of this process, worker and encoder threads included, and of the server.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Redis } from 'ioredis';
import { loadColorizer } from 'polyhue';
import { folderStore, startBackend } from 'polyhue/node';
import { fileStorage, httpStorage, openArchiveQueue, type PhotoTask, taskOf } from 'polyhue/queue';

import { archivePainter } from '../src/cli/archive/archivePainter.js';
import { modelStore } from '../src/cli/modelStore.js';
import { collect } from '../test/queue/collect.js';
import { redisServer } from '../test/queue/redisServer.js';
import { medianOf, printTable, type Times, timesOf } from './measure.js';

/** Photos that wait while the memory of one is measured. */
const MANY = 20_000;
/** Photos that take no time. */
const BARE = 1000;

const [model, photos = 'examples/photos', rounds = '3'] = process.argv.slice(2);

async function info(client: Redis, section: string, field: string): Promise<number> {
  return Number(new RegExp(`${field}:([\\d.]+)`).exec(await client.info(section))![1]);
}

async function serverMs(client: Redis): Promise<number> {
  return 1000 * ((await info(client, 'cpu', 'used_cpu_user')) + (await info(client, 'cpu', 'used_cpu_sys')));
}

/** The painter of `polyhue archive work` with one result a photo, into a new folder. */
async function newPainter(colorizer: Awaited<ReturnType<typeof loadColorizer>>, out: string) {
  const files = { format: 'jpeg', quality: 90, keepMetadata: false, sheet: false } as const;
  const options = { count: 1, mode: 'modes', seed: 0, upsampling: 'edges' } as const;
  const settings = { options, files, out: '', sequence: false, model: 'bench', modelName: 'bench' };
  const storages = { root: fileStorage(photos), web: httpStorage(), output: fileStorage(out) };
  await storages.output.check('write');
  return archivePainter({ ...storages, colorizer, settings, maxPixels: 100e6, maxBytes: 256e6 });
}

let queues = 0;

async function throughQueue(
  url: string,
  tasks: readonly PhotoTask[],
  out: string,
  color: Awaited<ReturnType<typeof newPainter>>,
) {
  const queue = await openArchiveQueue({ redis: url, name: `bench-${queues++}` });
  try {
    await queue.enqueue(tasks);
    return await timesOf(async () => {
      const worker = await queue.work(color, { log: fileStorage(out).openLog('bench'), untilDone: true });
      await worker.finished;
    });
  } finally {
    await queue.close();
  }
}

/** Bytes of Redis for a photo that waits. */
async function waitingBytes(url: string, client: Redis): Promise<number> {
  const queue = await openArchiveQueue({ redis: url, name: 'memory' });
  const before = await info(client, 'memory', 'used_memory');
  const many = Array.from({ length: MANY }, (_, i) => taskOf({ input: `folder-${i % 100}/scan-${i}.jpg` }));
  await queue.enqueue(many, { maxWaiting: 2 * MANY });
  const bytes = ((await info(client, 'memory', 'used_memory')) - before) / MANY;
  await queue.close();
  return bytes;
}

/** Milliseconds of the server and of this process for a photo that takes no time itself. */
async function bareCost(
  url: string,
  client: Redis,
  out: string,
): Promise<{ server: number; worker: number }> {
  const tasks = Array.from({ length: BARE }, (_, i) => taskOf({ input: `scan-${i}.jpg` }));
  const before = await serverMs(client);
  const color = async () => Promise.resolve({ entry: { files: ['x'] }, isFresh: true });
  const { processorMs } = await throughQueue(url, tasks, out, color);
  return { server: ((await serverMs(client)) - before) / BARE, worker: processorMs / BARE };
}

async function main(): Promise<void> {
  await startBackend('wasm', { task: 'inference' });
  const colorizer = await loadColorizer(model === undefined ? modelStore(null) : folderStore(model));
  const tasks = (await collect(fileStorage(photos).list())).map((input) => taskOf({ input }));
  const folder = await mkdtemp(join(tmpdir(), 'polyhue-bench-'));
  const server = await redisServer();
  const client = new Redis(server.url);
  const [alone, queued, ofServer] = [[] as Times[], [] as Times[], [] as number[]];
  for (let round = 0; round <= Number(rounds); round++) {
    const [a, b] = [join(folder, `a${round}`), join(folder, `b${round}`)];
    const painter = await newPainter(colorizer, a);
    const direct = await timesOf(async () => {
      for (const task of tasks) await painter(task);
    });
    const before = await serverMs(client);
    const times = await throughQueue(server.url, tasks, b, await newPainter(colorizer, b));
    if (round === 0) continue; // The first compiles what runs often.
    alone.push(direct);
    queued.push(times);
    ofServer.push(((await serverMs(client)) - before) / tasks.length);
  }
  const each = (ms: number): string => (ms / tasks.length).toFixed(1);
  const [one, two] = [medianOf(alone), medianOf(queued)];
  printTable(
    ['', 'processor ms/photo', 'wall ms/photo'],
    [
      ['without queue', each(one.processorMs), each(one.wallMs)],
      ['through queue', each(two.processorMs), each(two.wallMs)],
      ['ratio', (two.processorMs / one.processorMs).toFixed(3), (two.wallMs / one.wallMs).toFixed(3)],
    ],
  );
  console.log(
    `Redis: ${(ofServer.reduce((sum, ms) => sum + ms, 0) / ofServer.length).toFixed(2)} ms processor time a photo`,
  );
  const bare = await bareCost(server.url, client, join(folder, 'bare'));
  console.log(
    `Queue and log alone: ${bare.worker.toFixed(2)} ms of the worker, ${bare.server.toFixed(2)} ms of Redis a photo`,
  );
  console.log(`Redis: ${(await waitingBytes(server.url, client)).toFixed(0)} bytes a photo that waits`);
  client.disconnect();
  await server.close();
  await rm(folder, { recursive: true });
  colorizer.dispose();
}

await main();
