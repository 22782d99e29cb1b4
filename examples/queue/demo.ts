/**
 * Colors the sample photos by two workers on a queue: starts Redis, enqueues the photos, and follows the work.
 *
 * Run: npm run queue:demo            a minute; needs redis-server (Debian: apt-get install redis-server); results in out/queue
 *      npm run queue:demo -- DIR     with a model of your own
 *
 * With Docker instead: docker compose -f examples/queue/compose.yml up
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { fileStorage, openArchiveQueue, taskOf } from 'polyhue/queue';

const PHOTOS = 'examples/photos';
const OUT = 'out/queue';
const PORT = 6399;
const WORKERS = 2;
const URL = `redis://127.0.0.1:${PORT}`;

async function startRedis(): Promise<ChildProcess> {
  await mkdir(`${OUT}/redis`, { recursive: true });
  const settings = [
    '--port',
    String(PORT),
    '--bind',
    '127.0.0.1',
    '--dir',
    `${OUT}/redis`,
    '--appendonly',
    'yes',
  ];
  const server = spawn('redis-server', settings, { stdio: 'ignore' });
  server.on('error', () => console.error('redis-server is not installed: apt-get install redis-server'));
  await sleep(1000);
  return server;
}

/** What `polyhue archive work` is on a command line. */
function startWorker(model: string | undefined): ChildProcess {
  const program = ['--import', './tools/tsxEverywhere.mjs', 'src/cli/main.ts', 'archive', 'work'];
  const options = [
    '--redis',
    URL,
    '--root',
    PHOTOS,
    '--out',
    OUT,
    '--count',
    '1',
    '--format',
    'jpeg',
    '--until-done',
  ];
  const ofModel = model === undefined ? [] : ['--model', model];
  return spawn(process.execPath, [...program, ...options, ...ofModel], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

async function* tasks() {
  for await (const input of fileStorage(PHOTOS).list()) yield taskOf({ input });
}

async function main(model?: string): Promise<void> {
  const server = await startRedis();
  try {
    const queue = await openArchiveQueue({ redis: URL });
    const { added, known } = await queue.enqueue(tasks());
    console.log(`${added} photos added, ${known} known from an earlier run`);
    const workers = Array.from({ length: WORKERS }, () => startWorker(model));
    await Promise.all(workers.map(async (worker) => once(worker, 'exit')));
    const { done, deadLetters } = await queue.status();
    console.log(`${done} photos done, ${deadLetters} dead letters; results and manifest are in ${OUT}`);
    await queue.close();
  } finally {
    server.kill();
  }
}

await main(process.argv[2]);
