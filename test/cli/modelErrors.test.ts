import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../node/temporaryFolder.js';
import { modelFolder, pictureFolder, polyhue } from './cliSupport.js';

describe('polyhue colorize, a model that cannot be read', () => {
  it.each([
    [
      'a newer format',
      '"formatVersion": 99',
      /as it has format version 99 and this release reads versions 1 to \d+: update polyhue\n$/,
    ],
    ['another kind', '"kind": "colorVae"', /as it is of the kind "colorVae": "colorizer" is needed\n$/],
    ['no text of JSON', '{', /^Cannot load the checkpoint ".*" as [^\n]+\n$/],
  ])('ends with 1 and one line: %s', async (_, change, message) => {
    const root = await temporaryFolder();
    const model = await modelFolder(join(root, 'model'));
    const album = await pictureFolder(join(root, 'album'), 1);
    const manifest = join(model, 'polyhue.json');
    const text = await readFile(manifest, 'utf8');
    const changed = text.replace(new RegExp(`${change.split(':')[0]}: *[^,]+`), change);
    await writeFile(manifest, change === '{' ? change : changed);
    const { code, stdout, stderr } = await polyhue(
      ['colorize', album, '--model', model, '--out', join(root, 'out')].concat(['--backend', 'wasm']),
    );
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(await readdir(root)).not.toContain('out');
  });

  it.each([
    ['a file of weights is missing', async (file: string) => rm(file), 'missing'],
    ['a file of weights is cut short', async (file: string) => truncate(file, 100), '100 bytes'],
    [
      'a byte of the weights has changed',
      async (file: string) => {
        const bytes = await readFile(file);
        bytes[50]! ^= 1;
        await writeFile(file, bytes);
      },
      'SHA-256',
    ],
  ])('ends with 1 and one line that names the file: %s', async (_, damage, reason) => {
    const root = await temporaryFolder();
    const model = await modelFolder(join(root, 'model'));
    const album = await pictureFolder(join(root, 'album'), 1);
    const name = (await readdir(model)).find((file) => file.startsWith('weights-'))!;
    await damage(join(model, name));
    const { code, stdout, stderr } = await polyhue(
      ['colorize', album, '--model', model, '--out', join(root, 'out')].concat(['--backend', 'wasm']),
    );
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^Cannot load the checkpoint "[^\n]+\n$/);
    expect(stderr).toContain(name);
    expect(stderr).toContain(reason);
    expect(await readdir(root)).not.toContain('out');
  });
});
