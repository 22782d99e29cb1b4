import * as tf from '@tensorflow/tfjs-core';

import { argumentMessage, assertPositiveInteger, BackendError, TrainingError } from '../../errors.js';
import type { WeightedBlock } from '../../fusedKernels.js';
import type { LossGradients } from '../gradients.js';
import type { LossValues } from '../state.js';
import type { StepContext, TrainingTask } from '../task.js';
import type { NamedVariables } from '../variables.js';
import { assignBlocks, layoutOf, readBlocks, sharedBlock, sizeOf, writeBlock } from './block.js';
import { threadLink, type ThreadLauncher, type ThreadLink } from './link.js';
import type { Evaluation, WorkerReply, WorkerRequest } from './messages.js';
import { splitBatch } from './parts.js';
import type { GradientPool, TrainingWorkers } from './pool.js';

/** Backends of which each thread has one of its own; a GPU is one for all. */
const BACKENDS = ['wasm', 'cpu'];

/** Starts a thread that runs `serveTraining`. */
export type TrainingThreadLauncher = ThreadLauncher<WorkerRequest, WorkerReply>;

type Link = ThreadLink<WorkerRequest, WorkerReply>;

/** What one thread made of its part. */
interface WeightedEvaluation extends Evaluation {
  /** Share of the batch. */
  readonly weight: number;
}

/** @throws {BackendError} If several threads cannot compute side by side. */
function assertParallelBackend(): string {
  const backend = tf.getBackend();
  if (BACKENDS.includes(backend)) return backend;
  throw new BackendError(
    `Cannot train with workers on the "${backend}" backend as they share the cores of the processor: ` +
      `leave 'workers' out, or start the "wasm" backend`,
  );
}

async function request(link: Link, message: WorkerRequest): Promise<Evaluation | null> {
  const reply = await link.ask(message);
  if (reply.kind === 'done') return reply.evaluation;
  throw new TrainingError(`Cannot train as a worker has failed: ${reply.message}`);
}

/** Blocks of the threads in their order, so that the same number of them gives the same means. */
function blocksOf(
  evaluations: readonly WeightedEvaluation[],
  blockOf: (evaluation: Evaluation) => Float32Array,
): WeightedBlock[] {
  return evaluations.map((evaluation) => ({ block: blockOf(evaluation), weight: evaluation.weight }));
}

function meanParts(evaluations: readonly WeightedEvaluation[]): LossValues {
  const names = Object.keys(evaluations[0]!.parts);
  const mean = (name: string): number =>
    evaluations.reduce((sum, { parts, weight }) => sum + weight * parts[name]!, 0);
  return Object.fromEntries(names.map((name) => [name, mean(name)]));
}

function gradientsOf(variables: NamedVariables, evaluations: readonly WeightedEvaluation[]): LossGradients {
  const parts = new Map(
    Object.entries(meanParts(evaluations)).map(([name, part]) => [name, tf.scalar(part)]),
  );
  const blocks = blocksOf(evaluations, (each) => each.gradients!);
  return { parts, gradients: readBlocks(variables, blocks) };
}

/** The pool of one run: `links` are its threads. */
function pooled<Batch>(
  { variables, buffers = new Map() }: TrainingTask<Batch>,
  links: readonly Link[],
): GradientPool<Batch> {
  const values = sharedBlock(sizeOf(layoutOf(variables)));
  const statistics = new Float32Array(sizeOf(layoutOf(buffers)));
  let loading: Promise<unknown> = Promise.resolve();

  const publish = async (): Promise<void> => {
    await loading; // The threads must not read while the block is written.
    await writeBlock(variables, values);
    loading = Promise.all(links.map(async (link) => request(link, { kind: 'load', values })));
    loading.catch(() => {}); // Thrown by whoever waits for it next.
  };
  const evaluate = async (batch: Batch, context: StepContext, withGradients: boolean) => {
    const parts = await splitBatch(batch, links.length);
    const total = parts.reduce((sum, { count }) => sum + count, 0);
    await writeBlock(buffers, statistics);
    await loading;
    return Promise.all(
      parts.map(async ({ first, count, tensors }, i): Promise<WeightedEvaluation> => {
        const evaluation = await request(links[i]!, {
          kind: 'evaluate',
          withGradients,
          batch: tensors,
          context: { ...context, firstExample: first },
          buffers: statistics,
        });
        return { ...evaluation!, weight: count / total };
      }),
    );
  };
  return {
    publish,
    gradients: async (batch, context): Promise<LossGradients> => {
      const evaluations = await evaluate(batch, context, true);
      assignBlocks(
        buffers,
        blocksOf(evaluations, (each) => each.buffers),
      );
      return gradientsOf(variables, evaluations);
    },
    losses: async (batch, context) => meanParts(await evaluate(batch, context, false)),
    close: async () => {
      await Promise.all(links.map(async (link) => link.close()));
    },
  };
}

function deathOf(thread: number, count: number, reason: string): TrainingError {
  return new TrainingError(
    `Cannot go on training as worker ${thread + 1} of ${count} has ended: ${reason}. ` +
      'Go on from the last saved state; if memory ran out, with fewer workers or smaller batches',
  );
}

async function openPool<Batch>(
  task: TrainingTask<Batch>,
  count: number,
  launch: TrainingThreadLauncher,
): Promise<GradientPool<Batch>> {
  const backend = assertParallelBackend();
  if (task.recipe === undefined) {
    const rule = 'be given, for workers to build the task anew';
    throw new TypeError(argumentMessage('train', 'task.recipe', rule, undefined));
  }
  const recipe = await task.recipe();
  const production = tf.env().getBool('PROD');
  const [variables, buffers] = [layoutOf(task.variables), layoutOf(task.buffers ?? new Map())];
  const links = Array.from({ length: count }, (_, i) =>
    threadLink(launch, (reason) => deathOf(i, count, reason)),
  );
  const pool = pooled(task, links);
  try {
    const open = { kind: 'open', backend, production, recipe, variables, buffers } as const;
    await Promise.all(
      links.map(async (link) => request(link, { ...open, gradients: sharedBlock(sizeOf(variables)) })),
    );
    await pool.publish();
    return pool;
  } catch (error) {
    await pool.close();
    throw error;
  }
}

/**
 * Several threads as a way to compute gradients.
 *
 * @throws {RangeError} If `count` is not a positive integer.
 */
export function gradientPool(action: string, count: number, launch: TrainingThreadLauncher): TrainingWorkers {
  assertPositiveInteger(action, 'count', count);
  return { count, open: async (task) => openPool(task, count, launch) };
}
