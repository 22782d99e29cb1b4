import type { TensorData } from '../../checkpoint/tensorData.js';
import type { WeightedBlock } from '../../fusedKernels.js';
import type { OptimizerConfig } from '../optimizers/optimizer.js';
import type { LossValues } from '../state.js';
import type { StepContext } from '../task.js';
import type { WeightAverageConfig } from '../weightAverage.js';
import type { ScaledUpdate } from './pool.js';
import type { TaskRecipe } from './recipe.js';

/** Name and shape of each value in a block, one after the other. */
export type BlockLayout = readonly { readonly name: string; readonly shape: readonly number[] }[];

/** A thread's share of each update of the weights. */
export interface SharePlan {
  /** Names of the variables that it updates. */
  readonly names: readonly string[];
  readonly optimizer: OptimizerConfig;
  readonly average: WeightAverageConfig | null;
  /** Where the values of all variables are handed on; shared by all threads. */
  readonly values: Float32Array;
  /** Slots and averages of its variables: read at the start, written when they are collected. */
  readonly state: Float32Array;
}

/** Prepares a thread; the first request. */
export interface OpenRequest {
  readonly kind: 'open';
  readonly backend: string;
  /** Whether TensorFlow.js leaves out its own checks. */
  readonly production: boolean;
  readonly recipe: TaskRecipe;
  readonly variables: BlockLayout;
  readonly buffers: BlockLayout;
  /** Where the thread leaves its gradients; copied instead where memory cannot be shared. */
  readonly gradients: Float32Array;
  /** `null` where the main thread makes the updates. */
  readonly share: SharePlan | null;
}

/** Takes over the values of variables. */
interface LoadRequest {
  readonly kind: 'load';
  readonly values: Float32Array;
  /** Of all variables, or of those that other threads have updated. */
  readonly which: 'all' | 'others';
}

/** Takes the mean of the gradients of the thread's share of the variables. */
interface ReduceRequest {
  readonly kind: 'reduce';
  readonly blocks: readonly WeightedBlock[];
}

/** Updates the thread's share of the variables by the gradients it holds. */
interface ApplyRequest {
  readonly kind: 'apply';
  readonly update: ScaledUpdate;
}

/** Hands on slots and averages. */
interface CollectRequest {
  readonly kind: 'collect';
}

/** Evaluates the loss of a part of a batch. */
export interface EvaluateRequest {
  readonly kind: 'evaluate';
  readonly withGradients: boolean;
  readonly batch: ReadonlyMap<string, TensorData>;
  readonly context: StepContext;
  readonly buffers: Float32Array;
}

/** What a part of a batch gave. */
export interface Evaluation {
  readonly parts: LossValues;
  readonly gradients: Float32Array | null;
  readonly buffers: Float32Array;
}

export type WorkerRequest =
  OpenRequest | LoadRequest | EvaluateRequest | ReduceRequest | ApplyRequest | CollectRequest;

/** What a request gave. */
export interface Outcome {
  /** Of an evaluation. */
  readonly evaluation?: Evaluation;
  /** Of a reduction: the norm of the gradients of the thread's share. */
  readonly norm?: number;
}

/** The answer to one request; requests are answered in their order. */
export type WorkerReply =
  | { readonly kind: 'done'; readonly outcome: Outcome }
  | { readonly kind: 'failed'; readonly message: string };
