import { copyFile, mkdir, open, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { shrinkImage } from '../../src/data/shrinkImage.js';
import { encodePng } from '../../src/data/png.js';
import { ImageError } from '../../src/errors.js';
import { folderSource } from '../../src/node/folderSource.js';
import { type ImageCacheOptions, openImageCache } from '../../src/node/openImageCache.js';
import { COLORS, grainy } from '../training/smallPictures.js';
import { temporaryFolder } from './temporaryFolder.js';

const SIZES = [20, 33, 47, 12, 24, 61];

/** A folder of pictures, one of which (`5.png`) is torn, and an empty one for the cache. */
async function photosAndCache() {
  const root = await temporaryFolder();
  const [photos, folder] = [join(root, 'my photos'), join(root, 'a', 'cache')];
  await mkdir(photos);
  for (const [i, size] of SIZES.entries()) {
    await writeFile(join(photos, `${i}.png`), await encodePng(grainy(size, COLORS[i % COLORS.length]!, i)));
  }
  await truncate(join(photos, '5.png'), 200);
  return { photos, folder };
}

type Options = Partial<ImageCacheOptions>;

/** Opens a cache that is closed at once: its path and state, and how many pictures were read for it. */
async function openAndClose(photos: string, folder: string, options: Options = {}) {
  let read = 0;
  const onProgress = () => read++;
  const cache = await openImageCache(await folderSource(photos), { folder, onProgress, ...options });
  await cache.close();
  return { path: cache.path, state: cache.state, read };
}

/** Changes one byte of a file. */
async function spoil(path: string, offset: number): Promise<void> {
  const file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, offset);
  await file.write(Buffer.from([byte[0]! ^ 1]), 0, 1, offset);
  await file.close();
}

