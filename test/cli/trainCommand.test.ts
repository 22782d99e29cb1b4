import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import sharp from 'sharp';
import { create } from 'tar';
import { beforeAll, describe, expect, it } from 'vitest';

import { expectTensorsKeptAsync } from '../support/numeric.js';
import { temporaryFolder } from '../node/temporaryFolder.js';
import { jsonLines, pictureFolder, polyhue, weightFiles } from './cliSupport.js';

/** Two updates of each network, on four of five pictures, measured on the fifth. */
const SHORT = [
  '--preset',
  'tiny',
  '--steps',
  '2',
  '--batch-size',
  '2',
  '--held-out',
  '0.2',
  '--seed',
  '5',
  '--backend',
  'wasm',
];

const train = async (pictures: string, out: string, ...args: string[]) =>
  polyhue(['train', pictures, '--out', out, ...SHORT, ...args]);

/** What `--json` writes after a step. */
const progress = (stage: string, step: number) => `"stage":"${stage}","event":"progress","step":${step}`;

describe('polyhue train', () => {
  /** The weights of a run that was not stopped. */
  let whole: Map<string, string>;
  beforeAll(async () => {
    const root = await mkdtemp(join(tmpdir(), 'polyhue-test-'));
    await train(await pictureFolder(join(root, 'photos')), join(root, 'out'));
    whole = await weightFiles(join(root, 'out'));
    await rm(root, { recursive: true });
  });

  it('trains on a folder and saves model, state and logs', async () => {
    const root = await temporaryFolder();
    const [photos, out] = [await pictureFolder(join(root, 'photos')), join(root, 'out')];
    const { code, stdout, stderr } = await train(photos, out);
    expect([code, stdout]).toEqual([
      0,
      `The model is in ${out}. Try it: polyhue colorize PHOTO --model ${out} --out results\n`,
    ]);
    expect(stderr).toMatch(
      /^Looking for grey pictures 1\/5 \nLooking for grey pictures 5\/5 \nColor VAE +1\/2 loss [\d.]+, \d+ s left\nColor VAE +2\/2 .*\nMixture density network +1\/2 .*\nMixture density network +2\/2 .*\n$/,
    );
    expect((await readdir(out)).filter((name) => !name.startsWith('weights-')).toSorted()).toEqual([
      'held-out.txt',
      'logs',
      'polyhue.json',
      'training',
    ]);
    expect(await weightFiles(out)).toEqual(whole);
    const { metadata } = JSON.parse(await readFile(join(out, 'polyhue.json'), 'utf8')) as {
      metadata: { notes: unknown };
    };
    expect(metadata.notes).toEqual({
      preset: 'tiny',
      seed: 5,
      steps: 2,
      batchSize: 2,
      rarity: false,
      chroma: expect.closeTo(3, 2), // after two steps it paints next to nothing
      pictures: 4,
      heldOut: 1,
    });
    expect(await readFile(join(out, 'held-out.txt'), 'utf8')).toMatch(/^\d\.png\n$/);
    for (const stage of ['colorVae', 'mixtureDensityNetwork']) {
      const names = (await readdir(join(out, 'logs', stage))).toSorted();
      expect(names.map((name) => name.replace(/\d{4}-.*Z/, 'TIME'))).toEqual([
        'events.out.tfevents.TIME',
        'progress.TIME.csv',
        'progress.jsonl',
      ]);
      const lines = jsonLines(await readFile(join(out, 'logs', stage, 'progress.jsonl'), 'utf8'));
      expect(lines.map(({ event }) => event)).toEqual(['progress', 'progress', 'validation', 'epoch', 'end']);
      const rows = (await readFile(join(out, 'logs', stage, names[1]!), 'utf8')).trimEnd().split('\n');
      expect(rows.map((row) => row.split(',')[0])).toEqual(['split', 'training', 'training', 'validation']);
    }

    const photo = join(photos, '0.png');
    const colored = await polyhue([
      'colorize',
      photo,
      '--model',
      out,
      '--out',
      join(root, 'results'),
      '--backend',
      'wasm',
    ]);
    expect([colored.code, (await readdir(join(root, 'results'))).length]).toEqual([0, 6]);
  });

  it('trains with other losses and without calibration', async () => {
    const root = await temporaryFolder();
    const [photos, out] = [await pictureFolder(join(root, 'photos')), join(root, 'out')];
    const { code } = await train(
      photos,
      out,
      '--reconstruction',
      'norm',
      '--mixture-loss',
      'exact',
      '--rarity',
      '--keep-chroma',
    );
    expect(code).toBe(0);
    const { metadata } = JSON.parse(await readFile(join(out, 'polyhue.json'), 'utf8')) as {
      metadata: { notes: unknown };
    };
    expect(metadata.notes).toMatchObject({
      colorVaeLoss: { reconstruction: 'norm' },
      mixtureLoss: { form: 'exact' },
      rarity: true,
      chroma: 1,
    });
    expect(await weightFiles(out)).not.toEqual(whole);
    const nearest = join(root, 'nearest');
    expect((await train(photos, nearest, '--mixture-loss', 'nearest')).code).toBe(0);
    const manifest = JSON.parse(await readFile(join(nearest, 'polyhue.json'), 'utf8')) as object;
    const deviations = { kind: 'fixed', stdDev: 0.1 };
    expect(manifest).toMatchObject({ metadata: { mixtureDensityNetwork: { deviations } } });
    const anchored = join(root, 'anchored');
    expect((await train(photos, anchored, '--anchor', '0.1')).code).toBe(0);
    const { metadata: trained } = JSON.parse(await readFile(join(anchored, 'polyhue.json'), 'utf8')) as {
      metadata: { notes: unknown };
    };
    expect(trained.notes).toMatchObject({ mixtureLoss: { form: 'posterior', anchor: 0.1 } });
    const unanchored = await train(photos, join(root, 'other'), '--mixture-loss', 'exact', '--anchor', '0.1');
    expect(unanchored).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("'--anchor' needs '--mixture-loss posterior'"),
    });
    const wrong = await train(photos, join(root, 'other'), '--mixture-loss', 'best');
    expect(wrong).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"posterior", "exact", "nearest"'),
    });
  });

  it('trains on a tar file as on the folder', async () => {
    const root = await temporaryFolder();
    const photos = await pictureFolder(join(root, 'photos'));
    const archive = join(root, 'photos.tar');
    await create({ file: archive, cwd: photos }, await readdir(photos));
    expect((await train(archive, join(root, 'out'))).code).toBe(0);
    expect(await weightFiles(join(root, 'out'))).toEqual(whole);
  });

  it('writes nothing but JSON lines to standard output with --json', async () => {
    const root = await temporaryFolder();
    const out = join(root, 'out');
    const { code, stdout } = await train(await pictureFolder(join(root, 'photos')), out, '--json');
    const lines = jsonLines(stdout);
    expect(code).toBe(0);
    expect(lines.map(({ stage, event }) => [stage, event])).toEqual([
      ...['colorVae', 'mixtureDensityNetwork'].flatMap((stage) =>
        ['progress', 'progress', 'validation', 'epoch', 'end'].map((event) => [stage, event]),
      ),
      [undefined, 'saved'],
    ]);
    expect(lines.at(-1)).toEqual({ event: 'saved', model: out });
  });

  it.each([
    ['colorVae', 1],
    ['colorVae', 2],
    ['mixtureDensityNetwork', 1],
  ])('goes on with --resume after a stop in %s at step %i, to the very same weights', async (stage, step) => {
    const root = await temporaryFolder();
    const [photos, out] = [await pictureFolder(join(root, 'photos')), join(root, 'out')];
    const args = ['train', photos, '--out', out, ...SHORT, '--json'];
    const stopped = await polyhue(args, progress(stage, step));
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(/Stopped. To go on, run the same command with --resume\n$/);
    expect(await weightFiles(out)).toEqual(new Map());

    const again = await polyhue(args);
    expect([again.code, again.stderr]).toEqual([
      2,
      `"${out}" holds a run already: give another '--out', or '--resume' to go on with it\n`,
    ]);
    const other = await polyhue([...args, '--resume', '--seed', '6', '--beta', '0']);
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(
      /Cannot resume the run in ".*" with other options: seed was 5 and is 6; beta was 1 and is 0\n$/,
    );

    const resumed = await polyhue([...args, '--resume']);
    expect(resumed.code).toBe(0);
    expect(await weightFiles(out)).toEqual(whole);
    // A finished run has nothing left to do.
    const finished = await polyhue([...args, '--resume']);
    expect(finished.code).toBe(0);
    expect(jsonLines(finished.stdout).filter(({ event }) => event === 'progress')).toEqual([]);
    expect(await weightFiles(out)).toEqual(whole);
  });

  it('leaves out grey pictures and those that cannot be read, and says so', async () => {
    const root = await temporaryFolder();
    const photos = await pictureFolder(join(root, 'photos'));
    await sharp({ create: { width: 20, height: 20, channels: 3, background: '#777' } }).toFile(
      join(photos, 'grey.png'),
    );
    await writeFile(join(photos, 'torn.jpg'), 'x');
    const { code, stderr } = await train(photos, join(root, 'out'));
    expect(code).toBe(0);
    expect(stderr).toContain('Warning: 1 of 7 pictures are grey and left out\n');
    expect(stderr.match(/Warning: left out: Cannot decode ".*torn\.jpg": /g)).toHaveLength(1);
  });

  it('ends with 1 where there is nothing to learn from', async () => {
    const root = await temporaryFolder();
    const photos = await pictureFolder(join(root, 'photos'), 0);
    const empty = await train(photos, join(root, 'out'));
    expect([empty.code, empty.stderr]).toEqual([
      1,
      `Cannot find a picture in the folder "${photos}": looked for jpg, jpeg, png, webp, avif, tif, tiff, gif, ` +
        'subfolders included\n',
    ]);
    await sharp({ create: { width: 9, height: 9, channels: 3, background: '#777' } }).toFile(
      join(photos, 'grey.png'),
    );
    const grey = await train(photos, join(root, 'out'));
    expect(grey.code).toBe(1);
    expect(grey.stderr).toContain(
      `Cannot train on "${photos}" as all 1 pictures are grey: there is no color to learn\n`,
    );
    const missing = await train(join(root, 'nowhere'), join(root, 'out'));
    expect([missing.code, missing.stderr]).toEqual([
      1,
      `Cannot open "${join(root, 'nowhere')}": ENOENT: no such file or directory, stat '${join(root, 'nowhere')}'\n`,
    ]);
    expect(await readdir(root)).not.toContain('out');
  });

  it('ends with 1 where its results cannot be written', async () => {
    const root = await temporaryFolder();
    const photos = await pictureFolder(join(root, 'photos'), 2);
    await writeFile(join(root, 'file'), '');
    const { code, stderr } = await train(photos, join(root, 'file', 'out'));
    expect(code).toBe(1);
    expect(stderr).toContain(`Cannot read "polyhue.json" of the checkpoint "${join(root, 'file', 'out')}"`);
    expect(stderr).toContain('ENOTDIR');
  });

  it('leaves no tensor behind, finished or stopped', async () => {
    const root = await temporaryFolder();
    const photos = await pictureFolder(join(root, 'photos'), 2);
    await expectTensorsKeptAsync(0, async () => train(photos, join(root, 'one'), '--steps', '1'));
    await expectTensorsKeptAsync(0, async () => {
      const args = ['train', photos, '--out', join(root, 'two'), ...SHORT, '--json'];
      await polyhue(args, progress('colorVae', 1));
    });
  });

  it.each([
    [[], 'Give one folder or tar file to train on, not 0'],
    [['a', 'b'], 'Give one folder or tar file to train on, not 2'],
    [['a', '--epochs', '2', '--steps', '3'], "Give epochs or '--steps', not both"],
    [['a', '--mixture-epochs', '2', '--steps', '3'], "Give epochs or '--steps', not both"],
    [
      ['a', '--preset', 'reference'],
      'Cannot read the command line as \'--preset\' must be one of "compact", "compactMap", "tiny": current value is "reference"',
    ],
    [
      ['a', '--held-out', '0.6'],
      "Cannot read the command line as '--held-out' must be from 0 to 0.5: current value is 0.6",
    ],
    [
      ['a', '--beta-warmup', '1.5'],
      "Cannot read the command line as '--beta-warmup' must be from 0 to 1: current value is 1.5",
    ],
    [
      ['a', '--learning-rate', '0'],
      "Cannot read the command line as '--learning-rate' must be a positive finite number: current value is 0",
    ],
    [['a', '--beta', '-1'], 'Option \'--beta\' argument is ambiguous; see "polyhue train --help"'],
    [
      ['a', '--seed', '1.5'],
      "Cannot read the command line as '--seed' must be a non-negative integer: current value is 1.5",
    ],
  ])('ends with 2 where the command line is wrong: %j', async (args, message) => {
    const { code, stdout, stderr } = await polyhue(['train', '--out', 'o', ...args]);
    expect([code, stdout, stderr]).toEqual([2, '', `${message}\n`]);
  });
});
