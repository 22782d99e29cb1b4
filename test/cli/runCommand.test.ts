import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { polyhue } from './cliSupport.js';

describe('polyhue', () => {
  it('shows its commands with --help on standard output, without arguments on standard error', async () => {
    const help = await polyhue(['--help']);
    expect([help.code, help.stderr]).toEqual([0, '']);
    expect(help.stdout).toBe(
      [
        'Usage: polyhue <command> [options]',
        '',
        'Several colorizations of a grey photo, by networks that you can train yourself.',
        '',
        'Commands:',
        '  colorize         Colors photos in several ways',
        '  train            Trains a colorizer on your own pictures',
        '  evaluate         Measures a model on photos whose colors are known',
        '  inspect          Finds pictures that harm a training',
        "  import           Makes a model from weights of the method's PyTorch port",
        '  export           Writes a model for other programs',
        '  archive enqueue  Puts the photos of an archive on a queue',
        '  archive work     Takes photos from a queue and colors them, until Ctrl-C',
        '  archive status   Says how far a queue has come',
        '  archive pause    Lets no worker take a further photo; those under way are finished',
        '  archive resume   Lets workers take photos again',
        '  archive drain    Takes the photos that wait out of a queue',
        '  archive failed   Lists the dead letters of a queue',
        '  doctor           Says which backends can color photos and train here, and what the others need',
        '',
        'Run "polyhue <command> --help" for its options.',
        '',
      ].join('\n'),
    );
    expect(await polyhue(['-h'])).toEqual(help);
    expect(await polyhue([])).toEqual({ code: 2, stdout: '', stderr: help.stdout });
  });

  it.each(['colorize', 'train'])('shows the options of %s, each on a line', async (command) => {
    const { code, stdout, stderr } = await polyhue([command, '--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.startsWith(`Usage: polyhue ${command} <`)).toBe(true);
    for (const option of ['--out DIR', '--backend NAME', '--json', '-h, --help'])
      expect(stdout).toContain(option);
    expect(stdout).toContain('Examples:\n  polyhue ');
    expect(stdout.split('\n').every((line) => line.length <= 120)).toBe(true);
  });

  it('shows the version of the package', async () => {
    const { version } = JSON.parse(
      await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as { version: string };
    expect(await polyhue(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect(await polyhue(['-v'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('ends with 2 where there is no such command', async () => {
    expect(await polyhue(['paint', '--help'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'There is no command "paint"; see "polyhue --help"\n',
    });
  });
});
