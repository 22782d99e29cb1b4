import { mkdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { create } from 'tar';
import { describe, expect, it } from 'vitest';

import type { ImageSource } from '../../src/data/imageSource.js';
import { encodePng } from '../../src/data/png.js';
import { ImageError } from '../../src/errors.js';
import { openImages } from '../../src/node/openImages.js';
import { shardSource } from '../../src/node/shardSource.js';
import { tarSource } from '../../src/node/tarSource.js';
import { solid } from '../data/pictures.js';
import { temporaryFolder } from './temporaryFolder.js';

const namesOf = (source: ImageSource) => Array.from({ length: source.length }, (_, i) => source.name(i));
const levels = async (source: ImageSource) =>
  Promise.all(namesOf(source).map(async (_, i) => (await source.read(i)).data[0]));

/** An archive whose pictures have the grey levels `level`, `level + 1`, ... */
async function shard(path: string, names: readonly string[], level: number): Promise<string> {
  const folder = await temporaryFolder();
  for (const [i, name] of names.entries()) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    const pixel = level + i;
    await writeFile(join(folder, name), await encodePng(solid(2, 2, [pixel, pixel, pixel])));
  }
  await create({ file: path, cwd: folder }, [...names]);
  return path;
}

async function shards(): Promise<string> {
  const folder = await temporaryFolder();
  await shard(join(folder, 'train-10.tar'), ['b.png'], 30);
  await shard(join(folder, 'train-09.tar'), ['b.png', 'a.png'], 20);
  await shard(join(folder, 'train-08.tar'), ['z.png'], 10);
  return folder;
}

describe('shardSource()', () => {
  it('joins the tar files of a folder by number, with names of their own', async () => {
    const source = await openImages(await shards());
    expect(namesOf(source)).toEqual([
      'train-08.tar/z.png',
      'train-09.tar/a.png',
      'train-09.tar/b.png',
      'train-10.tar/b.png',
    ]);
    expect(await levels(source)).toEqual([10, 21, 20, 30]);
    await expect(source.read(4)).rejects.toThrow(
      new RangeError("Cannot read an image as 'index' must be below 4: current value is 4"),
    );
  });

  it('opens what a pattern in braces stands for', async () => {
    const folder = await shards();
    expect(await levels(await openImages(join(folder, 'train-{08..10}.tar')))).toEqual([10, 21, 20, 30]);
    expect(await levels(await openImages(join(folder, 'train-{10,08}.tar')))).toEqual([30, 10]);
    expect(await levels(await openImages(join(folder, 't{rain}-{0..0}{8..9}.tar')))).toEqual([10, 21, 20]);
  });

  it('takes the picture of a sample that has several files, and all of an archive that is opened alone', async () => {
    const folder = await temporaryFolder();
    const names = ['x/1.mask.png', 'x/1.png', 'x/1.json', '.hidden.png', '2.a.png', '2.b.png', 'v1.0/3.png'];
    const path = await shard(join(folder, 'only.tar'), names, 0);
    expect(namesOf(await openImages(folder))).toEqual([
      'only.tar/2.a.png',
      'only.tar/v1.0/3.png',
      'only.tar/x/1.png',
    ]);
    expect(await tarSource(path)).toHaveLength(5);
  });

  it('takes a folder with pictures for pictures, whatever archives lie beside them', async () => {
    const folder = await shards();
    await writeFile(join(folder, 'photo.png'), await encodePng(solid(2, 2, [7, 7, 7])));
    expect(namesOf(await openImages(folder))).toEqual(['photo.png']);
  });

  it('has a fingerprint that tells when a shard has changed', async () => {
    const folder = await shards();
    const fingerprint = async () => (await openImages(folder)).fingerprint();
    const before = await fingerprint();
    expect(await fingerprint()).toBe(before);
    await utimes(join(folder, 'train-09.tar'), 1, 1);
    const touched = await fingerprint();
    expect(touched).not.toBe(before);
    await rm(join(folder, 'train-10.tar'));
    expect([before, touched]).not.toContain(await fingerprint());
  });

  it('says which shard is missing or cut short, and what is wrong with a list of shards', async () => {
    const folder = await shards();
    const missing = join(folder, 'train-07.tar');
    await expect(openImages(join(folder, 'train-{07..08}.tar'))).rejects.toThrow(
      new ImageError(
        `Cannot read the archive "${missing}": ENOENT: no such file or directory, open '${missing}'`,
      ),
    );
    const cut = join(folder, 'train-10.tar');
    await truncate(cut, 520);
    await expect(openImages(folder)).rejects.toThrow(
      new ImageError(`Cannot read the archive "${cut}" as the entry "b.png" is cut short at byte 520`),
    );
    await expect(shardSource([cut, cut])).rejects.toThrow(
      new ImageError(`Cannot open the shards as two of them are called "${basename(cut)}"`),
    );
    await expect(shardSource([])).rejects.toThrow(
      new RangeError(
        "Cannot create shardSource as 'paths.length' must be a positive integer: current value is 0",
      ),
    );
    await expect(openImages('s{0..999999999}.tar')).rejects.toThrow(
      new ImageError('Cannot open "s{0..999999999}.tar" as it stands for more than 100000 shards'),
    );
    await expect(openImages('s{0..999}{0..999}.tar')).rejects.toThrow(
      new ImageError('Cannot open "s{0..999}{0..999}.tar" as it stands for more than 100000 shards'),
    );
  });
});
