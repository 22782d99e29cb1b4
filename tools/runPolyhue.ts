import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const pathOf = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

export interface RunOptions {
  /** Where standard output goes: to the person, or into the result. */
  readonly stdout: 'inherit' | 'pipe';
}

/**
 * Runs `polyhue` of this checkout in a process of its own. Ctrl-C reaches it too, and it saves what it has.
 *
 * @returns What it wrote to standard output, if that was piped.
 * @throws {Error} If it does not end with 0.
 */
export async function runPolyhue(args: readonly string[], { stdout }: RunOptions): Promise<string> {
  const program = ['--import', pathOf('tools/tsxEverywhere.mjs'), pathOf('src/cli/main.ts')];
  const child = spawn(process.execPath, [...program, ...args], { stdio: ['inherit', stdout, 'inherit'] });
  // The child gets the signal as well and decides when it is done.
  const wait = (): void => {};
  process.on('SIGINT', wait);
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit, signal) => resolve(exit ?? signal ?? 'nothing'));
  });
  process.off('SIGINT', wait);
  if (code !== 0) throw new Error(`polyhue ${args[0]} ended with ${code}`);
  return Buffer.concat(chunks).toString();
}
