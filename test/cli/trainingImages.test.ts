import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import { describe, expect, it } from 'vitest';

import {
  openTrainingImages,
  splitTrainingImages,
  type TrainingImagesRequest,
} from '../../src/cli/trainingImages.js';
import type { ImageSource } from '../../src/data/imageSource.js';
import { encodePng } from '../../src/data/png.js';
import { ImageError, TrainingError } from '../../src/errors.js';
import { numberedSource, solid } from '../data/pictures.js';
import { temporaryFolder } from '../node/temporaryFolder.js';
import { pictureFolder, polyhue, weightFiles } from './cliSupport.js';

const namesOf = (source: ImageSource) => Array.from({ length: source.length }, (_, i) => source.name(i));

/** Opens pictures to train on at 16 pixels: their names and what is said on standard error. */
async function open(request: Partial<TrainingImagesRequest>) {
  const stderr = new PassThrough({ encoding: 'utf8' });
  const none = { path: '', cache: undefined, exclude: undefined, heldOut: undefined, holdOutBy: undefined };
  const terminal = { stdout: new PassThrough(), stderr, signal: new AbortController().signal };
  const { source, close } = await openTrainingImages({ ...none, ...request }, 16, terminal);
  const first = await source.read(0);
  await close();
  return { names: namesOf(source), first, stderr: (stderr.read() as string | null) ?? '' };
}

describe('openTrainingImages()', () => {
  it('leaves out grey pictures and those on a list, and counts names that are not there', async () => {
    const root = await temporaryFolder();
    const path = await pictureFolder(join(root, 'photos'));
    await writeFile(join(path, '7.png'), await encodePng(solid(20, 20, [9, 9, 9])));
    const exclude = join(root, 'exclude.txt');
    await writeFile(exclude, '1.png\r\n\n3.png\nno such.png\n');
    const { names, stderr } = await open({ path, exclude });
    expect(names).toEqual(['0.png', '2.png', '4.png']);
    expect(stderr).toBe(
      `Warning: 1 of 3 names in "${exclude}" are not in "${path}"\n` +
        'Looking for grey pictures 1/4 \nLooking for grey pictures 4/4 \n' +
        'Warning: 1 of 4 pictures are grey and left out\n',
    );
  });

  it('says so when the list is missing or leaves nothing', async () => {
    const root = await temporaryFolder();
    const path = await pictureFolder(join(root, 'photos'), 2);
    const exclude = join(root, 'exclude.txt');
    await expect(open({ path, exclude })).rejects.toThrow(
      new ImageError(
        `Cannot read the list "${exclude}": ENOENT: no such file or directory, open '${exclude}'`,
      ),
    );
    await writeFile(exclude, '0.png\n1.png');
    await expect(open({ path, exclude })).rejects.toThrow(
      new TrainingError(`Cannot train on "${path}" as "${exclude}" lists all 2 pictures`),
    );
  });

  it('decodes into a file once, shrunk as in memory, and tells of pictures that cannot be read', async () => {
    const root = await temporaryFolder();
    const [path, cache] = [await pictureFolder(join(root, 'photos'), 3), join(root, 'cache')];
    await writeFile(join(path, '0.png'), await encodePng(solid(200, 100, [200, 30, 30])));
    await writeFile(join(path, '1.png'), 'not a picture');
    const [inMemory, made, reused] = [
      await open({ path }),
      await open({ path, cache }),
      await open({ path, cache }),
    ];
    expect([made.first.width, made.first.height]).toEqual([66, 33]);
    expect(Buffer.from(made.first.data).equals(Buffer.from(inMemory.first.data))).toBe(true);
    const decoding = 'Decoding pictures 1/3 \nDecoding pictures 3/3 \n';
    expect(made.stderr.startsWith(decoding)).toBe(true);
    expect(reused.stderr).not.toContain('Decoding');
    expect(reused.stderr).toHaveLength(inMemory.stderr.length);
    expect(reused.stderr).toMatch(/Warning: left out: Cannot decode ".*1.png"/);
    expect(await readdir(cache)).toHaveLength(1);
  });
});

describe('splitTrainingImages()', () => {
  const split = (names: readonly string[], holdOutBy: TrainingImagesRequest['holdOutBy']) => {
    const source = { ...numberedSource(names.length), name: (index: number) => names[index]! };
    const request = { path: '', cache: undefined, exclude: undefined, heldOut: 0.4, holdOutBy };
    return namesOf(splitTrainingImages(source, request, 1).validation);
  };

  it('holds out people by the name before the last underscore', () => {
    const names = ['A_B_0001.jpg', 'A_B_0002.jpg', 'A_C_0001.jpg', 'A_C_0002.jpg', 'plain.jpg'];
    const held = split(names, 'prefix');
    expect(held).toHaveLength(2);
    expect(held.map((name) => name.slice(0, 3))).toEqual([held[0]!.slice(0, 3), held[0]!.slice(0, 3)]);
  });

  it('holds out folders', () => {
    const names = ['a/x/1.jpg', 'a/x/2.jpg', '1.jpg', '2.jpg', '3.jpg'];
    expect(split(names, 'folder')).toEqual(names.slice(0, 2));
  });
});

describe('polyhue train', () => {
  it('ends with the same weights whether pictures are cached in a file or in memory', async () => {
    const root = await temporaryFolder();
    const photos = await pictureFolder(join(root, 'photos'));
    await mkdir(join(root, 'cache'));
    const options = ['--preset', 'tiny', '--steps', '1', '--batch-size', '2', '--backend', 'wasm'];
    const train = async (out: string, ...more: string[]) => {
      const { code } = await polyhue(['train', photos, '--out', join(root, out), ...options, ...more]);
      expect(code).toBe(0);
      return weightFiles(join(root, out));
    };
    const cached = await train(
      'a',
      '--cache',
      join(root, 'cache'),
      '--hold-out-by',
      'folder',
      '--held-out',
      '0',
    );
    expect(await train('b', '--held-out', '0')).toEqual(cached);
  });
});
