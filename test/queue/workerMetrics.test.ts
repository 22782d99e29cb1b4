import { describe, expect, it } from 'vitest';

import { BackendError, ImageError, PhotoRefusedError, QueueError } from '../../src/errors.js';
import { deadLetterReason, failureKind } from '../../src/queue/failures.js';
import { serveMetrics } from '../../src/queue/serveMetrics.js';
import { workerMetrics } from '../../src/queue/workerMetrics.js';

const STATUS = {
  waiting: 5,
  active: 1,
  delayed: 0,
  done: 3,
  deadLetters: 2,
  isPaused: false,
  isListing: true,
  photosPerSecond: 0.5,
  secondsLeft: 12,
};
/** Lines of the text format: a comment, or a name, labels and a number. */
const LINE = /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"\})? -?[\d.e+-]+)$/;

describe('workerMetrics()', () => {
  it('counts photos and their times in classes that add up', () => {
    const metrics = workerMetrics();
    const task = { input: 'a', name: 'a' };
    for (const seconds of [0.04, 0.3, 100]) metrics.observe({ kind: 'done', task, seconds });
    metrics.observe({ kind: 'dead', task, reason: 'damaged' });
    const lines = metrics.text(STATUS).trimEnd().split('\n');
    expect(lines.filter((line) => !LINE.test(line))).toEqual([]);
    for (const line of [
      'polyhue_worker_photos_total{outcome="done"} 3',
      'polyhue_worker_photos_total{outcome="dead"} 1',
      'polyhue_worker_photo_seconds_bucket{le="0.05"} 1',
      'polyhue_worker_photo_seconds_bucket{le="0.5"} 2',
      'polyhue_worker_photo_seconds_bucket{le="60"} 2',
      'polyhue_worker_photo_seconds_bucket{le="+Inf"} 3',
      'polyhue_worker_photo_seconds_count 3',
      'polyhue_queue_photos{state="waiting"} 5',
      'polyhue_queue_photos_per_second 0.5',
    ])
      expect(lines).toContain(line);
  });
});

describe('serveMetrics()', () => {
  it('answers at /metrics only, and 503 while the queue cannot be asked', async () => {
    let isThere = true;
    const text = async () => (isThere ? 'a 1\n' : Promise.reject(new Error('lost')));
    const server = await serveMetrics({ port: 0, host: '127.0.0.1', text });
    const answer = await fetch(server.url);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await answer.text()).toBe('a 1\n');
    expect((await fetch(server.url.replace('metrics', ''))).status).toBe(404);
    isThere = false;
    expect((await fetch(server.url)).status).toBe(503);
    const { port } = new URL(server.url);
    await expect(serveMetrics({ port: Number(port), host: '127.0.0.1', text })).rejects.toThrow(
      `Cannot serve metrics on 127.0.0.1:${port}: listen EADDRINUSE`,
    );
    server.close();
  });
});

describe('failureKind()', () => {
  it('tells faults of photos, of workers and of the network apart', () => {
    const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
    const cases = [
      [new ImageError('damaged'), 'refused'],
      [new PhotoRefusedError('private'), 'refused'],
      [new BackendError('lost'), 'backend'],
      [new QueueError('no bucket'), 'worker'],
      [full, 'worker'],
      [new Error('ECONNRESET'), 'retry'],
    ] as const;
    expect(cases.map(([error]) => failureKind(error))).toEqual(cases.map(([, kind]) => kind));
  });

  it('says in plain words that workers ended', () => {
    expect(deadLetterReason('job stalled more than allowable limit')).toBe(
      'Several workers ended or hung while they colored it',
    );
  });
});
