/**
 * How much faster two workers of `polyhue archive work` color an archive than one, each a process of its own.
 *
 *     node --import ./tools/tsxEverywhere.mjs bench/queueScaling.ts            the sample photos 15 times over, three rounds
 *     node --import ./tools/tsxEverywhere.mjs bench/queueScaling.ts 30 5       as often, and rounds
 *     node --import ./tools/tsxEverywhere.mjs bench/queueScaling.ts 15 3 own   each on a core of its own, which collects garbage
 *                                                                              on one thread (Linux)
 *
 * Counted are the photos between each worker's first and the last of all: starting a worker is not part of it. Needs a build.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { fileStorage, openArchiveQueue, taskOf } from 'polyhue/queue';

import { collect } from '../test/queue/collect.js';
import { redisServer } from '../test/queue/redisServer.js';
import { printTable } from './measure.js';

const PHOTOS = 'examples/photos';

const [copies = '15', rounds = '3', cores = 'any'] = process.argv.slice(2);

/** The program that runs a worker, and what comes before the worker's own arguments. */
function programOf(worker: number): [string, ...string[]] {
  if (cores !== 'own') return [process.execPath];
  return ['taskset', '-c', String(worker), process.execPath, '--single-threaded-gc'];
}

/** Times at which a worker told of a photo, in ms. */
async function timesOfWorker(worker: number, redis: string, name: string, out: string): Promise<number[]> {
  const places = ['--root', PHOTOS, '--out', out, '--redis', redis, '--queue', name];
  const settings = ['--backend', 'wasm', '--count', '1', '--format', 'jpeg', '--until-done', '--json'];
  const [program, ...before] = programOf(worker);
  const child = spawn(program, [...before, 'dist/cli.js', 'archive', 'work', ...places, ...settings], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exit = once(child, 'exit');
  const times: number[] = [];
  for await (const _ of createInterface({ input: child.stdout })) times.push(performance.now());
  const [code] = (await exit) as [number | null];
  if (code !== 0) throw new Error(`A worker ended with exit code ${code}`);
  return times;
}

/** Photos a second of all workers, from when the last of them has begun. */
async function rateOf(workers: number, redis: string, name: string): Promise<number> {
  const out = await mkdtemp(join(tmpdir(), 'polyhue-bench-'));
  const inputs = await collect(fileStorage(PHOTOS).list());
  const tasks = Array.from({ length: Number(copies) }, (_, copy) =>
    inputs.map((input) => taskOf({ input, name: `${copy}/${input}` })),
  ).flat();
  const queue = await openArchiveQueue({ redis, name });
  await queue.enqueue(tasks);
  await queue.close();
  const times = await Promise.all(
    Array.from({ length: workers }, async (_, worker) => timesOfWorker(worker, redis, name, out)),
  );
  await rm(out, { recursive: true });
  const begin = Math.max(...times.map(([first]) => first!));
  const counted = times.flat().filter((time) => time > begin);
  return counted.length / ((Math.max(...counted) - begin) / 1000);
}

async function main(): Promise<void> {
  const server = await redisServer();
  const rows: string[][] = [];
  for (let round = 0; round < Number(rounds); round++) {
    const one = await rateOf(1, server.url, `one-${round}`);
    const two = await rateOf(2, server.url, `two-${round}`);
    rows.push([one.toFixed(2), two.toFixed(2), (two / one).toFixed(2)]);
  }
  await server.close();
  printTable(['one worker, photos/s', 'two', 'ratio'], rows);
}

await main();
