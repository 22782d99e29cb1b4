import type { BackendTask } from '../backends/selfCheck.js';
import { NODE_BACKENDS, type NodeBackend, startBackend } from '../node/startBackend.js';
import { choice, type ParsedArguments, positiveInteger, UsageError } from './arguments.js';
import type { Terminal } from './terminal.js';

/** The option `--backend` of the commands that compute. */
export const BACKEND_OPTION = {
  value: 'NAME',
  description: `${NODE_BACKENDS.filter((name) => name !== 'tensorflow').join(', ')} (default: auto, the fastest that works here)`,
} as const;

/** The value of `--backend`. */
export function backendChoice(args: ParsedArguments): NodeBackend {
  return choice(args, 'backend', NODE_BACKENDS) ?? 'auto';
}

/** What a command computes with. */
export interface ComputeChoice {
  readonly backend: NodeBackend;
  /** Number of threads; 1 where this one does all. */
  readonly workers: number;
}

/**
 * The values of `--backend` and `--workers`. Several workers run on wasm unless another backend is named.
 *
 * @throws {UsageError} If there are several workers and a backend that they cannot share.
 */
export function computeChoice(args: ParsedArguments): ComputeChoice {
  const workers = positiveInteger(args, 'workers') ?? 1;
  const backend = backendChoice(args);
  if (workers === 1) return { backend, workers };
  if (backend === 'auto') return { backend: 'wasm', workers };
  if (backend === 'wasm' || backend === 'cpu') return { backend, workers };
  throw new UsageError(
    `Give '--workers' or '--backend ${backend}', not both: workers share the cores of the processor`,
  );
}

/** Starts the chosen backend and names the GPU, if it runs on one. */
export async function startChosenBackend(
  choice: NodeBackend,
  task: BackendTask,
  { stderr }: Terminal,
): Promise<void> {
  const { adapter } = await startBackend(choice, { task });
  if (adapter !== null) stderr.write(`Running on ${adapter.name}\n`);
}
