import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { modelFolder } from '../cli/cliSupport.js';
import { runChaos } from './chaos.js';
import { redisServer, WITHOUT_REDIS } from './redisServer.js';

/** `npm run queue:chaos` takes 2,000. */
const PHOTOS = Number(process.env['CHAOS_PHOTOS'] ?? 100);
const KILL_EVERY_MS = Number(process.env['CHAOS_KILL_MS'] ?? 1500);

describe.skipIf(WITHOUT_REDIS)('workers that are killed, and a Redis that is restarted', () => {
  it('color every photo exactly once, and only damaged ones are dead letters', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'polyhue-chaos-'));
    // Thousands of files take longer to remove than other tests are given for it.
    onTestFinished(async () => rm(folder, { recursive: true }), 120_000);
    const model = await modelFolder(join(folder, 'model'));
    const server = await redisServer();
    onTestFinished(async () => server.close());
    const settings = { photos: PHOTOS, damagedEvery: 20, killEveryMs: KILL_EVERY_MS };
    const report = await runChaos({ folder, model, server, ...settings });
    const { kills, restarts, seconds, undamaged, damaged, whole, logged, deadLetters } = report;
    process.stderr.write(
      `${PHOTOS} photos in ${seconds.toFixed(0)} s, ${kills} workers killed, ${restarts} restart of Redis\n`,
    );
    expect(kills).toBeGreaterThan(0);
    expect(restarts).toBe(1);
    expect(whole.toSorted()).toEqual(undamaged.toSorted());
    expect(logged.toSorted()).toEqual(undamaged.toSorted());
    expect(deadLetters.toSorted()).toEqual(damaged.toSorted());
  }, 1_200_000);
});
