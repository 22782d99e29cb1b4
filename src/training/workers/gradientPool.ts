import * as tf from '@tensorflow/tfjs-core';

import { argumentMessage, assertPositiveInteger, BackendError, TrainingError } from '../../errors.js';
import type { WeightedBlock } from '../../fusedKernels.js';
import type { LossGradients } from '../gradients.js';
import type { LossValues } from '../state.js';
import type { StepContext, TrainingTask } from '../task.js';
import type { NamedVariables } from '../variables.js';
import {
  assignBlocks,
  canShareMemory,
  layoutOf,
  readBlocks,
  sharedBlock,
  sizeOf,
  writeBlock,
} from './block.js';
import { threadLink, type ThreadLauncher, type ThreadLink } from './link.js';
import type { Evaluation, Outcome, WorkerReply, WorkerRequest } from './messages.js';
import { splitBatch } from './parts.js';
import type { GradientPool, TrainingWorkers, UpdateRules } from './pool.js';
import { sharedUpdates, sharesOf, type Share } from './sharedUpdates.js';

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

async function request(link: Link, message: WorkerRequest): Promise<Outcome> {
  const reply = await link.ask(message);
  if (reply.kind === 'done') return reply.outcome;
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

/** Evaluates parts of batches in threads, and keeps the buffers of this thread up to date. */
function evaluator<Batch>({ buffers = new Map() }: TrainingTask<Batch>, links: readonly Link[]) {
  const statistics = new Float32Array(sizeOf(layoutOf(buffers)));
  return async (
    batch: Batch,
    context: StepContext,
    { ready, withGradients }: { readonly ready: () => Promise<unknown>; readonly withGradients: boolean },
  ): Promise<WeightedEvaluation[]> => {
    const parts = await splitBatch(batch, links.length);
    const total = parts.reduce((sum, { count }) => sum + count, 0);
    await writeBlock(buffers, statistics);
    await ready();
    const evaluations = await Promise.all(
      parts.map(async ({ first, count, tensors }, i): Promise<WeightedEvaluation> => {
        const { evaluation } = await request(links[i]!, {
          kind: 'evaluate',
          withGradients,
          batch: tensors,
          context: { ...context, firstExample: first },
          buffers: statistics,
        });
        return { ...evaluation!, weight: count / total };
      }),
    );
    if (withGradients) {
      assignBlocks(
        buffers,
        blocksOf(evaluations, (each) => each.buffers),
      );
    }
    return evaluations;
  };
}

/** Threads, the memory that hands them the values of the variables, and their shares of the updates if they make them. */
interface Threads {
  readonly links: readonly Link[];
  readonly values: Float32Array;
  readonly shares: readonly Share[] | null;
}

/** The pool of one run. */
function pooled<Batch>(task: TrainingTask<Batch>, { links, values, shares }: Threads): GradientPool<Batch> {
  const { variables } = task;
  const evaluate = evaluator(task, links);
  const askAll = async (message: WorkerRequest) =>
    Promise.all(links.map(async (link) => request(link, message)));
  let loading: Promise<unknown> = Promise.resolve();
  const ready = async () => loading;
  const load = (which: 'all' | 'others'): void => {
    loading = askAll({ kind: 'load', values, which });
    loading.catch(() => {}); // Thrown by whoever waits for it next.
  };
  const gradients = async (batch: Batch, context: StepContext) =>
    evaluate(batch, context, { ready, withGradients: true });
  return {
    publish: async () => {
      await loading; // The threads must not read while the block is written.
      await writeBlock(variables, values);
      load('all');
    },
    gradients: async (batch, context) => gradientsOf(variables, await gradients(batch, context)),
    losses: async (batch, context) =>
      meanParts(await evaluate(batch, context, { ready, withGradients: false })),
    updates:
      shares &&
      sharedUpdates({
        variables,
        shares,
        askAll,
        evaluate: async (batch: Batch, context) => {
          const evaluations = await gradients(batch, context);
          const blocks = blocksOf(evaluations, (each) => each.gradients!);
          return { losses: meanParts(evaluations), blocks };
        },
        exchange: () => load('others'),
      }),
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
  rules: UpdateRules | null,
  { count, launch }: { readonly count: number; readonly launch: TrainingThreadLauncher },
): Promise<GradientPool<Batch>> {
  const backend = assertParallelBackend();
  if (task.recipe === undefined) {
    const rule = 'be given, for workers to build the task anew';
    throw new TypeError(argumentMessage('train', 'task.recipe', rule, undefined));
  }
  const recipe = await task.recipe();
  const production = tf.env().getBool('PROD');
  const [variables, buffers] = [layoutOf(task.variables), layoutOf(task.buffers ?? new Map())];
  const values = sharedBlock(sizeOf(variables));
  const shares =
    rules !== null && rules.optimizer.isShareable === true && canShareMemory()
      ? await sharesOf(task.variables, rules, { count, values })
      : null;
  const links = Array.from({ length: count }, (_, i) =>
    threadLink(launch, (reason) => deathOf(i, count, reason)),
  );
  const pool = pooled(task, { links, values, shares });
  try {
    const open = { kind: 'open', backend, production, recipe, variables, buffers } as const;
    await Promise.all(
      links.map(async (link, i) => {
        const [gradients, share] = [sharedBlock(values.length), shares?.[i]!.plan ?? null];
        await request(link, { ...open, gradients, share });
      }),
    );
    await pool.publish();
    return pool;
  } catch (error) {
    await pool.close();
    throw error;
  }
}

/**
 * Several threads as a way to compute gradients, and to make the updates where memory can be shared and the optimizer allows it.
 *
 * @throws {RangeError} If `count` is not a positive integer.
 */
export function gradientPool(action: string, count: number, launch: TrainingThreadLauncher): TrainingWorkers {
  assertPositiveInteger(action, 'count', count);
  return { count, open: async (task, rules) => openPool(task, rules, { count, launch }) };
}