describe('openImageCache()', () => {
  it('gives the very pictures of the source, shrunk, and the error of one that cannot be read', async () => {
    const { photos, folder } = await photosAndCache();
    const source = await folderSource(photos);
    const cache = await openImageCache(source, { folder, shortestSide: 10 });
    for (let round = 0; round < 2; round++) {
      for (const i of [3, 0, 4, 2, 1]) {
        const expected = shrinkImage(await source.read(i), 10);
        const { width, height, data } = await cache.read(i);
        expect([width, height]).toEqual([expected.width, expected.height]);
        expect(Buffer.from(data).equals(Buffer.from(expected.data))).toBe(true);
      }
    }
    expect([cache.length, cache.name(2)]).toEqual([6, '2.png']);
    await expect(cache.read(5)).rejects.toThrow(ImageError);
    await expect(cache.read(6)).rejects.toThrow(
      new RangeError("Cannot read an image as 'index' must be below 6: current value is 6"),
    );
    await expect(cache.read(0, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    await cache.close();
    await cache.close();
  });

  it('reads the pictures once, and again when one has changed, come or gone', async () => {
    const { photos, folder } = await photosAndCache();
    const first = await openAndClose(photos, folder);
    expect(first).toMatchObject({ state: 'created', read: 6 });
    expect(await openAndClose(photos, folder)).toEqual({ path: first.path, state: 'reused', read: 0 });
    await utimes(join(photos, '0.png'), 1, 1);
    expect(await openAndClose(photos, folder)).toEqual({ path: first.path, state: 'renewed', read: 6 });
    await copyFile(join(photos, '0.png'), join(photos, '6.png'));
    expect(await openAndClose(photos, folder)).toMatchObject({ state: 'renewed', read: 7 });
    await rm(join(photos, '6.png'));
    expect(await openAndClose(photos, folder)).toMatchObject({ state: 'renewed', read: 6 });
    expect(await openAndClose(photos, folder)).toMatchObject({ state: 'reused' });
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('has a file for each size, named after the folder', async () => {
    const { photos, folder } = await photosAndCache();
    const [whole, small] = [
      await openAndClose(photos, folder),
      await openAndClose(photos, folder, { shortestSide: 8 }),
    ];
    expect(small).toMatchObject({ state: 'created' });
    expect(await openAndClose(photos, folder)).toEqual({ ...whole, state: 'reused', read: 0 });
    for (const name of await readdir(folder)) expect(name).toMatch(/^my_photos-[0-9a-f]{16}\.images$/);
  });

  it('makes a cache again that was cut short, damaged or is of another version', async () => {
    const { photos, folder } = await photosAndCache();
    const { path } = await openAndClose(photos, folder);
    const { length } = await readFile(path);
    const damages = [
      async () => truncate(path, length - 1),
      async () => truncate(path, 40),
      async () => spoil(path, 16), // the version
      async () => spoil(path, length - 30), // the table
    ];
    for (const damage of damages) {
      await damage();
      expect(await openAndClose(photos, folder)).toEqual({ path, state: 'renewed', read: 6 });
    }
  });

  it('says so when pixels are damaged, or another kind of file has the name of the cache', async () => {
    const { photos, folder } = await photosAndCache();
    const { path } = await openAndClose(photos, folder, { concurrency: 1 });
    await spoil(path, 100);
    const cache = await openImageCache(await folderSource(photos), { folder });
    await expect(cache.read(0)).rejects.toThrow(
      new ImageError(
        `Cannot read "0.png" as the image cache "${path}" is damaged: remove it to have it made again`,
      ),
    );
    expect((await cache.read(1)).width).toBe(33);
    await cache.close();
    for (const content of [
      '',
      'a letter to my aunt, longer than the header of a cache is, which is 72 bytes',
    ]) {
      await writeFile(path, content);
      await expect(openAndClose(photos, folder)).rejects.toThrow(
        new ImageError(`Cannot use "${path}" as an image cache as it is another kind of file`),
      );
      expect(await readFile(path, 'utf8')).toBe(content);
    }
  });

  it('leaves nothing behind when it is stopped or fails, and clears away what a killed process left', async () => {
    const { photos, folder } = await photosAndCache();
    const stopping = new AbortController();
    const onProgress = (done: number) => done === 3 && stopping.abort(new Error('enough'));
    const options = { onProgress, signal: stopping.signal, concurrency: 1 };
    await expect(openAndClose(photos, folder, options)).rejects.toThrow('enough');
    expect(await readdir(folder)).toEqual([]);
    const source = { ...(await folderSource(photos)), read: async () => Promise.reject(new Error('a bug')) };
    await expect(openImageCache(source, { folder })).rejects.toThrow('a bug');
    expect(await readdir(folder)).toEqual([]);

    const { path } = await openAndClose(photos, folder);
    const [old, fresh] = ['old', 'fresh'].map((id) => path.replace(/([^/]+)$/, `.$1.${id}.tmp`));
    for (const name of [old!, fresh!]) await writeFile(name, '');
    await utimes(old!, 1, 1);
    await truncate(path, 40);
    await openAndClose(photos, folder);
    const left = (await readdir(folder)).map((name) => join(folder, name));
    expect(new Set(left)).toEqual(new Set([fresh, path]));
  });

  it('says why it cannot write, and what is wrong with a number', async () => {
    const { photos, folder } = await photosAndCache();
    const source = await folderSource(photos);
    const file = join(photos, '0.png');
    const { path } = await openAndClose(photos, folder);
    const within = path.replace(folder, file);
    await expect(openImageCache(source, { folder: file })).rejects.toThrow(
      new ImageError(
        `Cannot write the image cache "${within}": EEXIST: file already exists, mkdir '${file}'`,
      ),
    );
    await rm(path);
    await mkdir(path);
    await expect(openImageCache(source, { folder })).rejects.toThrow(
      new ImageError(`Cannot read the image cache "${path}": EISDIR: illegal operation on a directory, read`),
    );
    await expect(openImageCache(source, { folder, shortestSide: 0 })).rejects.toThrow(
      new RangeError(
        "Cannot open an image cache as 'shortestSide' must be a positive integer: current value is 0",
      ),
    );
    await expect(openImageCache(source, { folder, concurrency: 1.5 })).rejects.toThrow(
      new RangeError(
        "Cannot open an image cache as 'concurrency' must be a positive integer: current value is 1.5",
      ),
    );
  });
});
