import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

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

  it.each([
    [['--hint', '1,2'], `'--hint' must be of the form X,Y,#rrggbb: current value is "1,2"`],
    [['--hint', '1,2,red'], `'--hint' must have colors of the form #rrggbb: current value is "1,2,red"`],
    [['--palette', '#12345'], `'--palette' must have colors of the form #rrggbb: current value is "#12345"`],
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
