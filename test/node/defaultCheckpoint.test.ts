import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { loadColorizer } from '../../src/inference/colorizer.js';
import { defaultCheckpoint as webCheckpoint } from '../../src/model.js';
import { defaultCheckpoint } from '../../src/nodeModel.js';
import { polyhue } from '../cli/cliSupport.js';
import { grainy } from '../training/smallPictures.js';
import { temporaryFolder } from './temporaryFolder.js';

const FOLDER = fileURLToPath(new URL('../../checkpoints/compact', import.meta.url));

describe('defaultCheckpoint()', () => {
  it('is the folder beside the sources, in Node and for bundlers', () => {
    expect(defaultCheckpoint().location).toBe(FOLDER);
    expect(fileURLToPath(webCheckpoint().location)).toBe(join(FOLDER, 'polyhue.json'));
  });

  it('loads, colors, and takes at most 6 MB', async () => {
    const names = (await readdir(FOLDER)).toSorted();
    expect(names).toEqual(['polyhue.json', 'weights.bin']);
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(FOLDER, name))).size));
    expect(sizes[0]! + sizes[1]!).toBeLessThanOrEqual(6e6);
    const colorizer = await loadColorizer(defaultCheckpoint());
    const results = await colorizer.colorize(grainy(20, [128, 128, 128], 0), { count: 2 });
    expect(results.length).toBeGreaterThan(0);
    colorizer.dispose();
  });

  it('is what the command colors with unless it is told otherwise, and says so', async () => {
    const out = await temporaryFolder();
    const photo = 'examples/photos/coffee.jpg';
    const { code, stdout } = await polyhue(['colorize', photo, '--out', out, '--count', '1', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ model: expect.stringMatching(/^polyhue \d/) as string });
  });
});
