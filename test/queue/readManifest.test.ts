import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { type ManifestEntry, readManifest } from '../../src/queue/readManifest.js';
import golden from '../golden/queue.json' with { type: 'json' };
import { temporaryFolder } from '../node/temporaryFolder.js';
import { collect } from './collect.js';

async function entriesOf(name: string, text: string): Promise<ManifestEntry[]> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, text);
  return collect(readManifest(path));
}

describe('readManifest()', () => {
  it('reads paths, URLs and JSON objects, a line each', async () => {
    const text = '\uFEFFa/b.jpg\r\n\nhttps://a.org/x.jpg\n{"url":"https://a.org/y.jpg","name":"y"}\n';
    expect(await entriesOf('list.txt', text)).toEqual([
      { line: 1, photo: { input: 'a/b.jpg' } },
      { line: 3, photo: { input: 'https://a.org/x.jpg' } },
      { line: 4, photo: { input: 'https://a.org/y.jpg', name: 'y' } },
    ]);
  });

  it('reads CSV by the names of its columns', async () => {
    const text = 'id,Path,name\n1,"a, b.jpg",first\n\r\n\n2,c.jpg,\n';
    expect(await entriesOf('list.csv', text)).toEqual([
      { line: 2, photo: { input: 'a, b.jpg', name: 'first' } },
      { line: 3, photo: { input: 'c.jpg' } },
    ]);
  });

  it('reads CSV as Python writes it', async () => {
    const { text, rows } = golden.csv;
    const photos = rows.map(([path, name], i) => ({
      line: i + 2,
      photo: { input: path, ...(name !== '' && { name }) },
    }));
    const found = await entriesOf('list.csv', `\uFEFFpath,name,last\r\n${text}`);
    const named = photos.filter(({ photo }) => photo.input !== '');
    expect(found.filter((entry) => 'photo' in entry)).toEqual(named);
    expect([found.length, named.length > 0]).toEqual([rows.length, true]);
  });

  it('refuses CSV in which a quote is not closed before it has read it all', async () => {
    const text = `path\na.jpg\n"${'b'.repeat(2 ** 21)}`;
    await expect(entriesOf('list.csv', text)).rejects.toThrow(/^Cannot read the list ".*list\.csv": .*row/i);
  });

  it('refuses a list with a line that is none before it has read it all', async () => {
    const text = `a.jpg\n${'b'.repeat(2 ** 21)}`;
    await expect(entriesOf('list.txt', text)).rejects.toThrow(
      /^Cannot read the list ".*list\.txt": a line has more than 1048576 characters$/,
    );
    expect(await entriesOf('long.txt', `${'b'.repeat(2 ** 20)}\nc.jpg`)).toHaveLength(2);
  });

  it('says what is wrong with a line and goes on', async () => {
    const text = '{"input":\n{"input":7}\n{}\n{"input":"a.jpg","name":7}\nb.jpg';
    expect(await entriesOf('list.jsonl', text)).toEqual([
      { line: 1, problem: 'is not JSON' },
      { line: 2, problem: 'names no photo: looked for input, url, path, file' },
      { line: 3, problem: 'names no photo: looked for input, url, path, file' },
      { line: 4, problem: 'has a name that is no text' },
      { line: 5, photo: { input: 'b.jpg' } },
    ]);
  });

  it('refuses CSV without a column for the photo, and a file that is not there', async () => {
    for (const text of ['a,b\n1,2\n', 'a,b\n'])
      await expect(entriesOf('list.csv', text)).rejects.toThrow(
        /^Cannot read ".*list\.csv" as none of its columns is called input, url, path, file$/,
      );
    expect(await entriesOf('list.csv', '')).toEqual([]);
    await expect(collect(readManifest('/nowhere/list'))).rejects.toThrow(
      'Cannot read the list "/nowhere/list": ENOENT',
    );
  });
});
