import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { create } from 'tar';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

import { decodeImage } from '../../src/node/decodeImage.js';
import { temporaryFolder } from '../node/temporaryFolder.js';
import { jsonLines, modelFolder, pictureFolder, polyhue } from './cliSupport.js';
import { program, signalAt } from './program.js';

const PICTURES = fileURLToPath(new URL('../fixtures/pictures', import.meta.url));

async function workplace() {
  const root = await temporaryFolder();
  const [model, out] = [await modelFolder(join(root, 'model')), join(root, 'out')];
  const args = (...more: string[]) =>
    ['colorize', '--model', model, '--out', out, '--backend', 'wasm', '--count', '1'].concat(more);
  return { root, model, out, args, colorize: async (...more: string[]) => polyhue(args(...more)) };
}

const filesIn = async (folder: string) => (await readdir(folder)).toSorted();

/** A small grey photo. */
async function greyPhoto(path: string, side = 7): Promise<string> {
  await sharp({ create: { width: side + 2, height: side, channels: 3, background: '#777' } }).toFile(path);
  return path;
}

/** Each record has its results, each result its record, and all are whole. */
async function expectWholePhotos(out: string): Promise<void> {
  const names = (await filesIn(out)).filter((name) => !name.startsWith('.'));
  const records = names.filter((name) => name.endsWith('.json'));
  expect(records.length).toBeGreaterThan(0);
  const files = await Promise.all(
    records.map(
      async (name) => (JSON.parse(await readFile(join(out, name), 'utf8')) as { files: string[] }).files,
    ),
  );
  expect([...records, ...files.flat()].toSorted()).toEqual(names);
  for (const file of files.flat()) expect((await decodeImage(join(out, file))).width).toBeGreaterThan(0);
}

/** What is read again to see whether a file was replaced. */
const stampOf = async (path: string) => (await stat(path)).ino;

describe('polyhue colorize, names of results', () => {
  it('takes the place of no picture that it reads, whatever it is called', async () => {
    const { root, model } = await workplace();
    const album = join(root, 'album');
    await mkdir(album);
    for (const name of ['x.png', 'x.1.png', 'x.2.jpg', 'X-2.1.PNG']) await greyPhoto(join(album, name));
    const before = await Promise.all((await filesIn(album)).map(async (name) => readFile(join(album, name))));
    const names = await filesIn(album);
    const color = async () =>
      polyhue(['colorize', album, '--out', album, '--model', model, '--backend', 'wasm', '--count', '1']);
    expect((await color()).code).toBe(0);
    const after = await Promise.all(names.map(async (name) => readFile(join(album, name))));
    expect(after).toEqual(before);
    const all = await filesIn(album);
    expect(all).toEqual(
      [
        ...names,
        ...['X-2.1', 'x-3', 'x.1', 'x.2'].flatMap((name) => [`${name}.1.png`, `${name}.json`]),
      ].toSorted(),
    );
    // The second time, results of the first are no photos.
    const second = await color();
    expect(second.stderr).toContain('Passed over 4 pictures: results of earlier runs\n');
    expect(second.stdout).toContain('4 of 4 photos colored');
    expect(await filesIn(album)).toEqual(all);
  });

  it('takes the place of no file that it did not write', async () => {
    const { root, out, colorize } = await workplace();
    await mkdir(out);
    await writeFile(join(out, '0.1.png'), 'mine');
    await writeFile(join(out, '1.json'), '{"mine": true}');
    expect((await colorize(await pictureFolder(join(root, 'album'), 2))).code).toBe(0);
    expect(await filesIn(out)).toEqual([
      '0-2.1.png',
      '0-2.json',
      '0.1.png',
      '1-2.1.png',
      '1-2.json',
      '1.json',
    ]);
    expect(await readFile(join(out, '0.1.png'), 'utf8')).toBe('mine');
  });

  it('keeps results of another photo of that name, and finds its own again', async () => {
    const { root, out, colorize } = await workplace();
    const [one, other] = [
      await pictureFolder(join(root, 'one'), 1),
      await pictureFolder(join(root, 'other'), 1),
    ];
    await colorize(one);
    await colorize(other);
    expect(await filesIn(out)).toEqual(['0-2.1.png', '0-2.json', '0.1.png', '0.json']);
    await colorize(other, one);
    expect(await filesIn(out)).toEqual(['0-2.1.png', '0-2.json', '0.1.png', '0.json']);
  });

  it('removes results that the same photo no longer has', async () => {
    const { root, out, colorize } = await workplace();
    const album = await pictureFolder(join(root, 'album'), 1);
    await colorize(album, '--count', '3', '--sheet');
    await colorize(album, '--count', '2', '--format', 'jpeg');
    expect(await filesIn(out)).toEqual(['0.1.jpg', '0.2.jpg', '0.json']);
  });

  it('stays in its folder, whatever the names in an archive, and cuts names that are too long', async () => {
    const { root, out, colorize } = await workplace();
    const inside = join(root, 'inside');
    await mkdir(join(inside, 'deep'), { recursive: true });
    const long = `${'ü'.repeat(120)}.png`;
    for (const name of ['a.png', 'deep/a.png', long]) await greyPhoto(join(inside, name));
    const archive = join(root, 'a.tar');
    const onWriteEntry = (entry: { path: string }) => {
      if (entry.path === 'a.png') entry.path = '../../a.png';
    };
    const names = ['a.png', 'deep/a.png', long];
    await create({ file: archive, cwd: inside, preservePaths: true, onWriteEntry }, names);
    const { code, stdout } = await colorize(archive, '--json');
    expect(code).toBe(0);
    expect(jsonLines(stdout).map(({ name }) => name)).toEqual(['a', 'ü'.repeat(100), 'deep/a']);
    expect(await filesIn(root)).toEqual(['a.tar', 'inside', 'model', 'out']);
    expect(await filesIn(out)).toEqual([
      'a.1.png',
      'a.json',
      'deep',
      `${'ü'.repeat(100)}.1.png`,
      `${'ü'.repeat(100)}.json`,
    ]);
  });
});

