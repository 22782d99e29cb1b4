import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import type { Times } from './measure.js';

const PROGRAM = 'tools/bench/torch_step.py';
/** The first that has PyTorch is used. */
const PYTHONS = ['/usr/bin/python3', 'python3'];

/** A training in PyTorch, in a process of its own, that takes one step at a time. */
export interface TorchSteps {
  readonly parameters: number;
  readonly step: () => Promise<Times>;
  readonly stop: () => void;
}

/** The Python that has PyTorch, or `null`. */
export async function findTorch(): Promise<string | null> {
  for (const python of PYTHONS) {
    const found = await promisify(execFile)(python, ['-c', 'import torch']).then(
      () => true,
      () => false,
    );
    if (found) return python;
  }
  return null;
}

/** A function that resolves with the next line the program writes. */
function lineReader(child: ChildProcess): () => Promise<string> {
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return async () => {
    const { done, value } = await lines.next();
    if (done === true) throw new Error(`Cannot read from ${PROGRAM} as it ended: its message is above`);
    return value;
  };
}

/** Limits the matrix library too, which `torch.set_num_threads` does not: its threads count as processor time while they wait. */
function threadLimits(threads: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    OMP_NUM_THREADS: threads,
    OPENBLAS_NUM_THREADS: threads,
    MKL_NUM_THREADS: threads,
  };
}

/** Starts the training `settings`, the number of threads last: see tools/bench/torch_step.py. */
export async function torchSteps(python: string, settings: readonly string[]): Promise<TorchSteps> {
  const env = threadLimits(settings.at(-1)!);
  const child = spawn(python, [PROGRAM, ...settings], { stdio: ['pipe', 'pipe', 'inherit'], env });
  const nextLine = lineReader(child);
  return {
    parameters: Number(await nextLine()),
    step: async () => {
      child.stdin.write('\n');
      return JSON.parse(await nextLine()) as Times;
    },
    stop: () => child.stdin.end(),
  };
}
