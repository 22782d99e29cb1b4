import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import golden from '../golden/stateDict.json' with { type: 'json' };
import { fromBase64, refusedFile } from '../interchange/files.js';
import { polyhue } from './cliSupport.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyhue-'));
  await writeFile(join(folder, 'vae.pth'), fromBase64(golden.vae));
  await writeFile(join(folder, 'command.pth'), refusedFile('command.pth'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('polyhue import', () => {
  it('lists what does not fit and writes nothing', async () => {
    const { code, stderr } = await polyhue(['import', join(folder, 'vae.pth'), '--out', join(folder, 'a')]);
    expect(code).toBe(1);
    expect(stderr).toContain('"enc_conv1.weight" is [2, 2, 5, 5], not [128, 2, 5, 5]; ');
    expect(stderr).toContain('"mdn_fc1.bias" is missing, not [520]');
    expect(await readdir(folder)).toEqual(['command.pth', 'vae.pth']);
  });

  it('runs nothing of a file', async () => {
    const path = join(folder, 'command.pth');
    const { code, stderr } = await polyhue(['import', path, '--out', join(folder, 'a')]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('it asks for "posix.system"')]);
    expect(await readdir(folder)).toEqual(['command.pth', 'vae.pth']);
  });

  it('asks for files', async () => {
    expect(await polyhue(['import', '--out', join(folder, 'a')])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'Name one or more files of weights; see "polyhue import --help"\n',
    });
  });
});