describe('polyhue colorize --resume', () => {
  it('passes over what is done, and only that', async () => {
    const { root, out, colorize } = await workplace();
    const album = await pictureFolder(join(root, 'album'), 4);
    await colorize(album);
    await rm(join(out, '1.1.png')); // a result is gone
    await utimes(join(album, '2.png'), 1, 1); // the photo has changed
    await writeFile(join(out, '3.json'), '{'); // no record
    const [stamp, changed] = [await stampOf(join(out, '0.1.png')), await stampOf(join(out, '2.1.png'))];
    const { code, stdout } = await colorize(album, '--resume');
    expect([code, stdout]).toEqual([0, `3 of 4 photos colored, 1 were done before, results are in ${out}\n`]);
    expect(await stampOf(join(out, '0.1.png'))).toBe(stamp);
    expect(await stampOf(join(out, '2.1.png'))).not.toBe(changed);
    // The record that could not be read was not taken for one of ours.
    expect(await filesIn(out)).toContain('3-2.json');
  });

  it.each([
    ['--seed', '3', '--mode', 'samples'],
    ['--count', '2'],
    ['--sheet'],
    ['--format', 'webp'],
    ['--keep-metadata'],
  ])('colors again with other options: %s', async (...other) => {
    const { root, colorize } = await workplace();
    const album = await pictureFolder(join(root, 'album'), 1);
    await colorize(album);
    expect((await colorize(album, '--resume', ...other)).stdout).toContain('1 of 1 photos colored, results');
    const again = await colorize(album, '--resume', ...other, '--json');
    expect(jsonLines(again.stdout)).toHaveLength(1);
    expect(again.stderr).toBe('');
  });

  it('colors again with another model', async () => {
    const { root, model, colorize } = await workplace();
    const album = await pictureFolder(join(root, 'album'), 1);
    await colorize(album);
    // The same weights under a manifest that differs in a space.
    const manifest = join(model, 'polyhue.json');
    await writeFile(manifest, `${await readFile(manifest, 'utf8')} `);
    expect((await colorize(album, '--resume')).stdout).toContain('1 of 1 photos colored, results');
  });

  it('finds the results again where all of it has moved', async () => {
    const { root, model, colorize } = await workplace();
    const album = await pictureFolder(join(root, 'album'), 1);
    await colorize(album);
    await mkdir(join(root, 'moved'));
    for (const name of ['album', 'out']) await rename(join(root, name), join(root, 'moved', name));
    const moved = join(root, 'moved');
    const { stdout } = await polyhue(
      ['colorize', join(moved, 'album'), '--out', join(moved, 'out'), '--model', model].concat([
        '--backend',
        'wasm',
        '--count',
        '1',
        '--resume',
      ]),
    );
    expect(stdout).toContain('0 of 1 photos colored, 1 were done before');
  });
});

describe('polyhue colorize, stopped', () => {
  it(
    'leaves whole photos only, after Ctrl-C and after a kill, and goes on',
    { timeout: 300_000 },
    async () => {
      const { root, out, args, colorize } = await workplace();
      const album = join(root, 'album');
      await mkdir(album);
      for (let i = 0; i < 8; i++) await greyPhoto(join(album, `${i}.png`), 300);
      const stopped = await program(args(album, '--json', '--resume'), signalAt('"input"', 'SIGINT'));
      expect([stopped.code, stopped.signal]).toEqual([130, null]);
      expect((await readdir(out)).filter((name) => name.startsWith('.'))).toEqual([]);
      await expectWholePhotos(out);
      const killed = await program(args(album, '--json', '--count', '4'), signalAt('"input"', 'SIGKILL'));
      expect([killed.code, killed.signal]).toEqual([null, 'SIGKILL']);
      await expectWholePhotos(out);
      const { code, stdout } = await colorize(album, '--count', '4', '--resume');
      expect(code).toBe(0);
      expect(stdout).toMatch(/^\d+ of 8 photos colored, \d+ were done before/);
      expect((await readdir(out)).filter((name) => name.endsWith('.json'))).toHaveLength(8);
    },
  );
});

