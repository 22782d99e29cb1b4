import { describe, expect, it } from 'vitest';

import type { TrainingCallback, TrainingRun } from '../../../src/training/callbacks/callback.js';
import { csvLogger } from '../../../src/training/callbacks/csvLogger.js';
import { eventFileStart, scalarEvent } from '../../../src/training/callbacks/eventFile.js';
import { jsonLinesLogger } from '../../../src/training/callbacks/jsonLinesLogger.js';
import type { Sink } from '../../../src/training/callbacks/sink.js';
import { tensorBoardLogger } from '../../../src/training/callbacks/tensorBoardLogger.js';
import { train } from '../../../src/training/train.js';
import { regressionData, regressionTask } from '../regression.js';

const PROGRESS = {
  step: 2,
  epoch: 0,
  totalSteps: 4,
  losses: { total: 1.5, 'kl, "free"': 0.25 },
  gradientNorm: 3,
  learningRate: 0.001,
  examplesPerSecond: 12.5,
  timeLeftMs: 100,
};
const FIRST = { ...PROGRESS, step: 1, examplesPerSecond: null };
const VALIDATION = { step: 2, epoch: 1, losses: { total: 2, 'kl, "free"': 0.5 }, improved: true };
const EPOCH = { step: 2, epoch: 0, losses: { total: 1.75, 'kl, "free"': 0.25 } };

const RUN: TrainingRun = {
  step: 2,
  epoch: 1,
  stop: () => undefined,
  snapshot: () => Promise.reject(new Error('not asked for')),
};

function memorySink() {
  const chunks: (string | Uint8Array)[] = [];
  const sink: Sink = {
    write: async (chunk) => {
      chunks.push(chunk);
      await Promise.resolve();
    },
  };
  return { sink, chunks };
}

/** What a logger writes in the course of a short run. */
async function playThrough(makeLogger: (sink: Sink) => TrainingCallback): Promise<(string | Uint8Array)[]> {
  const { sink, chunks } = memorySink();
  const logger = makeLogger(sink);
  await logger.onTrainBegin?.(RUN);
  await logger.onProgress?.(FIRST, RUN);
  await logger.onProgress?.(PROGRESS, RUN);
  await logger.onValidationEnd?.(VALIDATION, RUN);
  await logger.onEpochEnd?.(EPOCH, RUN);
  await logger.onTrainEnd?.({ reason: 'failed', cause: new Error('no space left') }, RUN);
  return chunks;
}

describe('jsonLinesLogger()', () => {
  it('writes one object a line', async () => {
    const text = (await playThrough(jsonLinesLogger)).join('');
    expect(text.endsWith('\n')).toBe(true);
    const lines = text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { event: 'progress', ...FIRST },
      { event: 'progress', ...PROGRESS },
      { event: 'validation', ...VALIDATION },
      { event: 'epoch', ...EPOCH },
      { event: 'end', step: 2, epoch: 1, reason: 'failed', cause: 'no space left' },
    ]);
  });
});

describe('csvLogger()', () => {
  const rows = [
    'training,1,0,0.001,3,,1.5,0.25\n',
    'training,2,0,0.001,3,12.5,1.5,0.25\n',
    'validation,2,1,,,,2,0.5\n',
  ];

  it('writes a header once and the same columns in every row', async () => {
    const header = 'split,step,epoch,learningRate,gradientNorm,examplesPerSecond,total,"kl, ""free"""\n';
    expect((await playThrough((sink) => csvLogger(sink))).join('')).toBe(header + rows.join(''));
  });

  it('goes on with a file that has a header', async () => {
    expect(await playThrough((sink) => csvLogger(sink, { header: false }))).toEqual(rows);
  });

  it('names the losses that have no column', async () => {
    const logger = csvLogger(memorySink().sink);
    await logger.onProgress?.(PROGRESS, RUN);
    const late = { ...VALIDATION, losses: { total: 1, psnr: 20 } };
    await expect(logger.onValidationEnd?.(late, RUN)).rejects.toThrow(
      'Cannot write a row as its losses must have a column: there is none for "psnr"',
    );
  });
});

describe('tensorBoardLogger()', () => {
  it('writes a start record and one record for each report', async () => {
    let time = 1_700_000_000_000;
    const chunks = await playThrough((sink) => tensorBoardLogger(sink, { now: () => (time += 500) }));
    const losses = { 'training/total': 1.5, 'training/kl, "free"': 0.25 };
    const common = { ...losses, learningRate: 0.001, gradientNorm: 3 };
    const validation = { 'validation/total': 2, 'validation/kl, "free"': 0.5 };
    expect(chunks).toEqual([
      eventFileStart(1_700_000_000.5),
      scalarEvent({ wallTime: 1_700_000_001, step: 1, scalars: common }),
      scalarEvent({ wallTime: 1_700_000_001.5, step: 2, scalars: { ...common, examplesPerSecond: 12.5 } }),
      scalarEvent({ wallTime: 1_700_000_002, step: 2, scalars: validation }),
    ]);
  });
});

describe('the loggers', () => {
  it('log a real run', async () => {
    const sinks = [memorySink(), memorySink(), memorySink()] as const;
    const task = regressionTask();
    const data = regressionData({ batchesPerEpoch: 2 });
    await train(task, data, {
      seed: 0,
      learningRate: 0.1,
      epochs: 2,
      validation: { data },
      callbacks: [jsonLinesLogger(sinks[0].sink), csvLogger(sinks[1].sink), tensorBoardLogger(sinks[2].sink)],
    });
    expect(sinks.map(({ chunks }) => chunks.length)).toEqual([4 + 2 + 2 + 1, 4 + 2, 1 + 4 + 2]);
    task.dispose();
  });
});
