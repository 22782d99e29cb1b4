import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Header } from 'tar';
import { describe, expect, it } from 'vitest';

import { encodePng } from '../../src/data/png.js';
import { decodeImage } from '../../src/node/decodeImage.js';
import { solid } from '../data/pictures.js';
import { temporaryFolder } from '../node/temporaryFolder.js';
import { expectTensorsKeptAsync } from '../support/numeric.js';
import { COLORS, grainy } from '../training/smallPictures.js';
import { polyhue } from './cliSupport.js';

/** Two good pictures, and one that is grey, tiny, torn, and the copy of another. */
async function faultyFolder(): Promise<string> {
  const folder = join(await temporaryFolder(), 'photos');
  await mkdir(folder);
  const pictures = {
    'a.png': grainy(70, COLORS[0], 0),
    'b.png': grainy(70, COLORS[2], 1),
    'grey.png': solid(70, 70, [90, 90, 90]),
    'same.png': grainy(70, COLORS[0], 0),
    'tiny.png': grainy(20, COLORS[1], 2),
  };
  for (const [name, picture] of Object.entries(pictures)) {
    await writeFile(join(folder, name), await encodePng(picture));
  }
  await writeFile(join(folder, 'torn.png'), 'not a picture');
  return folder;
}

describe('polyhue inspect', () => {
  it('prints counts and a histogram, and writes the list and a sheet of each group', async () => {
    const photos = await faultyFolder();
    const out = join(photos, '..', 'report', 'of photos');
    const { code, stdout, stderr } = await polyhue(['inspect', photos, '--out', out]);
    expect([code, stderr]).toEqual([0, 'Looking at pictures 1/6 \nLooking at pictures 6/6 \n']);
    expect(stdout.split('\n').slice(0, 12)).toEqual([
      `${photos}: 6 pictures, of which 4 (66.7 %) are better left out`,
      '',
      'unreadable      1',
      'tiny            1',
      'grey            1',
      'sepia           0',
      'tinted          0',
      'duplicate       1',
      'near-duplicate  0',
      '',
      'mean chroma from, pictures',
      '   0          1  ##############',
    ]);
    expect(await readFile(join(out, 'exclude.txt'), 'utf8')).toBe('torn.png\ntiny.png\ngrey.png\nsame.png\n');
    expect(new Set(await readdir(out))).toEqual(
      new Set(['exclude.txt', 'tiny.png', 'grey.png', 'duplicate.png']),
    );
    const { width } = await decodeImage(join(out, 'duplicate.png'));
    expect(width).toBe(2 * 96 + 3 * 8);
  });

  it('writes the report as JSON, and takes the least side', async () => {
    const { code, stdout } = await polyhue(['inspect', await faultyFolder(), '--json', '--min-side', '20']);
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as { found: { name: string; of?: number }[]; counts: object };
    expect(report.counts).toEqual({
      unreadable: 1,
      tiny: 0,
      grey: 1,
      sepia: 0,
      tinted: 0,
      duplicate: 1,
      'near-duplicate': 0,
    });
    expect(report.found.find(({ name }) => name === 'same.png')).toMatchObject({ of: 0 });
  });

  it('warns where no picture is left, and of names that a list of lines cannot hold', async () => {
    const path = join(await temporaryFolder(), 'grey.tar');
    const png = await encodePng(solid(70, 70, [90, 90, 90]));
    const header = new Header({ path: 'two\nlines.png', mode: 0o644, type: 'File', size: png.length });
    header.encode();
    await writeFile(path, Buffer.concat([header.block!, png, Buffer.alloc((-png.length & 511) + 1024)]));
    const out = join(path, '..', 'out');
    const { code, stderr } = await polyhue(['inspect', path, '--out', out]);
    expect([code, stderr]).toEqual([
      0,
      'Looking at pictures 1/1 \nWarning: 1 names hold a line break and cannot be listed in exclude.txt\nWarning: no picture would be left\n',
    ]);
    expect(await readFile(join(out, 'exclude.txt'), 'utf8')).toBe('');
  });

  it('keeps no tensor', async () => {
    const photos = await faultyFolder();
    const out = join(photos, '..', 'out');
    await expectTensorsKeptAsync(0, async () => polyhue(['inspect', photos, '--out', out]));
  });

  it('says what is wrong with the command line and with a folder that cannot be made', async () => {
    const photos = await faultyFolder();
    expect(await polyhue(['inspect', photos, photos])).toMatchObject({
      code: 2,
      stderr: 'Give one folder or tar file to look at, not 2\n',
    });
    const file = join(photos, 'torn.png');
    expect(await polyhue(['inspect', photos, '--out', file])).toMatchObject({
      code: 1,
      stderr: `Cannot write to the folder "${file}": EEXIST: file already exists, mkdir '${file}'\n`,
    });
    const empty = join(photos, '..', 'empty');
    await mkdir(empty);
    expect((await polyhue(['inspect', empty])).stderr).toMatch(
      /^Cannot find a picture in the folder ".*": looked/,
    );
  });
});
