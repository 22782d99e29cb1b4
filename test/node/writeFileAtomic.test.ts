import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { writeFileAtomic } from '../../src/node/writeFileAtomic.js';
import { temporaryFolder } from './temporaryFolder.js';

describe('writeFileAtomic()', () => {
  it('writes text and bytes and takes the place of what was there', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.txt');
    await writeFileAtomic(path, 'größe');
    expect(await readFile(path, 'utf8')).toBe('größe');
    await writeFileAtomic(path, Uint8Array.of(1, 2, 255));
    expect(Array.from(await readFile(path))).toEqual([1, 2, 255]);
    expect(await readdir(folder)).toEqual(['a.txt']);
  });

  it('leaves nothing behind when it fails', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'taken');
    await mkdir(join(path, 'inside'), { recursive: true });
    await expect(writeFileAtomic(path, 'x')).rejects.toMatchObject({ code: 'EISDIR' });
    expect(await readdir(folder)).toEqual(['taken']);
    await expect(writeFileAtomic(join(folder, 'none', 'a'), 'x')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('lets a reader see the old content or the new, never a part', async () => {
    const path = join(await temporaryFolder(), 'a');
    const contents = ['a', 'b'].map((letter) => letter.repeat(300_000));
    await writeFile(path, contents[0]!);
    const writing = (async () => {
      for (let i = 0; i < 20; i++) await writeFileAtomic(path, contents[i % 2]!);
    })();
    const seen = new Set<string>();
    for (let i = 0; i < 50; i++) seen.add(await readFile(path, 'utf8'));
    await writing;
    expect([...seen].filter((content) => !contents.includes(content))).toEqual([]);
  });
});
