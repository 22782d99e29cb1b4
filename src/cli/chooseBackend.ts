import type { BackendTask } from '../backends/selfCheck.js';
import { NODE_BACKENDS, type NodeBackend, startBackend } from '../node/startBackend.js';
import { choice, type ParsedArguments } from './arguments.js';
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

/** Starts the chosen backend and names the GPU, if it runs on one. */
export async function startChosenBackend(
  choice: NodeBackend,
  task: BackendTask,
  { stderr }: Terminal,
): Promise<void> {
  const { adapter } = await startBackend(choice, { task });
  if (adapter !== null) stderr.write(`Running on ${adapter.name}\n`);
}
