import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { PhotoPainter, PhotoSummary } from '../../src/cli/colorizePhoto.js';
import { colorizePhotos } from '../../src/cli/colorizePhotos.js';
import type { PhotoJob } from '../../src/cli/photoJobs.js';
import { photoWorkers, WorkerEndedError } from '../../src/cli/photoWorkers.js';
import { temporaryFolder } from '../node/temporaryFolder.js';
import { jsonLines, modelFolder, pictureFolder, polyhue } from './cliSupport.js';

const jobs: PhotoJob[] = ['0', '1', '2', '3'].map((name) => ({
  input: name,
  name,
  path: '',
  index: 0,
  origin: { path: '', state: '' },
}));

const summaryOf = (input: string): PhotoSummary => ({ input, tone: 'grey' });

/** What is told of the jobs, in its order. */
async function outcomesOf(painters: readonly PhotoPainter[], signal = new AbortController().signal) {
  const told: unknown[] = [];
  const options = { onStart: () => {}, onOutcome: (outcome: unknown) => void told.push(outcome), signal };
  await colorizePhotos(painters, jobs, options);
  return told;
}

const after = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

describe('colorizePhotos()', () => {
  it('tells outcomes in the order of the photos, whoever is done first', async () => {
    const painter = (ms: number): PhotoPainter => ({
      color: async ({ name }) => {
        await after(name === '0' ? 30 : ms);
        return { summary: summaryOf(name) };
      },
    });
    expect(await outcomesOf([painter(1), painter(2)])).toEqual(
      jobs.map(({ name }) => ({ summary: summaryOf(name) })),
    );
  });

  it('gives up the photo of a worker that ends, once, and lets the others take the rest', async () => {
    const open = {
      kind: 'open',
      backend: '',
      model: '',
      features: null,
      onnx: false,
      maxPixels: 1,
      settings: {} as never,
    } as const;
    const module = new URL('dyingPhotoWorker.ts', import.meta.url);
    const workers = await photoWorkers(2, open, module);
    const told = await outcomesOf(workers.painters);
    await workers.close();
    const failure = (told[1] as { failure: { input: string; error: string } }).failure;
    expect({ ...failure, error: failure.error.replace('worker 1', 'worker 2') }).toEqual({
      input: '1',
      error: 'Cannot color "1": worker 2 of 2 has ended: its thread left with exit code 3',
    });
    expect(told.toSpliced(1, 1)).toEqual(['0', '2', '3'].map((name) => ({ summary: summaryOf(name) })));
  });

  it('reports every photo that no worker is left for', async () => {
    const color = async (): Promise<never> => {
      throw new WorkerEndedError('worker 1 of 1 has ended: enough');
    };
    expect(await outcomesOf([{ color }])).toEqual([
      { failure: { input: '0', error: 'Cannot color "0": worker 1 of 1 has ended: enough' } },
      ...['1', '2', '3'].map((name) => ({
        failure: { input: name, error: `Cannot color "${name}": no worker is left` },
      })),
    ]);
  });

  it('rejects with the reason of the signal, and starts no other photo', async () => {
    const stopping = new AbortController();
    const started: string[] = [];
    const color = async ({ name }: PhotoJob) => {
      started.push(name);
      stopping.abort(new Error('enough'));
      return null;
    };
    await expect(outcomesOf([{ color }], stopping.signal)).rejects.toThrow('enough');
    expect(started).toEqual(['0']);
  });
});

describe('polyhue colorize --workers', () => {
  it('writes the very files of one worker, in the same order, and reports what cannot be read', async () => {
    const root = await temporaryFolder();
    const photos = await pictureFolder(join(root, 'photos'), 3);
    await writeFile(join(photos, '1.png'), 'no picture');
    const model = await modelFolder(join(root, 'model'));
    const results = await Promise.all(
      ['1', '2'].map(async (workers) => {
        const out = join(root, workers);
        const args = [
          'colorize',
          photos,
          '--model',
          model,
          '--out',
          out,
          '--count',
          '2',
          '--sheet',
          '--json',
        ];
        const result = await polyhue([...args, '--backend', 'wasm', '--workers', workers]);
        const names = (await readdir(out)).toSorted();
        const files = await Promise.all(names.map(async (name) => [name, await readFile(join(out, name))]));
        return {
          code: result.code,
          lines: jsonLines(result.stdout),
          files: Object.fromEntries(files) as object,
        };
      }),
    );
    expect(results[0]!.code).toBe(1);
    expect(Object.keys(results[0]!.files)).toHaveLength(8);
    expect(results[0]!.lines.map(({ input }) => input)).toEqual(
      ['0.png', '1.png', '2.png'].map((name) => join(photos, name)),
    );
    expect(results[1]).toEqual(results[0]);
  });

  it('refuses a GPU, which workers do not share', async () => {
    const args = ['colorize', 'x', '--model', 'm', '--out', 'o', '--workers', '2', '--backend', 'webgpu'];
    expect(await polyhue(args)).toEqual({
      code: 2,
      stdout: '',
      stderr: "Give '--workers' or '--backend webgpu', not both: workers share the cores of the processor\n",
    });
  });
});
