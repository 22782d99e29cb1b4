import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { ImageSource } from '../../src/data/imageSource.js';
import { encodePng } from '../../src/data/png.js';
import { ImageError } from '../../src/errors.js';
import { folderSource } from '../../src/node/folderSource.js';
import { openImages } from '../../src/node/openImages.js';
import { solid } from '../data/pictures.js';
import { temporaryFolder } from './temporaryFolder.js';

const EXTENSIONS = 'jpg, jpeg, png, webp, avif, tif, tiff, gif';

const namesOf = (source: ImageSource) => Array.from({ length: source.length }, (_, i) => source.name(i));
const grey = async (level: number) => encodePng(solid(2, 2, [level, level, level]));

/** A folder with pictures, folders and other things in it. */
async function pictureFolder(): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'sub', 'deep'), { recursive: true });
  await mkdir(join(folder, 'folder.png'));
  const names = ['10.png', '9.png', 'sub/2.png', 'sub/deep/1.PNG', 'notes.txt', '._9.png'];
  for (const [i, name] of names.entries()) await writeFile(join(folder, name), await grey(i));
  await symlink(join(folder, '9.png'), join(folder, 'link.png'));
  await symlink(join(folder, 'sub'), join(folder, 'sub.png'));
  return folder;
}

describe('folderSource()', () => {
  it('finds pictures in all folders, in natural order', async () => {
    const source = await folderSource(await pictureFolder());
    expect(namesOf(source)).toEqual(['9.png', '10.png', 'link.png', 'sub/2.png', 'sub/deep/1.PNG']);
    expect(await source.read(3)).toEqual(solid(2, 2, [2, 2, 2]));
    expect(await source.read(2)).toEqual(solid(2, 2, [1, 1, 1]));
  });

  it('names the picture that cannot be read', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a.jpg'), 'text');
    const source = await folderSource(folder);
    await expect(source.read(0)).rejects.toThrow(
      new ImageError(
        `Cannot decode "${join(folder, 'a.jpg')}": Input buffer contains unsupported image format`,
      ),
    );
    await expect(source.read(1)).rejects.toThrow(
      new RangeError("Cannot read an image as 'index' must be below 1: current value is 1"),
    );
    await expect(source.read(0, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
  });

  it('passes the limit on pixels on', async () => {
    const source = await folderSource(await pictureFolder(), { maxPixels: 3 });
    await expect(source.read(0)).rejects.toThrow("as it has 2 x 2 pixels: 'maxPixels' is 3");
  });

  it('says when the folder is missing or holds no picture', async () => {
    const folder = await temporaryFolder();
    const missing = join(folder, 'none');
    await expect(folderSource(missing)).rejects.toThrow(
      new ImageError(
        `Cannot read the folder "${missing}": ENOENT: no such file or directory, scandir '${missing}'`,
      ),
    );
    await expect(folderSource(folder)).rejects.toThrow(
      new ImageError(
        `Cannot find a picture in the folder "${folder}": looked for ${EXTENSIONS}, subfolders included`,
      ),
    );
  });
});

describe('openImages()', () => {
  it('opens a folder or a single picture', async () => {
    const folder = await pictureFolder();
    expect((await openImages(folder)).length).toBe(5);
    const path = join(folder, '10.png');
    const file = await openImages(path);
    expect(namesOf(file)).toEqual([path]);
    expect(await file.read(0)).toEqual(solid(2, 2, [0, 0, 0]));
    await expect(file.read(1)).rejects.toThrow(RangeError);
  });

  it('says when the path is missing or none of these', async () => {
    const folder = await pictureFolder();
    const missing = join(folder, 'none.png');
    await expect(openImages(missing)).rejects.toThrow(
      new ImageError(`Cannot open "${missing}": ENOENT: no such file or directory, stat '${missing}'`),
    );
    const notes = join(folder, 'notes.txt');
    await expect(openImages(notes)).rejects.toThrow(
      new ImageError(
        `Cannot open "${notes}" as it is neither a folder nor a file with one of the endings ${EXTENSIONS}, tar`,
      ),
    );
  });
});
