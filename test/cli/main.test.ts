import { closeSync, openSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../node/temporaryFolder.js';
import { jsonLines, modelFolder, pictureFolder, polyhue, weightFiles } from './cliSupport.js';
import { program, progressLine, signalAt } from './program.js';

const SHORT = ['--preset', 'tiny', '--steps', '6', '--batch-size', '2', '--backend', 'wasm', '--json'];

describe('the program', () => {
  it('writes JSON lines only to standard output, also on the cpu backend', async () => {
    const root = await temporaryFolder();
    const photos = await pictureFolder(join(root, 'photos'), 1);
    const model = await modelFolder(join(root, 'model'));
    const args = ['colorize', photos, '--model', model, '--out', join(root, 'out'), '--backend', 'cpu'];
    const { code, stdout, stderr } = await program([...args, '--json', '--count', '1']);
    const photo = join(photos, '0.png');
    expect(stderr).toBe(`Coloring 0/1 ${photo}\n"${photo}" is in color: made grey first\nColoring 1/1 \n`);
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toHaveLength(1);
  });

  it('ends with 2 for a wrong command line', async () => {
    const { code, stdout, stderr } = await program(['colorize']);
    expect([code, stdout, stderr]).toEqual([2, '', 'Give at least one photo or folder to color\n']);
  });

  it('saves on SIGINT, survives SIGKILL, and goes on to the weights of a run that was not stopped', async () => {
    const root = await temporaryFolder();
    const photos = await pictureFolder(join(root, 'photos'));
    const [whole, out] = [join(root, 'whole'), join(root, 'out')];
    expect((await polyhue(['train', photos, '--out', whole, ...SHORT])).code).toBe(0);

    const args = ['train', photos, '--out', out, ...SHORT];
    const stopped = await program(args, signalAt(progressLine('colorVae', 3), 'SIGINT'));
    expect([stopped.code, stopped.signal]).toEqual([130, null]);
    expect(stopped.stderr).toMatch(/Stopped. To go on, run the same command with --resume\n$/);
    const kill = signalAt(progressLine('mixtureDensityNetwork', 2), 'SIGKILL');
    expect((await program([...args, '--resume'], kill)).signal).toBe('SIGKILL');
    expect(await weightFiles(out)).toEqual(new Map());

    const resumed = await polyhue([...args, '--resume']);
    expect(resumed.code).toBe(0);
    const steps = jsonLines(resumed.stdout).filter(({ event }) => event === 'progress');
    // The first network was done; the second begins anew, as nothing of it was saved.
    expect(steps.map(({ stage }) => stage)).toEqual(new Array<string>(6).fill('mixtureDensityNetwork'));
    expect(await weightFiles(out)).toEqual(await weightFiles(whole));
  });

  it('goes on after SIGKILL with workers too, and ends with none of them running', async () => {
    const root = await temporaryFolder();
    const photos = await pictureFolder(join(root, 'photos'));
    const out = join(root, 'out');
    const args = ['train', photos, '--out', out, ...SHORT, '--workers', '2'];
    const kill = signalAt(progressLine('mixtureDensityNetwork', 2), 'SIGKILL');
    expect((await program(args, kill)).signal).toBe('SIGKILL');
    expect(await weightFiles(out)).toEqual(new Map());
    const resumed = await program([...args, '--resume']);
    expect([resumed.code, resumed.signal]).toEqual([0, null]);
    expect((await weightFiles(out)).size).toBe(1);
  }, 180_000);

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
