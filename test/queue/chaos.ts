import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { encodePng } from '../../src/data/png.js';
import { decodeImage } from '../../src/node/decodeImage.js';
import { openArchiveQueue, type PhotoTask } from '../../src/queue/index.js';
import { COLORS, grainy } from '../training/smallPictures.js';
import { collect } from './collect.js';
import type { RedisServer } from './redisServer.js';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const TSX = fileURLToPath(new URL('../../tools/tsxEverywhere.mjs', import.meta.url));
const LONGEST_MS = 900_000;

export interface ChaosOptions {
  readonly folder: string;
  readonly model: string;
  readonly server: RedisServer;
  readonly photos: number;
  /** Every so many photos, one is damaged. */
  readonly damagedEvery: number;
  readonly killEveryMs: number;
}

export interface ChaosReport {
  readonly kills: number;
  readonly restarts: number;
  /** Names of photos with a whole record and whole pictures. */
  readonly whole: readonly string[];
  /** Names of photos on the lines of the log, as often as there are lines. */
  readonly logged: readonly string[];
  readonly deadLetters: readonly string[];
  readonly undamaged: readonly string[];
  readonly damaged: readonly string[];
  readonly seconds: number;
}

async function makePhotos({ folder, photos, damagedEvery }: ChaosOptions) {
  await mkdir(join(folder, 'in'));
  const [undamaged, damaged] = [[] as string[], [] as string[]];
  for (let i = 0; i < photos; i++) {
    const png = await encodePng(grainy(16 + (i % 8), COLORS[i % COLORS.length]!, i));
    const isDamaged = i % damagedEvery === damagedEvery - 1;
    await writeFile(join(folder, 'in', `${i}.png`), isDamaged ? png.slice(0, png.length / 2) : png);
    (isDamaged ? damaged : undamaged).push(`${i}.png`);
  }
  return { undamaged, damaged };
}

/** A worker, the program itself; `hasColored` once it has been at work since it started. */
function startWorker({ folder, model, server }: ChaosOptions) {
  const places = ['--root', join(folder, 'in'), '--out', join(folder, 'out'), '--model', model];
  const settings = [
    '--count',
    '1',
    '--backend',
    'wasm',
    '--lock-seconds',
    '3',
    '--max-crashes',
    '100',
    '--json',
  ];
  const args = ['archive', 'work', ...places, ...settings, '--redis', server.url, '--until-done'];
  const child: ChildProcess = spawn(process.execPath, ['--import', TSX, MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const worker = { child, hasColored: false };
  child.stdout!.on('data', () => {
    worker.hasColored = true;
  });
  return worker;
}

/** Kills the workers in turn, in the middle of their work, and starts others; restarts Redis once. */
async function harass(options: ChaosOptions, isDone: () => Promise<boolean>, half: () => Promise<boolean>) {
  const workers = [startWorker(options), startWorker(options)];
  let [kills, restarts, turn] = [0, 0, 0];
  for (let waited = 0; !(await isDone()); waited += options.killEveryMs) {
    if (waited > LONGEST_MS) throw new Error('The workers do not come to an end');
    await sleep(options.killEveryMs);
    if (restarts === 0 && (await half())) {
      await options.server.restart();
      restarts++;
    }
    turn = 1 - turn;
    const { child, hasColored } = workers[turn]!;
    if (child.exitCode !== null || !hasColored) continue;
    child.kill('SIGKILL');
    kills++;
    workers[turn] = startWorker(options);
  }
  for (const { child } of workers) if (child.exitCode === null) await once(child, 'exit');
  return { kills, restarts };
}

async function wholePhotos(out: string): Promise<string[]> {
  const names = (await readdir(out)).filter((name) => name.endsWith('.png.json'));
  for (const name of names) {
    const { files, width, height } = JSON.parse(await readFile(join(out, name), 'utf8')) as {
      files: string[];
      width: number;
      height: number;
    };
    const sizes = await Promise.all(files.map(async (file) => decodeImage(join(out, file))));
    if (sizes.length !== 1 || sizes.some((size) => size.width !== width || size.height !== height))
      throw new Error(`${name} names what is not whole`);
  }
  return names.map((name) => name.replace(/\.json$/, ''));
}

async function loggedPhotos(out: string): Promise<string[]> {
  const names: string[] = [];
  for (const file of await readdir(join(out, 'manifest'))) {
    const text = await readFile(join(out, 'manifest', file), 'utf8');
    const lines = text.split('\n').filter((line) => line !== '');
    names.push(...lines.map((line) => (JSON.parse(line) as PhotoTask).name));
  }
  return names;
}

/** Colors photos by two workers that are killed all the time, and says what came of it. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { folder, server, photos } = options;
  const made = await makePhotos(options);
  const queue = await openArchiveQueue({ redis: server.url });
  try {
    const tasks = [...made.undamaged, ...made.damaged].map((name) => ({ input: name, name }));
    await queue.enqueue(tasks, { retryDelayMs: 200 });
    const begin = performance.now();
    const settled = async (): Promise<number> => {
      const { done, deadLetters } = await queue.status();
      return done + deadLetters;
    };
    const counts = await harass(
      options,
      async () => (await settled()) >= photos,
      async () => (await settled()) >= photos / 2,
    );
    const out = join(folder, 'out');
    return {
      ...made,
      ...counts,
      seconds: (performance.now() - begin) / 1000,
      whole: await wholePhotos(out),
      logged: await loggedPhotos(out),
      deadLetters: (await collect(queue.deadLetters())).map(({ name }) => name),
    };
  } finally {
    await queue.close();
  }
}
