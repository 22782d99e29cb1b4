import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
/** Lets the program and its worker threads run TypeScript. */
const TSX = fileURLToPath(new URL('../../tools/tsxEverywhere.mjs', import.meta.url));

export interface ProgramResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program itself; `onOutput` sees all of standard output whenever there is more of it. */
export async function program(
  args: readonly string[],
  onOutput: (all: string, child: ChildProcess) => void = () => {},
  stdout: 'pipe' | number = 'pipe',
): Promise<ProgramResult> {
  const child = spawn(process.execPath, ['--import', TSX, MAIN, ...args], {
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

/** What standard output says of a step of training. */
export const progressLine = (stage: string, step: number): string =>
  `"stage":"${stage}","event":"progress","step":${step},`;

/** Sends a signal once, as soon as `text` is on standard output. */
export function signalAt(text: string, signal: NodeJS.Signals) {
  let sent = false;
  return (all: string, child: ChildProcess) => {
    if (sent || !all.includes(text)) return;
    sent = true;
    child.kill(signal);
  };
}
