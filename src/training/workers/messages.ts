import type { TensorData } from '../../checkpoint/tensorData.js';
import type { LossValues } from '../state.js';
import type { StepContext } from '../task.js';
import type { TaskRecipe } from './recipe.js';

/** Name and shape of each value in a block, one after the other. */
export type BlockLayout = readonly { readonly name: string; readonly shape: readonly number[] }[];

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
}

/** Takes over the values of all variables. */
interface LoadRequest {
  readonly kind: 'load';
  readonly values: Float32Array;
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

export type WorkerRequest = OpenRequest | LoadRequest | EvaluateRequest;

/** The answer to one request; requests are answered in their order. */
export type WorkerReply =
  | { readonly kind: 'done'; readonly evaluation: Evaluation | null }
  | { readonly kind: 'failed'; readonly message: string };
