import * as tf from '@tensorflow/tfjs-core';

import { tensorFrom, type TensorData } from '../../checkpoint/tensorData.js';
import { lossGradients } from '../gradients.js';
import { readScalars } from '../measures.js';
import type { StepContext, TrainingTask } from '../task.js';
import { disposeAll, mapValues, type NamedTensors, type NamedVariables } from '../variables.js';
import { assertLayout, assignBlocks, layoutOf, sizeOf, writeBlock } from './block.js';
import type {
  EvaluateRequest,
  Evaluation,
  OpenRequest,
  Outcome,
  WorkerReply,
  WorkerRequest,
} from './messages.js';
import { shareOfUpdate, type ShareOfUpdate } from './shareOfUpdate.js';
import { taskOfRecipe } from './taskOfRecipe.js';

/** The thread's side of its messages. */
export interface WorkerPort {
  readonly post: (reply: WorkerReply) => void;
  readonly listen: (onMessage: (request: WorkerRequest) => void) => void;
}

/** What a thread computes with. */
interface Served {
  readonly task: TrainingTask<unknown>;
  readonly buffers: NamedVariables;
  readonly gradients: Float32Array;
  readonly statistics: Float32Array;
  readonly share: ShareOfUpdate | null;
}

async function open(
  { backend, production, recipe, variables, buffers: layout, gradients, share: plan }: OpenRequest,
  startBackend: (backend: string) => Promise<void>,
): Promise<Served> {
  await startBackend(backend);
  if (production) tf.enableProdMode();
  const task = taskOfRecipe(recipe);
  const buffers = task.buffers ?? new Map<string, tf.Variable>();
  assertLayout(task.variables, variables);
  assertLayout(buffers, layout);
  const share = plan === null ? null : shareOfUpdate(task.variables, plan);
  return { task, buffers, gradients, statistics: new Float32Array(sizeOf(layoutOf(buffers))), share };
}

/** Loss parts and, if wanted, gradients, to be disposed by the caller. */
function evaluateLoss(
  task: TrainingTask<unknown>,
  data: ReadonlyMap<string, TensorData>,
  context: StepContext,
  withGradients: boolean,
): { readonly parts: NamedTensors; readonly gradients: NamedTensors | null } {
  const batch = Object.fromEntries(mapValues(data, tensorFrom));
  try {
    if (withGradients) return lossGradients(() => task.loss(batch, context), task.variables);
    const parts = tf.tidy(() => ({ ...task.loss(batch, context) }));
    return { parts: new Map(Object.entries(parts)), gradients: null };
  } finally {
    tf.dispose(batch);
  }
}

async function evaluate(served: Served, request: EvaluateRequest): Promise<Evaluation> {
  const { task, buffers, statistics } = served;
  assignBlocks(buffers, [{ block: request.buffers, weight: 1 }]);
  const { parts, gradients } = evaluateLoss(task, request.batch, request.context, request.withGradients);
  try {
    if (gradients !== null) await writeBlock(gradients, served.gradients);
    await writeBlock(buffers, statistics);
    const values = await readScalars(parts);
    return { parts: values, gradients: gradients && served.gradients, buffers: statistics };
  } finally {
    disposeAll(parts);
    if (gradients !== null) disposeAll(gradients);
  }
}

async function carryOutWith(served: Served, request: Exclude<WorkerRequest, OpenRequest>): Promise<Outcome> {
  const { task, share } = served;
  switch (request.kind) {
    case 'evaluate':
      return { evaluation: await evaluate(served, request) };
    case 'load': {
      const isWanted = (name: string): boolean => request.which === 'all' || !share!.isOwn(name);
      assignBlocks(task.variables, [{ block: request.values, weight: 1 }], isWanted);
      break;
    }
    case 'reduce':
      return { norm: await share!.reduce(request.blocks) };
    case 'apply':
      await share!.apply(request.update);
      break;
    case 'collect':
      await share!.collect();
  }
  return {};
}

/** Answers the requests of a pool, one after the other, for as long as the thread lives. */
export function serveTraining(port: WorkerPort, startBackend: (backend: string) => Promise<void>): void {
  let served: Served;
  const carryOut = async (request: WorkerRequest): Promise<Outcome> => {
    if (request.kind === 'open') served = await open(request, startBackend);
    else return carryOutWith(served, request);
    return {};
  };
  const answer = async (request: WorkerRequest): Promise<WorkerReply> => {
    try {
      return { kind: 'done', outcome: await carryOut(request) };
    } catch (error) {
      return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
    }
  };
  let last: Promise<void> = Promise.resolve();
  port.listen((request) => {
    last = last.then(async () => port.post(await answer(request)));
  });
}
