/**
 * The experiment on Labeled Faces in the Wild: trains `compact` on the pictures with the settings that did best, holds out 1,000
 * by person, and measures the result and every baseline on them.
 *
 * Run: npm run experiment:lfw -- lfw64-train.tar [OUT]     about two hours on one core; run it again after a stop to go on
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** `docs/experiments.md` says what they were chosen from. */
const SETTINGS = ['--preset', 'compact', '--epochs', '10', '--beta', '1', '--seed', '0', '--backend', 'wasm'];
/** 1,000 of 11,276 pictures; nobody is in both parts. */
const HELD_OUT = ['--held-out', '0.0887', '--hold-out-by', 'prefix'];

/** Runs the command line of polyhue as it was built. */
async function polyhue(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, ['dist/cli.js', ...args], { stdio: 'inherit' });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (code !== 0) process.exit(code ?? 1);
}

async function main([pictures, out = 'out/lfw']: string[]): Promise<void> {
  if (pictures === undefined)
    throw new Error('Name the tar file of the pictures: npm run experiment:lfw -- FILE');
  const resume = existsSync(join(out, 'training')) ? ['--resume'] : [];
  await polyhue(['train', pictures, '--out', out, ...SETTINGS, ...HELD_OUT, ...resume]);
  const measured = ['--only', join(out, 'held-out.txt'), '--backend', 'wasm'];
  await polyhue(['evaluate', out, pictures, ...measured, '--baselines', '--report', join(out, 'report')]);
}

await main(process.argv.slice(2));
