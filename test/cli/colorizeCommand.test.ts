import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

import { decodeImage } from '../../src/node/decodeImage.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';
import { temporaryFolder } from '../node/temporaryFolder.js';
import { jsonLines, modelFolder, pictureFolder, polyhue } from './cliSupport.js';

/** An empty folder with a model and the way to color with it. */
async function workplace() {
  const root = await temporaryFolder();
  const [model, out] = [await modelFolder(join(root, 'model')), join(root, 'out')];
  const colorize = async (...args: string[]) =>
    polyhue(['colorize', '--model', model, '--out', out, '--backend', 'wasm', ...args]);
  return { root, model, out, colorize };
}

interface Summary {
  readonly input: string;
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly model: string;
  readonly results: readonly {
    file: string;
    weight: number;
    component: number;
    seed: number | null;
    latent: number[];
  }[];
}

/** Paths of all files below a folder, with slashes. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).replaceAll('\\', '/'))
    .toSorted();
}

const readSummary = async (path: string) => JSON.parse(await readFile(path, 'utf8')) as Summary;

describe('polyhue colorize', () => {
  it('writes the results of a photo at its size, and a JSON file that says where they come from', async () => {
    const { root, out, colorize } = await workplace();
    const photo = join(root, 'grandma.jpg');
    await sharp({ create: { width: 30, height: 20, channels: 3, background: '#888' } }).toFile(photo);
    const { code, stdout, stderr } = await colorize(photo, '--count', '3');
    expect([code, stdout]).toEqual([0, `1 of 1 photos colored, results are in ${out}\n`]);
    expect(stderr).toBe(`Coloring 0/1 ${photo}\nColoring 1/1 \n`);
    expect((await readdir(out)).toSorted()).toEqual([
      'grandma.1.png',
      'grandma.2.png',
      'grandma.3.png',
      'grandma.json',
    ]);
    const { input, width, height, model, results } = await readSummary(join(out, 'grandma.json'));
    expect(model).toBe(join(root, 'model'));
    expect([input, width, height]).toEqual([photo, 30, 20]);
    expect(results.map(({ file }) => file)).toEqual(['grandma.1.png', 'grandma.2.png', 'grandma.3.png']);
    const weights = results.map(({ weight }) => weight);
    expect(weights).toEqual(weights.toSorted((one, other) => other - one));
    for (const { file, latent, seed } of results) {
      expect([latent.length, seed]).toEqual([16, null]);
      expect(await decodeImage(join(out, file))).toMatchObject({ width: 30, height: 20 });
    }
  });

  it('draws the same samples for the same seed', async () => {
    const { root, out, colorize } = await workplace();
    const [photo] = await pictureFolder(join(root, 'photos'), 1).then((folder) => [join(folder, '0.png')]);
    const draw = async (seed: string) => {
      expect((await colorize(photo!, '--temperature', '0.7', '--seed', seed, '--count', '2')).code).toBe(0);
      return readSummary(join(out, '0.json'));
    };
    const first = await draw('3');
    expect(await draw('3')).toEqual(first);
    expect(await draw('4')).not.toEqual(first);
    expect(first.results.map(({ seed }) => seed)).toEqual([3, 3]);
  });

  it('makes the folders again, adds a suffix to names that collide, and makes sheets', async () => {
    const { root, out, colorize } = await workplace();
    const album = await pictureFolder(join(root, 'album'), 2);
    await mkdir(join(album, 'deep'));
    await copyFile(join(album, '0.png'), join(album, 'deep', '0.png'));
    await sharp(join(album, '1.png')).jpeg().toFile(join(root, '1.jpg'));
    const { code, stdout } = await colorize(album, join(root, '1.jpg'), '--count', '1', '--sheet', '--json');
    expect(code).toBe(0);
    const summaries = jsonLines(stdout) as unknown as Summary[];
    expect(summaries.map(({ input, name, results }) => [input, name, results[0]!.file])).toEqual([
      [join(album, '0.png'), '0', '0.1.png'],
      [join(album, '1.png'), '1', '1.1.png'],
      [join(album, 'deep/0.png'), 'deep/0', '0.1.png'],
      [join(root, '1.jpg'), '1-2', '1-2.1.png'],
    ]);
    const names = ['0', '1', '1-2', 'deep/0'];
    expect(await filesBelow(out)).toEqual(
      names.flatMap((name) => [`${name}.1.png`, `${name}.json`, `${name}.sheet.png`]).toSorted(),
    );
    expect(await readSummary(join(out, '0.json'))).toEqual(summaries[0]);
    // The grey photo and one result, in tiles of 192 pixels with gaps of 8.
    const { width } = await decodeImage(join(out, '0.sheet.png'));
    expect(width).toBe(2 * 200 + 8);
  });

  it('colors the good photos, reports the others and ends with 1', async () => {
    const { root, out, colorize } = await workplace();
    const album = await pictureFolder(join(root, 'album'), 1);
    const whole = await sharp(join(album, '0.png')).resize(60, 60).jpeg().toBuffer();
    await writeFile(join(album, 'cut.jpg'), whole.subarray(0, whole.length / 2));
    await writeFile(join(album, 'text.jpg'), 'Dear diary');
    await sharp({ create: { width: 1, height: 1, channels: 3, background: '#123456' } }).toFile(
      join(album, 'dot.png'),
    );
    await sharp({ create: { width: 100, height: 50, channels: 3, background: '#888' } }).toFile(
      join(album, 'large.png'),
    );
    const missing = join(root, 'missing.png');
    const args = [album, missing, '--count', '1', '--max-pixels', '4000'];
    const { code, stdout, stderr } = await colorize(...args);
    expect([code, stdout]).toEqual([1, `2 of 5 photos colored, results are in ${out}\n`]);
    expect((await readdir(out)).toSorted()).toEqual(['0.1.png', '0.json', 'dot.1.png', 'dot.json']);
    expect(await decodeImage(join(out, 'dot.1.png'))).toMatchObject({ width: 1, height: 1 });
    expect(stderr).toContain(`Cannot open "${missing}": ENOENT`);
    expect(stderr).toContain(`Cannot decode "${join(album, 'cut.jpg')}": `);
    expect(stderr).toContain(`Cannot decode "${join(album, 'text.jpg')}": `);
    expect(stderr).toContain(
      `Cannot decode "${join(album, 'large.png')}" as it has 100 x 50 pixels: 'maxPixels' is 4000\n`,
    );
    const lines = jsonLines((await colorize(...args, '--json')).stdout);
    expect(lines.filter((line) => 'error' in line).map(({ input }) => input)).toEqual([
      missing,
      join(album, 'cut.jpg'),
      join(album, 'large.png'),
      join(album, 'text.jpg'),
    ]);
  });

  it('ends with 1 where nothing can be colored', async () => {
    const { root, colorize } = await workplace();
    await mkdir(join(root, 'empty'));
    const { code, stdout, stderr } = await colorize(join(root, 'empty'));
    expect([code, stdout]).toEqual([1, '']);
    expect(await readdir(root)).not.toContain('out');
    expect(stderr).toBe(
      `Cannot find a picture in the folder "${join(root, 'empty')}": looked for jpg, jpeg, png, webp, avif, tif, tiff, ` +
        'gif, subfolders included\n',
    );
  });

  it('ends with 1 where the model is missing, damaged or of another kind', async () => {
    const { root, model, out } = await workplace();
    const photo = join(await pictureFolder(join(root, 'photos'), 1), '0.png');
    const colorize = async () =>
      polyhue(['colorize', photo, '--out', out, '--model', model, '--backend', 'wasm']);
    const [weights] = (await readdir(model)).filter((name) => name.startsWith('weights-'));
    await writeFile(join(model, weights!), 'x');
    const damaged = await colorize();
    expect([damaged.code, damaged.stdout]).toEqual([1, '']);
    expect(damaged.stderr).toMatch(
      /^Cannot load the checkpoint ".*" as "weights-[0-9a-f]{16}.bin" has 1 bytes/,
    );
    await writeFile(join(model, 'polyhue.json'), '{"format": "zip"}');
    expect((await colorize()).code).toBe(1);
    const missing = await polyhue([
      'colorize',
      photo,
      '--out',
      out,
      '--model',
      join(root, 'nowhere'),
      '--backend',
      'wasm',
    ]);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toBe(
      `Cannot load the checkpoint "${join(root, 'nowhere')}" as it has no polyhue.json: nothing was saved there\n`,
    );
    expect(await readdir(root)).not.toContain('out');
  });

  it('says where results cannot be written', async () => {
    const { root, model, colorize } = await workplace();
    const photo = join(await pictureFolder(join(root, 'photos'), 1), '0.png');
    await writeFile(join(root, 'file'), '');
    const below = join(root, 'file', 'out');
    const { code, stderr } = await polyhue([
      'colorize',
      photo,
      '--model',
      model,
      '--out',
      below,
      '--backend',
      'wasm',
    ]);
    expect(code).toBe(1);
    expect(stderr).toBe(
      `Cannot write to the folder "${below}": ENOTDIR: not a directory, mkdir '${below}'\n`,
    );
    // A folder where the first result was.
    expect((await colorize(photo, '--count', '2')).code).toBe(0);
    await rm(join(root, 'out', '0.1.png'));
    await mkdir(join(root, 'out', '0.1.png', 'x'), { recursive: true });
    const blocked = await colorize(photo, '--count', '2');
    expect(blocked.code).toBe(1);
    expect(blocked.stderr).toContain(`Cannot color "${photo}": EISDIR`);
    expect((await readdir(join(root, 'out'))).toSorted()).toEqual(['0.1.png', '0.2.png']);
  });

  it('stops between photos and says so', async () => {
    const { root, model, out } = await workplace();
    const album = await pictureFolder(join(root, 'album'), 3);
    const args = [
      'colorize',
      album,
      '--model',
      model,
      '--out',
      out,
      '--backend',
      'wasm',
      '--json',
      '--count',
      '1',
    ];
    const { code, stdout, stderr } = await polyhue(args, '0.png');
    expect(code).toBe(130);
    expect(jsonLines(stdout)).toHaveLength(1);
    expect(stderr).toMatch(/Stopped\n$/);
    expect((await readdir(out)).toSorted()).toEqual(['0.1.png', '0.json']);
  });

  it('leaves no tensor behind', async () => {
    const { root, colorize } = await workplace();
    const album = await pictureFolder(join(root, 'album'), 2);
    await expectTensorsKeptAsync(0, async () => colorize(album, '--sheet', '--count', '2'));
    await expectTensorsKeptAsync(0, async () => colorize(album, '--count', '9'));
  });

  it.each([
    [['--model'], 'Option \'-m, --model <value>\' argument missing; see "polyhue colorize --help"'],
    [['--out', ''], 'Cannot read the command line as \'--out\' must be a name: current value is ""'],
    [['--model', ''], 'Cannot read the command line as \'--model\' must be a name: current value is ""'],
  ])('ends with 2 where a name is missing: %j', async (args, message) => {
    const { code, stdout, stderr } = await polyhue(['colorize', 'a.jpg', ...args]);
    expect([code, stdout, stderr]).toEqual([2, '', `${message}\n`]);
  });

  it.each([
    [[], 'Give at least one photo or folder to color'],
    [
      ['a.jpg', '--count', '0'],
      "Cannot read the command line as '--count' must be a positive integer: current value is 0",
    ],
    [
      ['a.jpg', '--count', 'many'],
      'Cannot read the command line as \'--count\' must be a number: current value is "many"',
    ],
    [
      ['a.jpg', '--seed', ''],
      'Cannot read the command line as \'--seed\' must be a number: current value is ""',
    ],
    [
      ['a.jpg', '--temperature', '11'],
      "Cannot read the command line as '--temperature' must be from 0 to 10: current value is 11",
    ],
    [
      ['a.jpg', '--mode', 'best'],
      'Cannot read the command line as \'--mode\' must be one of "modes", "samples", "distinct": current value is "best"',
    ],
    [
      ['a.jpg', '--hint', '1,2'],
      'Cannot read the command line as \'--hint\' must be of the form X,Y,#rrggbb: current value is "1,2"',
    ],
    [
      ['a.jpg', '--hint', '1,2,red'],
      'Cannot read the command line as \'--hint\' must have colors of the form #rrggbb: current value is "1,2,red"',
    ],
    [
      ['a.jpg', '--palette', '#12345'],
      'Cannot read the command line as \'--palette\' must have colors of the form #rrggbb: current value is "#12345"',
    ],
    [
      ['a.jpg', '--mode', 'modes', '--temperature', '0.5'],
      "Give '--temperature' or '--mode modes', not both: modes are not drawn at random",
    ],
    [
      ['a.jpg', '--upsampling', 'cubic'],
      'Cannot read the command line as \'--upsampling\' must be one of "edges", "bilinear": current value is "cubic"',
    ],
    [
      ['a.jpg', '--backend', 'cuda'],
      'Cannot read the command line as \'--backend\' must be one of "auto", "webgpu", "wasm", "cpu", "tensorflow": current value is "cuda"',
    ],
    [['a.jpg', '--loud'], 'Unknown option \'--loud\'; see "polyhue colorize --help"'],
  ])('ends with 2 where the command line is wrong: %j', async (args, message) => {
    const { code, stdout, stderr } = await polyhue(['colorize', '--model', 'm', '--out', 'o', ...args]);
    expect([code, stdout, stderr]).toEqual([2, '', `${message}\n`]);
  });

  it('ends with 2 where more modes are asked for than there are', async () => {
    const { root, colorize } = await workplace();
    const { code, stderr } = await colorize(root, '--count', '9');
    expect([code, stderr]).toEqual([
      2,
      "The model has 8 components, so '--count' can be at most 8: use '--mode samples' for more\n",
    ]);
  });
});
