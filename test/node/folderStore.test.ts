import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { hasCheckpoint, loadCheckpoint } from '../../src/checkpoint/loadCheckpoint.js';
import { saveCheckpoint } from '../../src/checkpoint/saveCheckpoint.js';
import { CheckpointError } from '../../src/errors.js';
import { folderStore } from '../../src/node/folderStore.js';
import type * as writing from '../../src/node/writeFileAtomic.js';
import { randomGenerator } from '../../src/random.js';
import { temporaryFolder } from './temporaryFolder.js';

/** A checkpoint of three files that all hold `value`. */
const checkpoint = (value: number) => ({
  kind: 'test',
  metadata: { value },
  tensors: new Map([0, 1].map((i) => [`w${i}`, { shape: [2], values: Float32Array.of(value, i) }])),
});
const save = async (store: ReturnType<typeof folderStore>, value: number) =>
  saveCheckpoint(store, checkpoint(value), { maxShardBytes: 8 });

describe('folderStore()', () => {
  it('keeps a checkpoint in a folder that it makes', async () => {
    const folder = join(await temporaryFolder(), 'runs', 'last');
    expect(await hasCheckpoint(folderStore(folder))).toBe(false);
    await save(folderStore(folder), 1);
    expect(await loadCheckpoint(folderStore(folder), { kind: 'test' })).toEqual(checkpoint(1));
    expect(await loadCheckpoint(folderStore(pathToFileURL(folder)), { kind: 'test' })).toEqual(checkpoint(1));
    expect(folderStore(pathToFileURL(folder)).location).toBe(folder);
  });

  it('removes what earlier and unfinished saves left, and nothing else', async () => {
    const folder = await temporaryFolder();
    await save(folderStore(folder), 1);
    const kept = ['weights.bin', 'weights-0123456789abcdef.bin.txt', '.hidden.tmp', 'log.csv'];
    const removed = ['weights-0123456789abcdef.bin', `.polyhue.json.${crypto.randomUUID()}.tmp`];
    for (const name of [...kept, ...removed]) await writeFile(join(folder, name), 'x');
    await save(folderStore(folder), 2);
    const names = await readdir(folder);
    expect(names.filter((name) => /^weights-.{16}\.bin$/.test(name))).toHaveLength(2);
    expect(names).toHaveLength(kept.length + 3);
    expect(names).toEqual(expect.arrayContaining(kept));
    expect(await loadCheckpoint(folderStore(folder), { kind: 'test' })).toEqual(checkpoint(2));
  });

  it('removes the checkpoint when no files are written', async () => {
    const folder = await temporaryFolder();
    await save(folderStore(folder), 1);
    await folderStore(folder).write(new Map());
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a file of more bytes than it may have without reading it', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'polyhue.json'), '');
    await writeFile(join(folder, 'a.bin'), new Uint8Array(11));
    await expect(folderStore(folder).read('a.bin', { maxBytes: 10 })).rejects.toThrow(
      new CheckpointError(
        `Cannot read "a.bin" of the checkpoint "${folder}" as it has more than 10 bytes: ` +
          'it is damaged, or another file of that name',
      ),
    );
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(folderStore(folder).read('a.bin', { maxBytes: 11, signal })).rejects.toThrow('enough');
  });

  it('says what the file system refuses', async () => {
    const folder = join(await temporaryFolder(), 'file');
    await writeFile(folder, 'not a folder');
    await expect(loadCheckpoint(folderStore(folder), { kind: 'test' })).rejects.toThrow(
      new CheckpointError(
        `Cannot read "polyhue.json" of the checkpoint "${folder}": ` +
          `ENOTDIR: not a directory, open '${folder}/polyhue.json'`,
      ),
    );
    const error: unknown = await save(folderStore(folder), 1).catch((thrown: unknown) => thrown);
    expect(error).toEqual(
      new CheckpointError(
        `Cannot write the checkpoint "${folder}": EEXIST: file already exists, mkdir '${folder}'`,
      ),
    );
    expect((error as Error).cause).toMatchObject({ code: 'EEXIST' });
  });
});

describe('folderStore() on a disk that fills up', () => {
  afterEach(() => {
    vi.doUnmock('../../src/node/writeFileAtomic.js');
    vi.resetModules();
  });

  it('leaves the former checkpoint, at whichever file it happens', async () => {
    for (const room of [0, 1, 2]) {
      const folder = await temporaryFolder();
      await save(folderStore(folder), 1);
      let written = 0;
      vi.resetModules();
      vi.doMock('../../src/node/writeFileAtomic.js', async (importOriginal) => {
        const { writeFileAtomic } = await importOriginal<typeof writing>();
        return {
          writeFileAtomic: async (path: string, content: Uint8Array) => {
            if (written++ === room)
              throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
            return writeFileAtomic(path, content);
          },
        };
      });
      const { folderStore: fullStore } = await import('../../src/node/folderStore.js');
      await expect(save(fullStore(folder), 2)).rejects.toThrow(
        `Cannot write the checkpoint "${folder}": ENOSPC: no space left`,
      );
      expect(await loadCheckpoint(folderStore(folder), { kind: 'test' })).toEqual(checkpoint(1));
    }
  });
});

/** Runs saveForever.ts, kills it some time after its first save, and tells the last number it said. */
async function killedSaver(folder: string, start: number, delayMs: number): Promise<number> {
  const program = fileURLToPath(new URL('saveForever.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', program, folder, String(start)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (said === '') setTimeout(() => child.kill('SIGKILL'), delayMs);
    said += text;
  });
  const signal = await new Promise((resolve) => child.on('close', (_, signal) => resolve(signal)));
  expect(signal).toBe('SIGKILL');
  return Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1));
}

describe('folderStore() in a process that is killed', () => {
  it('holds the last checkpoint that was done, or the one after it, whole', async () => {
    const folder = await temporaryFolder();
    const { uniform } = randomGenerator(0);
    let start = 0;
    for (let round = 0; round < 4; round++) {
      const done = await killedSaver(folder, start, 150 * uniform());
      const { metadata, tensors } = await loadCheckpoint(folderStore(folder), { kind: 'kill' });
      const { i } = metadata as { i: number };
      expect([done, done + 1]).toContain(i);
      for (const [tensor, { values }] of [...tensors.values()].entries()) {
        expect(values.every((value) => value === i + tensor / 8)).toBe(true);
      }
      start = i + 1;
    }
    expect(JSON.parse(await readFile(join(folder, 'polyhue.json'), 'utf8'))).toMatchObject({ kind: 'kill' });
  });
});

describe('folders of checkpoints', () => {
  it('do not mix: each folder holds one', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'best'));
    await save(folderStore(join(folder, 'best')), 1);
    await save(folderStore(folder), 2);
    expect(await loadCheckpoint(folderStore(join(folder, 'best')), { kind: 'test' })).toEqual(checkpoint(1));
  });
});
