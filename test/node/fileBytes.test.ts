import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { FormatError } from '../../src/errors.js';
import { openArrays } from '../../src/interchange/openArrays.js';
import { fileBytes } from '../../src/node/fileBytes.js';
import { goldenFile } from '../interchange/files.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyhue-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('fileBytes()', () => {
  it('reads a file piece by piece', async () => {
    const path = join(folder, 'module.pth');
    await writeFile(path, goldenFile('module.pth'));
    const source = await fileBytes(path);
    expect(source.size).toBe(goldenFile('module.pth').length);
    expect(await source.read(2, 3)).toEqual(goldenFile('module.pth').slice(2, 5));
    const file = await openArrays(source);
    expect((await file.read('0.weight')).shape).toEqual([2, 1, 3, 3]);
    await source.close();
  });

  it('notices that a file became shorter', async () => {
    const path = join(folder, 'short');
    await writeFile(path, '0123456789');
    const source = await fileBytes(path);
    await truncate(path, 4);
    await expect(source.read(2, 8)).rejects.toThrow(
      `Cannot read "${path}" as it became shorter while it was read`,
    );
    await source.close();
  });

  it('opens nothing but files', async () => {
    const opening = fileBytes(folder);
    await expect(opening).rejects.toThrow(FormatError);
    await expect(opening).rejects.toThrow(`Cannot read "${folder}": it is not a file`);
  });

  it('names a file that is not there', async () => {
    const opening = fileBytes(join(folder, 'absent'));
    await expect(opening).rejects.toThrow(FormatError);
    await expect(opening).rejects.toThrow(`Cannot read "${join(folder, 'absent')}": ENOENT`);
  });
});
