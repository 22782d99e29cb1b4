import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { softwareGpuEnvironment } from '../../tools/chromium.js';
import { runProgram } from '../node/runProgram.js';
import { temporaryFolder } from '../node/temporaryFolder.js';
import { modelFolder, pictureFolder } from './cliSupport.js';

const MAIN = new URL('../../src/cli/main.ts', import.meta.url);
const STAND_IN = new URL('tensorflowStandIn.ts', import.meta.url);

/** Colors a picture in a process of its own; tells what it wrote to standard error and the files it made. */
async function colorize(args: readonly string[]) {
  const root = await temporaryFolder();
  const photos = await pictureFolder(join(root, 'photos'), 1);
  const out = join(root, 'out');
  const request = ['colorize', photos, '--model', await modelFolder(join(root, 'model')), '--out', out];
  const { stderr } = await runProgram(MAIN, [...request, '--count', '1', ...args], softwareGpuEnvironment());
  return { stderr, files: await readdir(out) };
}

describe('--backend', () => {
  it('tensorflow trains on what the program has registered under that name', async () => {
    const root = await temporaryFolder();
    const photos = await pictureFolder(join(root, 'photos'), 2);
    const out = join(root, 'model');
    const short = ['--preset', 'tiny', '--steps', '1', '--batch-size', '1'];
    const environment = { NODE_OPTIONS: `--import tsx --import ${STAND_IN.href}` };
    const args = ['train', photos, '--out', out, '--backend', 'tensorflow', ...short];
    const { stderr } = await runProgram(MAIN, args, environment);
    expect(stderr).toContain('The stand-in for tfjs-node ends with kernels of its own');
    expect(await readdir(out)).toContain('polyhue.json');
  });

  it('webgpu colors on the GPU, says on which, and lets the program end', async () => {
    const { stderr, files } = await colorize(['--backend', 'webgpu']);
    expect(stderr).toMatch(/^Running on .*SwiftShader.*\n/m);
    expect(files.toSorted()).toEqual(['0.1.png', '0.json']);
  });

  it('is auto where it is not given, and then does not take a software GPU', async () => {
    const { stderr, files } = await colorize([]);
    expect(stderr).not.toContain('Running on');
    expect(files.toSorted()).toEqual(['0.1.png', '0.json']);
  });
});
