import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { RasterImage } from '../../src/data/image.js';
import { encodePng } from '../../src/data/png.js';
import { paintPhoto } from '../../src/inference/paintPhoto.js';
import { decodeImage } from '../../src/node/decodeImage.js';
import { temporaryFolder } from '../node/temporaryFolder.js';
import { modelFolder, pictureFolder, polyhue } from './cliSupport.js';

interface Wished {
  readonly hintErrors: number[];
  readonly paletteErrors: number[];
  readonly referenceError: number;
}

/** An empty folder with a model and the way to color with it. */
async function workplace() {
  const root = await temporaryFolder();
  const [model, out] = [await modelFolder(join(root, 'model')), join(root, 'out')];
  const colorize = async (...args: string[]) =>
    polyhue(['colorize', '--model', model, '--out', out, '--backend', 'wasm', ...args]);
  return { root, out, colorize };
}

describe('polyhue colorize with wishes', () => {
  it('takes wishes, and says how near each result comes to them', async () => {
    const { root, out, colorize } = await workplace();
    const album = await pictureFolder(join(root, 'album'), 2);
    const hints = ['--hint', '3,4,#b03040', '--hint', '15,16,#3050A0'];
    const others = [
      '--palette',
      '#b03040, #208040',
      '--reference',
      join(album, '1.png'),
      '--saturation',
      '0.9',
    ];
    const { code } = await colorize(join(album, '0.png'), '--count', '2', ...hints, ...others);
    expect(code).toBe(0);
    const { results } = JSON.parse(await readFile(join(out, '0.json'), 'utf8')) as { results: Wished[] };
    expect(results.length).toBeGreaterThan(0);
    for (const { hintErrors, paletteErrors, referenceError } of results) {
      expect(hintErrors.every((error) => error < 6)).toBe(true);
      expect(paletteErrors).toHaveLength(2);
      expect(referenceError).toBeGreaterThanOrEqual(0);
    }
  });

  it('reports a photo that a hint is outside of, and colors the others', async () => {
    const { root, colorize } = await workplace();
    const album = await pictureFolder(join(root, 'album'), 2); // 20 and 21 pixels wide
    const { code, stderr } = await colorize(album, '--count', '1', '--hint', '20,0,#ffffff');
    expect(code).toBe(1);
    expect(stderr).toContain(
      `Cannot color "${join(album, '0.png')}": Cannot colorize as 'hints[0].x' must be an integer from 0 to 19, ` +
        'as the photo is 20 pixels wide: current value is 20\n',
    );
    expect(stderr).not.toContain('1.png": Cannot');
  });

  it('keeps the colors of a rectangle of another picture, and finds the rest anew', async () => {
    const { root, out, colorize } = await workplace();
    const photo = join(await pictureFolder(join(root, 'album'), 1), '0.png'); // 20 x 20
    const values = Float32Array.from({ length: 16 * 16 * 2 }, (_, i) => [0.2, -0.15][i % 2]!);
    const painted = await paintPhoto(await decodeImage(photo), { shape: [16, 16, 2], values });
    const path = join(root, 'painted.png');
    await writeFile(path, await encodePng(painted));
    const lock = ['--lock', '0,0,10,20', '--lock-from', path];
    const { code, stderr } = await colorize(photo, '--count', '2', ...lock);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('Cannot') });
    const [one, two] = await Promise.all(['0.1.png', '0.2.png'].map(async (name) => decodeImage(join(out, name)))); // prettier-ignore
    /** Mean difference of bytes in some columns. */
    const change = (a: RasterImage, b: RasterImage, isSeen: (column: number) => boolean) => {
      const seen = Array.from(a.data.keys()).filter((i) => isSeen(Math.floor(i / 3) % 20));
      return seen.reduce((sum, i) => sum + Math.abs(a.data[i]! - b.data[i]!), 0) / seen.length;
    };
    // Columns next to the edge are left out, where colors flow together.
    for (const result of [one!, two!])
      expect(change(result, painted, (column) => column < 7)).toBeLessThan(1);
    expect(change(one!, two!, (column) => column >= 13)).toBeGreaterThan(3);

    const again = await colorize(photo, '--count', '2', ...lock, '--resume');
    expect(again.stdout).toContain('1 were done before');
    const elsewhere = ['--lock', '0,0,10,19', '--lock-from', path];
    expect((await colorize(photo, '--count', '2', ...elsewhere, '--resume')).stdout).not.toContain('before');
  });

  it('reports a photo that the locked rectangle or picture does not fit, and colors the others', async () => {
    const { root, colorize } = await workplace();
    const album = await pictureFolder(join(root, 'album'), 2); // 20 and 21 pixels wide
    const lock = ['--lock', '0,0,20,21', '--lock-from', join(album, '1.png')];
    const { code, stderr } = await colorize(album, '--count', '1', ...lock);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `Cannot color "${join(album, '0.png')}": Cannot colorize as 'lock.result' must be of a photo of 20 x 20: ` +
        'current value is "21 x 21"\n',
    );
    expect(stderr).not.toContain('1.png": Cannot');
    const wide = await colorize(
      join(album, '1.png'),
      '--lock',
      '2,0,20,9',
      '--lock-from',
      join(album, '1.png'),
    );
    expect(wide.stderr).toContain(
      "Cannot colorize as 'lock.region.left + width - 1' must be an integer from 0 to 20, as the photo is 21 pixels wide: current value is 21",
    );
  });

  it('ends with 1 where the picture of a lock cannot be read', async () => {
    const { root, colorize } = await workplace();
    const photo = join(await pictureFolder(join(root, 'album'), 1), '0.png');
    const { code, stderr } = await colorize(
      photo,
      '--lock',
      '0,0,1,1',
      '--lock-from',
      join(root, 'none.png'),
    );
    expect(code).toBe(1);
    expect(stderr).toContain(join(root, 'none.png'));
  });

  it.each([
    ['--lock', '0,0,9,9'],
    ['--lock-from', 'a.png'],
  ])('wants both options of a lock: %s alone', async (...args) => {
    const { code, stderr } = await polyhue(['colorize', 'a.jpg', '--model', 'm', '--out', 'o', ...args]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      "Give '--lock' and '--lock-from' together: a rectangle, and the picture whose colors it keeps\n",
    );
  });

  it.each([
    [['--hint', '1,2'], `'--hint' must be of the form X,Y,#rrggbb: current value is "1,2"`],
    [['--hint', '1,2,red'], `'--hint' must have colors of the form #rrggbb: current value is "1,2,red"`],
    [['--palette', '#12345'], `'--palette' must have colors of the form #rrggbb: current value is "#12345"`],
    [
      ['--lock', '1,2,0,4', '--lock-from', 'a.png'],
      `'--lock' must be of the form X,Y,WIDTH,HEIGHT, at least a pixel wide and high: current value is "1,2,0,4"`,
    ],
    [['--lock', '1,2,3,4', '--lock-from='], `'--lock-from' must be a name: current value is ""`],
    [['--saturation=-1'], `'--saturation' must be a non-negative finite number: current value is -1`],
  ])('ends with 2 where a wish is malformed: %j', async (args, reason) => {
    const end = await polyhue(['colorize', 'a.jpg', '--model', 'm', '--out', 'o', ...args]);
    expect(end).toEqual({ code: 2, stdout: '', stderr: `Cannot read the command line as ${reason}\n` });
  });

  it('ends with 1 where the reference cannot be read', async () => {
    const { root, colorize } = await workplace();
    const [photo] = [join(await pictureFolder(join(root, 'album'), 1), '0.png')];
    const { code, stderr } = await colorize(photo, '--reference', join(root, 'none.jpg'));
    expect(code).toBe(1);
    expect(stderr).toContain(join(root, 'none.jpg'));
  });
});
