import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../node/temporaryFolder.js';
import { jsonLines, modelFolder, pictureFolder, polyhue, weightFiles } from './cliSupport.js';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const SHORT = ['--preset', 'tiny', '--steps', '6', '--batch-size', '2', '--backend', 'wasm', '--json'];

interface ProgramResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program itself; `onOutput` sees all of standard output whenever there is more of it. */
async function program(
  args: readonly string[],
  onOutput: (all: string, child: ChildProcess) => void = () => {},
  stdout: 'pipe' | number = 'pipe',
): Promise<ProgramResult> {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    stdio: ['ignore', stdout, 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
    onOutput(said.stdout, child);
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, ...said };
}

const progress = (stage: string, step: number) => `"stage":"${stage}","event":"progress","step":${step},`;

/** Sends a signal once, as soon as `text` is on standard output. */
function signalAt(text: string, signal: NodeJS.Signals) {
  let sent = false;
  return (all: string, child: ChildProcess) => {
    if (sent || !all.includes(text)) return;
    sent = true;
    child.kill(signal);
  };
}

describe('the program', () => {
  it('writes JSON lines only to standard output, also on the cpu backend', async () => {
    const root = await temporaryFolder();
    const photos = await pictureFolder(join(root, 'photos'), 1);
    const model = await modelFolder(join(root, 'model'));
    const args = ['colorize', photos, '--model', model, '--out', join(root, 'out'), '--backend', 'cpu'];
    const { code, stdout, stderr } = await program([...args, '--json', '--count', '1']);
    expect(stderr).toBe(`Coloring 0/1 ${join(photos, '0.png')}\nColoring 1/1 \n`);
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toHaveLength(1);
  });

  it('ends with 2 for a wrong command line', async () => {
    const { code, stdout, stderr } = await program(['colorize']);
    expect([code, stdout, stderr]).toEqual([
      2,
      '',
      'Option \'--out\' is required; see "polyhue colorize --help"\n',
    ]);
  });

  it('saves on SIGINT, survives SIGKILL, and goes on to the weights of a run that was not stopped', async () => {
    const root = await temporaryFolder();
    const photos = await pictureFolder(join(root, 'photos'));
    const [whole, out] = [join(root, 'whole'), join(root, 'out')];
    expect((await polyhue(['train', photos, '--out', whole, ...SHORT])).code).toBe(0);

    const args = ['train', photos, '--out', out, ...SHORT];
    const stopped = await program(args, signalAt(progress('colorVae', 3), 'SIGINT'));
    expect([stopped.code, stopped.signal]).toEqual([130, null]);
    expect(stopped.stderr).toMatch(/Stopped. To go on, run the same command with --resume\n$/);
    const kill = signalAt(progress('mixtureDensityNetwork', 2), 'SIGKILL');
    expect((await program([...args, '--resume'], kill)).signal).toBe('SIGKILL');
    expect(await weightFiles(out)).toEqual(new Map());

    const resumed = await polyhue([...args, '--resume']);
    expect(resumed.code).toBe(0);
    const steps = jsonLines(resumed.stdout).filter(({ event }) => event === 'progress');
    // The first network was done; the second begins anew, as nothing of it was saved.
    expect(steps.map(({ stage }) => stage)).toEqual(new Array<string>(6).fill('mixtureDensityNetwork'));
    expect(await weightFiles(out)).toEqual(await weightFiles(whole));
  });

  it('ends with 1 and says why when standard output cannot be written', async () => {
    const root = await temporaryFolder();
    const photos = await pictureFolder(join(root, 'photos'), 3);
    const model = await modelFolder(join(root, 'model'));
    const full = openSync('/dev/full', 'w');
    const args = [
      'colorize',
      photos,
      '--model',
      model,
      '--out',
      join(root, 'out'),
      '--backend',
      'wasm',
      '--json',
      '--count',
      '1',
    ];
    const { code, stderr } = await program(args, undefined, full);
    closeSync(full);
    expect(code).toBe(1);
    expect(stderr).toContain('Cannot write to standard output: ENOSPC: no space left on device, write\n');
    expect(stderr).not.toContain('    at ');
    const written = await readdir(join(root, 'out'));
    expect([written.includes('0.json'), written.includes('2.json')]).toEqual([true, false]);
  });

  it('stops when nobody reads what it writes', async () => {
    const root = await temporaryFolder();
    const photos = await pictureFolder(join(root, 'photos'));
    const args = ['train', photos, '--out', join(root, 'out'), ...SHORT];
    const { code, stderr } = await program(args, (_, child) => child.stdout!.destroy());
    expect(code).toBe(1);
    expect(stderr).toMatch(/Cannot write to standard output: .*EPIPE/);
    expect(await readdir(join(root, 'out', 'training'))).toContain('polyhue.json');
    expect(await weightFiles(join(root, 'out'))).toEqual(new Map());
  });
});
