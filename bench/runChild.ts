import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { Times } from './measure.js';

export interface ChildResult extends Times {
  /** The largest resident memory of the process, in MiB. */
  readonly peakMb: number;
}

/** Runs bench/child.ts in a process of its own. */
export async function runChild(...settings: readonly (string | number)[]): Promise<ChildResult> {
  const args = ['--import', 'tsx', 'bench/child.ts', ...settings.map(String)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as ChildResult;
}