describe('polyhue colorize, kinds of files', () => {
  it('keeps transparency and metadata, and says what was in color', async () => {
    const { root, out, colorize } = await workplace();
    const photo = join(root, 'tagged.jpg');
    await sharp({ create: { width: 20, height: 10, channels: 3, background: '#777' } })
      .withMetadata({ orientation: 6 })
      .withExifMerge({ IFD0: { Artist: 'A. Nonym' } })
      .jpeg()
      .toFile(photo);
    const alpha = join(PICTURES, 'alpha.png');
    const grey = join(PICTURES, 'grey8.png');
    const { code, stdout, stderr } = await colorize(photo, alpha, grey, '--keep-metadata', '--json');
    expect(code).toBe(0);
    expect(jsonLines(stdout).map(({ tone }) => tone)).toEqual(['grey', 'color', 'grey']);
    expect(stderr.split('\n').filter((line) => line.includes('grey first'))).toEqual([
      `"${alpha}" is in color: made grey first`,
    ]);
    const { width, height, exif, orientation } = await sharp(join(out, 'tagged.1.png')).metadata();
    expect([width, height, orientation]).toEqual([10, 20, 1]);
    expect(Buffer.from(exif!).toString('latin1')).toContain('A. Nonym');
    const { data } = await decodeImage(join(out, 'alpha.1.png'), { alpha: 'keep' });
    expect([data.length, data[3]]).toEqual([24 * 16 * 4, 128]);
  });

  it('writes no metadata unasked', async () => {
    const { root, out, colorize } = await workplace();
    const photo = join(root, 'tagged.jpg');
    await sharp({ create: { width: 20, height: 10, channels: 3, background: '#777' } })
      .withExif({ IFD0: { Artist: 'A. Nonym' } })
      .jpeg()
      .toFile(photo);
    for (const [format, ending] of [
      ['png', 'png'],
      ['jpeg', 'jpg'],
      ['webp', 'webp'],
    ]) {
      expect((await colorize(photo, '--format', format!)).code).toBe(0);
      const { exif, format: kind } = await sharp(join(out, `tagged.1.${ending}`)).metadata();
      expect([kind, exif]).toEqual([format, undefined]);
    }
  });

  it('refuses a quality of lossless files', async () => {
    expect(await polyhue(['colorize', 'a', '--model', 'm', '--out', 'o', '--quality', '3'])).toEqual({
      code: 2,
      stdout: '',
      stderr: "Give '--quality' with '--format jpeg' or '--format webp': PNG is lossless\n",
    });
  });
});

describe('polyhue colorize --sequence', () => {
  it('colors the frames with one code in the order of their names, and goes on after one that is damaged', async () => {
    const { root, out, model } = await workplace();
    const frames = join(root, 'frames');
    await mkdir(frames);
    for (const i of [1, 2, 10, 11]) await greyPhoto(join(frames, `f${i}.png`));
    await writeFile(join(frames, 'f3.png'), 'no picture');
    const { code, stdout, stderr } = await polyhue(
      ['colorize', '--sequence', frames, '--model', model, '--out', out].concat([
        '--backend',
        'wasm',
        '--json',
      ]),
    );
    expect(code).toBe(1);
    const lines = jsonLines(stdout);
    expect(lines.map(({ name }) => name)).toEqual([undefined, 'f1', 'f2', 'f10', 'f11']);
    const results = lines.slice(1).map((line) => line['results'] as { latent: number[] }[]);
    expect(results.map((all) => all.length)).toEqual([1, 1, 1, 1]);
    expect(new Set(results.map(([first]) => first!.latent.join())).size).toBe(1);
    expect(stderr).toContain(join(frames, 'f3.png'));
    expect(await filesIn(out)).toHaveLength(8);
  });

  it.each([
    ['--resume', "Give '--sequence' or '--resume', not both: frames follow from each other\n"],
    ['--hint=1,2,#ff0000', "Give '--sequence' or '--hint', not both: wishes are for single photos\n"],
    ['--workers=2', "Give '--sequence' or '--workers', not both: frames follow from each other\n"],
  ])('refuses %s', async (option, stderr) => {
    const args = ['colorize', 'a', '--model', 'm', '--out', 'o', '--sequence', '--backend', 'wasm', option];
    expect(await polyhue(args)).toEqual({ code: 2, stdout: '', stderr });
  });
});
